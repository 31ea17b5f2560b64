"""Carries out a batch: looks for seats, locks, reads, decides, writes, commits; then remembers what changed."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from uuid import UUID

from inventory_svc.holds import changes, store
from inventory_svc.holds.changes import Answer
from inventory_svc.holds.fast_path import FastPath
from inventory_svc.holds.holds import Hold
from inventory_svc.holds.houses import Houses
from inventory_svc.holds.lane import StoreAway
from inventory_svc.holds.lookout import Lookout
from inventory_svc.holds.party import Party
from inventory_svc.holds.placing import (
    Decisions,
    RequestName,
    Result,
    RunOut,
    Situation,
    decide,
    name_of,
)
from inventory_svc.holds.pools import likely_shards
from inventory_svc.holds.seating import Seating
from inventory_svc.holds.seatings import Seatings
from inventory_svc.holds.store import Locks
from inventory_svc.holds.wire import expired_fact, hold_message, placed_fact
from mesh.database import Connection, Database, driver_refusal
from mesh.errors import OnsaleError, to_status
from mesh.outbox import HOLDS_TOPIC, Outbox
from mesh.requests import IdempotencyKeyReused

outbox = Outbox(HOLDS_TOPIC)

SCARCE_MAX = 10_000
"""Pools remembered as nearly empty; of more, some cost a wasted round."""

ShardKeys = list[tuple[int, int]]


class Placer:
    """Places batches of one process."""

    def __init__(
        self,
        database: Database,
        seatings: Seatings,
        houses: Houses,
        fast_path: FastPath,
        lookout: Lookout,
    ) -> None:
        self._database = database
        self._seatings = seatings
        self._houses = houses
        self._fast_path = fast_path
        self._lookout = lookout
        # Processes begin at different shards of a pool, so that they rarely wait for each other.
        self._shard_offset = secrets.randbelow(1 << 16)
        self._scarce: set[tuple[int, int]] = set()

    async def place(self, event_id: int, parties: Sequence[Party]) -> list[Result]:
        """Places a batch in one transaction; one result for each party, in their order."""
        try:
            return await self._answer(event_id, parties)
        except Exception as error:
            # What is read before the transaction may find the database away too.
            if driver_refusal(error):
                raise StoreAway from error
            raise

    async def _answer(self, event_id: int, parties: Sequence[Party]) -> list[Result]:
        seating = await self._seatings.get(event_id)
        lost = await self._fast_path.refuse(event_id, parties)
        rest = [party for place, party in enumerate(parties) if place not in lost]
        answers = iter(await self._place_under_locks(seating, rest) if rest else ())
        return [lost[place] if place in lost else next(answers) for place in range(len(parties))]

    async def _place_under_locks(self, seating: Seating, parties: Sequence[Party]) -> list[Result]:
        event_id = seating.event_id
        async with self._houses.picking(seating, parties) as picks:
            shards, whole_pools = self._shards(seating, parties)
            async with store.batch_transaction(self._database) as connection:
                await store.lock(connection, event_id, _locks(parties, shards))
                situation = await self._read(connection, seating, parties, shards, whole_pools)
                decisions = decide(situation, parties)
                await self._write(connection, situation, parties, decisions)
            picks.committed(decisions.holds)
        self._fast_path.learn(situation, decisions)
        if decisions.holds or decisions.losers:
            self._lookout.changed(event_id)
            outbox.wake()
        return decisions.results

    def _shards(
        self, seating: Seating, parties: Sequence[Party]
    ) -> tuple[ShardKeys, frozenset[int]]:
        """Returns the shards to lock, and the pools of which that is all.

        At first as few as the demand needs; all of them once a party found too little, because only under all locks can
        it be said that nothing is left.
        """
        demand: dict[int, int] = {}
        whole: set[int] = set()
        for party in parties:
            for asked in party.places:
                demand[asked.pool_no] = demand.get(asked.pool_no, 0) + asked.quantity
                if party.rounds or (seating.event_id, asked.pool_no) in self._scarce:
                    whole.add(asked.pool_no)
        keys: ShardKeys = []
        for pool_no, quantity in demand.items():
            pool = seating.pools[pool_no]
            tried = likely_shards(pool.shard_count, pool.capacity, quantity, self._shard_offset)
            if pool_no in whole or len(tried) == pool.shard_count:
                whole.add(pool_no)
                tried = list(range(pool.shard_count))
            keys += [(pool_no, shard_no) for shard_no in tried]
        return keys, frozenset(whole)

    async def _read(
        self,
        connection: Connection,
        seating: Seating,
        parties: Sequence[Party],
        shards: ShardKeys,
        whole_pools: frozenset[int],
    ) -> Situation:
        event_id = seating.event_id
        reading = await store.read_terms(connection, event_id)
        if reading is None:
            return Situation(seating, await store.read_clock(connection), None)
        situation = Situation(seating, reading.now, reading.terms, reading.prices_minor)
        seat_nos = [seat_no for party in parties for seat_no in party.wanted_seat_nos]
        if seat_nos:
            situation.seats = await store.read_seats(connection, event_id, seat_nos)
        situation.usage = await store.read_usage(
            connection, event_id, situation.now, (party.account_id for party in parties)
        )
        requests = [party.request for party in parties if party.request]
        if requests:
            situation.known = await store.read_requests(connection, requests)
        admissions = [party.admission.admission_id for party in parties if party.admission]
        if admissions:
            situation.closed_admissions = await store.read_closed_admissions(
                connection, event_id, admissions
            )
        if shards:
            await self._read_pools(connection, situation, shards, whole_pools)
        return situation

    async def _read_pools(
        self,
        connection: Connection,
        situation: Situation,
        shards: ShardKeys,
        whole_pools: frozenset[int],
    ) -> None:
        """Reads the locked counters; where all are locked, with what ran out already given back."""
        event_id = situation.seating.event_id
        situation.shards = await store.read_shards(connection, event_id, shards)
        if not whole_pools:
            return
        situation.run_out = await store.read_run_out(
            connection, event_id, situation.now, whole_pools
        )
        _give_back(situation, situation.run_out)
        if len(situation.run_out) < store.RUN_OUT_MAX:
            situation.whole_pools = whole_pools
        self._note_scarcity(situation, whole_pools)

    def _note_scarcity(self, situation: Situation, whole_pools: frozenset[int]) -> None:
        """Remembers which pools are nearly empty: there, trying a few shards first would be a wasted round."""
        seating = situation.seating
        for pool_no in whole_pools:
            left = sum(shard.available for shard in situation.shards.get(pool_no, ()))
            if left * 4 >= seating.pools[pool_no].capacity:
                self._scarce.discard((seating.event_id, pool_no))
            elif len(self._scarce) < SCARCE_MAX:
                self._scarce.add((seating.event_id, pool_no))

    async def _write(
        self,
        connection: Connection,
        situation: Situation,
        parties: Sequence[Party],
        decisions: Decisions,
    ) -> None:
        seating, now = situation.seating, situation.now
        event_id = seating.event_id
        await changes.take_seats(connection, event_id, decisions.takings)
        moves = changes.PlaceMoves()
        for run_out in situation.run_out:
            moves.move(run_out.pool_no, run_out.shard_no, run_out.quantity, "held", "available")
        for hold in decisions.holds:
            for places in hold.places:
                moves.move(places.pool_no, places.shard_no, places.quantity, "available", "held")
        await moves.write(connection, event_id)
        await changes.drop_places(connection, event_id, situation.run_out)
        await changes.add_holds(connection, decisions.holds, now)
        losers = await changes.expire(connection, event_id, decisions.losers)
        messages = {hold.hold_id: hold_message(hold, seating) for hold in decisions.holds}
        await outbox.add_many(
            connection,
            [expired_fact(hold, hold_message(hold, seating), now) for hold in losers]
            + [placed_fact(hold, messages[hold.hold_id], now) for hold in decisions.holds],
        )
        replies = {hold_id: message.SerializeToString() for hold_id, message in messages.items()}
        await changes.add_requests(connection, _answers(situation, parties, decisions, replies))


def _locks(parties: Sequence[Party], shards: ShardKeys) -> Locks:
    return Locks(
        account_ids={party.account_id for party in parties},
        admissions={
            party.admission.admission_id: (party.account_id, party.admission)
            for party in parties
            if party.admission
        },
        shards=shards,
        seat_nos=[seat_no for party in parties for seat_no in party.wanted_seat_nos],
    )


def _give_back(situation: Situation, run_out: Sequence[RunOut]) -> None:
    shards = {
        (shard.pool_no, shard.shard_no): shard
        for pool in situation.shards.values()
        for shard in pool
    }
    for places in run_out:
        shards[places.pool_no, places.shard_no].available += places.quantity


def _answers(
    situation: Situation,
    parties: Sequence[Party],
    decisions: Decisions,
    replies: dict[UUID, bytes],
) -> list[Answer]:
    """Returns what to remember: a reply or a refusal for each request that got one now, each request once."""
    answers: dict[RequestName, Answer] = {}
    for party, result in zip(parties, decisions.results, strict=True):
        key = party.request
        if key is None:
            continue
        name = name_of(key)
        if name in answers or name in situation.known:
            continue
        if isinstance(result, Hold):
            answers[name] = (key, replies[result.hold_id], None)
        elif isinstance(result, OnsaleError) and _is_final(result):
            answers[name] = (key, None, to_status(result).SerializeToString())
    return list(answers.values())


def _is_final(refusal: OnsaleError) -> bool:
    """False for what only says to try again, and for a request id that belongs to another body."""
    return refusal.retry_after_seconds is None and not isinstance(refusal, IdempotencyKeyReused)
