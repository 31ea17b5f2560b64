"""Batches in PostgreSQL: one call locks and reads, one writes, whatever the number of parties and events.

The lists go and come in one row; their order is that of the arguments of read_batch and write_batch in the migrations.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from inventory_svc.allotments import store as allotment_store
from inventory_svc.holds import changes, store
from inventory_svc.holds.batch import Answer, Ask, losers_of
from inventory_svc.holds.holds import Hold, SeatRow
from inventory_svc.holds.limits import Limits, Usage
from inventory_svc.holds.placing import (
    Decisions,
    Outcome,
    RequestName,
    RunOut,
    Situation,
    Terms,
)
from inventory_svc.holds.pools import Shard
from inventory_svc.holds.store import RUN_OUT_MAX, RowsMoved, queries
from mesh.database import Connection, Database
from mesh.outbox import HOLDS_TOPIC, Fact, Outbox

_outbox = Outbox(HOLDS_TOPIC)


@dataclass(frozen=True)
class PostgresHolds:
    """Holds in the inventory's database."""

    database: Database

    @asynccontextmanager
    async def batch(self) -> AsyncIterator[_Batch]:
        """Opens a batch; raises as HoldStore says."""
        async with store.batch_transaction(self.database) as connection:
            yield _Batch(connection)

    async def refuse(self, answers: Sequence[Answer]) -> dict[RequestName, Outcome]:
        """Remembers refusals in a statement that commits by itself; returns what was answered before."""
        *keys, _replies, refusals = _answer_lists(answers)
        async with store.away_is_told(), self.database.connection() as connection:
            rows = await connection.fetch(queries.remember_refusals.sql, *keys, refusals)
        return {
            (row["scope"], row["method"], row["request_id"]): Outcome(
                row["body_hash"], row["reply"], row["refusal"]
            )
            for row in rows
        }


@dataclass(frozen=True)
class _Batch:
    connection: Connection

    async def read(self, asks: Sequence[Ask]) -> list[Situation]:
        codes = _codes_of(asks)
        if codes:
            await allotment_store.lock_codes(self.connection, codes)
        row = await self.connection.fetchrow(queries.read_batch.sql, *_wanted(asks))
        situations = {
            ask.seating.event_id: Situation(ask.seating, row["now"], None) for ask in asks
        }
        _read_terms(row, situations)
        _read_buyers(row, situations)
        _read_seats(row, situations)
        _read_pools(row, situations, asks)
        known = _known(row)
        for situation in situations.values():
            situation.known = known
        if codes:
            found = await allotment_store.read_codes(self.connection, codes)
            for (event_id, code_no), code in found.items():
                situations[event_id].codes[code_no] = code
        return list(situations.values())

    async def write(
        self, decided: Sequence[tuple[Situation, Decisions]], answers: Sequence[Answer]
    ) -> list[Hold]:
        holds = [hold for _, decisions in decided for hold in decisions.holds]
        if holds or answers:
            await self._write_all(decided, holds, answers)
        for situation, decisions in decided:
            await self._write_rest(situation, decisions)
        losers = losers_of(decided)
        if not losers:
            return []
        rows = await self.connection.fetch(
            queries.end_losers.sql, [event for event, _ in losers], [hold for _, hold in losers]
        )
        return await store.with_places(self.connection, rows)

    async def tell(self, facts: Sequence[Fact]) -> None:
        await _outbox.add_many(self.connection, facts)

    async def _write_all(
        self,
        decided: Sequence[tuple[Situation, Decisions]],
        holds: Sequence[Hold],
        answers: Sequence[Answer],
    ) -> None:
        seats = [(hold, seat) for hold in holds for seat in hold.seats]
        ends = _ends(holds)
        written = await self.connection.fetchrow(
            queries.write_batch.sql,
            [hold.event_id for hold, _ in seats],
            [seat.seat_no for _, seat in seats],
            [seat.zone_no for _, seat in seats],
            [seat.price_minor for _, seat in seats],
            [seat.fence - 1 for _, seat in seats],
            [hold.hold_id for hold, _ in seats],
            [hold.held_until for hold, _ in seats],
            [hold.code_no for hold, _ in seats],
            [hold.event_id for hold in holds],
            [hold.hold_id for hold in holds],
            [hold.account_id for hold in holds],
            [hold.admission_id for hold in holds],
            [hold.held_until for hold in holds],
            [hold.code_no for hold in holds],
            [hold.currency_code for hold in holds],
            [hold.count - len(hold.seats) for hold in holds],
            [1, *(end + 1 for end in ends[:-1])] if ends else [],
            ends,
            decided[0][0].now,
            *_answer_lists(answers),
        )
        if written["seats_given"] != len(seats) or written["requests_added"] != len(answers):
            raise RowsMoved

    async def _write_rest(self, situation: Situation, decisions: Decisions) -> None:
        """Writes what few batches have: places, and the use of admissions."""
        event_id = situation.seating.event_id
        with_places = [hold for hold in decisions.holds if hold.places]
        if with_places or situation.run_out:
            moves = changes.PlaceMoves()
            for run_out in situation.run_out:
                moves.move(run_out.pool_no, run_out.shard_no, run_out.quantity, "held", "available")
            for hold in with_places:
                for places in hold.places:
                    moves.move(
                        places.pool_no, places.shard_no, places.quantity, "available", "held"
                    )
            await moves.write(self.connection, event_id)
            await changes.drop_places(self.connection, event_id, situation.run_out)
            await changes.add_places(self.connection, event_id, with_places)
        await changes.count_admissions(self.connection, event_id, decisions.holds, situation.now)


def _ends(holds: Iterable[Hold]) -> list[int]:
    ends: list[int] = []
    end = 0
    for hold in holds:
        end += len(hold.seats)
        ends.append(end)
    return ends


def _answer_lists(answers: Sequence[Answer]) -> tuple[list[Any], ...]:
    return (
        [each.key.scope for each in answers],
        [each.key.method for each in answers],
        [each.key.request_id for each in answers],
        [each.key.body_hash for each in answers],
        [each.reply for each in answers],
        [each.refusal for each in answers],
    )


def _wanted(asks: Sequence[Ask]) -> tuple[Any, ...]:
    """The arguments of read_batch. Lists are sets: nobody is to be locked or counted twice."""
    events = sorted({ask.seating.event_id for ask in asks})
    parties = [(ask.seating.event_id, party) for ask in asks for party in ask.parties]
    buyers = list({(event_id, party.account_id) for event_id, party in parties})
    admissions = list(
        {
            (event_id, party.admission.admission_id): (event_id, party.account_id, party.admission)
            for event_id, party in parties
            if party.admission
        }.values()
    )
    shards = [(ask.seating.event_id, *shard) for ask in asks for shard in set(ask.shards)]
    whole = [(ask.seating.event_id, pool_no) for ask in asks for pool_no in ask.whole_pools]
    seats = list(
        {(event_id, seat_no) for event_id, party in parties for seat_no in party.wanted_seat_nos}
    )
    requests = list(
        {
            (party.request.scope, party.request.method, party.request.request_id)
            for _, party in parties
            if party.request
        }
    )
    return (
        events,
        [event_id for event_id, _ in buyers],
        [account_id for _, account_id in buyers],
        [event_id for event_id, _, _ in admissions],
        [admission.admission_id for _, _, admission in admissions],
        [account_id for _, account_id, _ in admissions],
        [admission.expire_time for _, _, admission in admissions],
        [event_id for event_id, _, _ in shards],
        [pool_no for _, pool_no, _ in shards],
        [shard_no for _, _, shard_no in shards],
        [event_id for event_id, _ in whole],
        [pool_no for _, pool_no in whole],
        RUN_OUT_MAX,
        [event_id for event_id, _ in seats],
        [seat_no for _, seat_no in seats],
        [scope for scope, _, _ in requests],
        [method for _, method, _ in requests],
        [request_id for _, _, request_id in requests],
    )


def _codes_of(asks: Sequence[Ask]) -> list[tuple[int, int]]:
    """The access codes to lock, as (event, number): before every other lock, and none where nobody brings one."""
    return sorted(
        {
            (ask.seating.event_id, party.access_code.code_no)
            for ask in asks
            for party in ask.parties
            if party.access_code
        }
    )


def _rows(row: Any, *columns: str) -> Iterable[tuple[Any, ...]]:
    """Reads lists of one length as rows; a kind of which there is nothing has no lists."""
    first = row[columns[0]]
    return zip(*[row[column] for column in columns], strict=True) if first else ()


_TERMS = (
    "events",
    "is_published",
    "is_cancelled",
    "sale_open_times",
    "end_times",
    "requires_admission",
    "seats_per_hold",
    "live_holds_per_buyer",
    "tickets_per_buyer",
    "hold_seconds",
    "currency_codes",
)


def _read_terms(row: Any, situations: dict[int, Situation]) -> None:
    for terms in _rows(row, *_TERMS):
        event_id, published, cancelled, opens, ends, admission, *limits, seconds, currency = terms
        situations[event_id].terms = Terms(
            is_published=published,
            is_cancelled=cancelled,
            sale_open_time=opens,
            end_time=ends,
            requires_admission=admission,
            limits=Limits(*limits),
            hold_seconds=seconds,
            currency_code=currency,
        )
    for event_id, zone_no, price_minor in _rows(row, "zone_events", "zones", "prices_minor"):
        situations[event_id].prices_minor[zone_no] = price_minor


def _read_buyers(row: Any, situations: dict[int, Situation]) -> None:
    for event_id, account_id, live_holds, tickets in _rows(
        row, "usage_events", "usage_accounts", "live_holds", "tickets"
    ):
        situations[event_id].usage[account_id] = Usage(live_holds, tickets or 0)
    closed = frozenset(row["closed_admissions"] or ())
    for situation in situations.values():
        situation.closed_admissions = closed


def _read_seats(row: Any, situations: dict[int, Situation]) -> None:
    for event_id, *seat in _rows(
        row,
        "seat_events",
        "seats",
        "seat_states",
        "seat_holds",
        "seat_held_untils",
        "seat_fences",
        "seat_allotments",
    ):
        situations[event_id].seats[seat[0]] = SeatRow(*seat)


def _read_pools(row: Any, situations: dict[int, Situation], asks: Sequence[Ask]) -> None:
    """Reads the locked counters; where all are locked, what ran out is already given back."""
    shards: dict[tuple[int, int, int], Shard] = {}
    for event_id, pool_no, shard_no, available in sorted(
        _rows(row, "shard_events", "shard_pools", "shards", "shard_available")
    ):
        shard = shards[event_id, pool_no, shard_no] = Shard(pool_no, shard_no, available)
        situations[event_id].shards.setdefault(pool_no, []).append(shard)
    run_out_count = 0
    for event_id, *run_out in _rows(
        row,
        "run_out_events",
        "run_out_holds",
        "run_out_pools",
        "run_out_shards",
        "run_out_claimed",
    ):
        places = RunOut(*run_out)
        situations[event_id].run_out.append(places)
        shards[event_id, places.pool_no, places.shard_no].available += places.quantity
        run_out_count += 1
    if run_out_count < RUN_OUT_MAX:
        for ask in asks:
            situations[ask.seating.event_id].whole_pools = ask.whole_pools


def _known(row: Any) -> dict[RequestName, Outcome]:
    found: dict[RequestName, Outcome] = {}
    for scope, method, request_id, *outcome in _rows(
        row,
        "known_scopes",
        "known_methods",
        "known_request_ids",
        "known_body_hashes",
        "known_replies",
        "known_refusals",
    ):
        found[scope, method, request_id] = Outcome(*outcome)
    return found
