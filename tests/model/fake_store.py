"""Holds in memory, behind the protocol of the real store: row locks, drafts, commits, and what goes wrong with them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Protocol
from uuid import UUID

from inventory_svc.holds.batch import Answer, Ask, losers_of
from inventory_svc.holds.holds import Hold, SeatState, State
from inventory_svc.holds.houses.opened_house import HouseReading, Taken
from inventory_svc.holds.limits import Usage
from inventory_svc.holds.placing import Decisions, Outcome, RequestName, RunOut, Situation, name_of
from inventory_svc.holds.pools import Shard
from inventory_svc.holds.seating import Seating
from inventory_svc.holds.store import RUN_OUT_MAX, RowsMoved
from mesh.clock import Clock
from mesh.outbox import Fact
from tests.model.row_locks import Row, RowLocks
from tests.model.tables import Claim, ShardRow, Tables

KEPT = 0.9
"""How much of what it was told a store remembers that is not durable."""


class ConstraintBroken(Exception):
    """A row would be what the schema forbids."""


class Weather(Protocol):
    """What befalls a transaction on its way."""

    async def meet(self, point: str) -> None:
        """Waits, or raises, at a point of a transaction: open, locked, commit, committed."""


class Calm:
    """Nothing ever happens."""

    async def meet(self, point: str) -> None:
        """Goes on."""


@dataclass(frozen=True, slots=True)
class Guards:
    """The store's own protections; without one of them it must be seen to sell a seat twice."""

    locks: bool = True
    locks_first: bool = True
    """Reads after it locked, not before."""
    fences: bool = True
    requests: bool = True
    durable: bool = True
    """What was said to be committed is there."""


class Transaction:
    """A draft, and the rows that it has locked."""

    def __init__(self, holds: FakeHolds) -> None:
        self._holds = holds
        self.tables = holds.tables.draft()

    async def lock(
        self,
        event_id: int,
        *,
        account_ids: Iterable[UUID] = (),
        admission_ids: Iterable[UUID] = (),
        shards: Iterable[tuple[int, int]] = (),
        seat_nos: Iterable[int] = (),
        hold_ids: Iterable[UUID] = (),
        event_alone: bool = False,
    ) -> None:
        """Locks rows of one event, in the one order."""
        await self._take([("event", event_id)], shared=not event_alone)
        await self._take([("buyer", event_id, account_id) for account_id in set(account_ids)])
        await self._take([("admission", event_id, each) for each in set(admission_ids)])
        await self._take([("shard", event_id, *shard) for shard in set(shards)])
        await self._take([("seat", event_id, seat_no) for seat_no in set(seat_nos)])
        await self._take([("hold", event_id, hold_id) for hold_id in set(hold_ids)])

    async def lock_batch(self, asks: Sequence[Ask]) -> None:
        """Locks what a batch wants: each kind over all events, in the order of its key."""
        parties = [(ask.seating.event_id, party) for ask in asks for party in ask.parties]
        await self._take({("event", ask.seating.event_id) for ask in asks}, shared=True)
        await self._take({("buyer", event_id, party.account_id) for event_id, party in parties})
        await self._take(
            {
                ("admission", event_id, party.admission.admission_id)
                for event_id, party in parties
                if party.admission
            }
        )
        await self._take(
            {("shard", ask.seating.event_id, *shard) for ask in asks for shard in ask.shards}
        )
        await self._take(
            {
                ("seat", event_id, seat_no)
                for event_id, party in parties
                for seat_no in party.wanted_seat_nos
            }
        )

    async def lock_holds(self, holds: Iterable[tuple[int, UUID]]) -> None:
        """Locks holds, last of all."""
        await self._take({("hold", event_id, hold_id) for event_id, hold_id in holds})

    async def _take(self, rows: Iterable[Row], *, shared: bool = False) -> None:
        if self._holds.guards.locks:
            for row in sorted(rows):
                await self._holds.locks.take(self, row, shared=shared)

    def move_places(
        self, event_id: int, pool_no: int, shard_no: int, quantity: int, source: str, target: str
    ) -> None:
        """Moves places from one counter of a shard, such as "held", to another. Raises ConstraintBroken."""
        row = self.tables.shards[event_id, pool_no, shard_no]
        left = getattr(row, source) - quantity
        if left < 0:
            raise ConstraintBroken(f"{source} of shard {shard_no} of pool {pool_no} below zero")
        moved: dict[str, int] = {source: left, target: getattr(row, target) + quantity}
        self.tables.shards[event_id, pool_no, shard_no] = replace(row, **moved)

    def usage(self, event_id: int, account_id: UUID) -> Usage:
        """Counts what a buyer has of an event."""
        now, usage = self._holds.clock.now(), Usage()
        for hold in self.tables.holds.values():
            if (hold.event_id, hold.account_id) != (event_id, account_id):
                continue
            if hold.state is State.CONFIRMED:
                usage.tickets += self.tables.sold_counts[hold.hold_id]
            elif hold.state_at(now) in (State.HELD, State.PINNED):
                usage.add(hold.count)
        return usage

    def run_out(self, event_id: int, pool_nos: Iterable[int]) -> list[RunOut]:
        """Returns places of holds whose time is over, oldest first."""
        now, wanted = self._holds.clock.now(), set(pool_nos)
        over = [
            (claim.held_until, RunOut(hold_id, pool_no, shard_no, claim.claimed))
            for (hold_id, pool_no, shard_no), claim in self.tables.claims.items()
            if pool_no in wanted
            and self.tables.holds[hold_id].event_id == event_id
            and claim.held_until is not None
            and claim.held_until <= now
        ]
        over.sort(key=lambda each: (each[0], each[1].hold_id))
        return [places for _, places in over[:RUN_OUT_MAX]]

    def drop_places(self, places: Iterable[RunOut]) -> None:
        """Takes places that ran out from their holds."""
        for each in places:
            key = (each.hold_id, each.pool_no, each.shard_no)
            dropped = replace(self.tables.claims[key], claimed=0, held_until=None)
            self.tables.claims[key] = dropped

    def expire(self, hold_ids: Iterable[UUID]) -> list[Hold]:
        """Ends holds whose time is over, each once; returns those that this ended."""
        ended = []
        for hold_id in sorted(set(hold_ids)):
            hold = self.tables.holds.get(hold_id)
            is_over = hold is not None and hold.held_until <= self._holds.clock.now()
            if hold is not None and is_over and hold.state is State.HELD:
                ended.append(replace(hold, state=State.EXPIRED, version=hold.version + 1))
                self.tables.holds[hold_id] = ended[-1]
        return ended


class FakeBatch(Transaction):
    """A batch under way."""

    async def read(self, asks: Sequence[Ask]) -> list[Situation]:
        """Takes every lock, then reads what stands."""
        locks_first = self._holds.guards.locks_first
        found = [] if locks_first else [self._situation(ask) for ask in asks]
        await self.lock_batch(asks)
        await self._holds.weather.meet("locked")
        if locks_first:
            found = [self._situation(ask) for ask in asks]
        await self._holds.weather.meet("read")
        return found

    def _situation(self, ask: Ask) -> Situation:
        tables, event_id = self.tables, ask.seating.event_id
        event = tables.events.get(event_id)
        situation = Situation(ask.seating, self._holds.clock.now(), event.terms if event else None)
        situation.prices_minor = dict(event.prices_minor) if event else {}
        for party in ask.parties:
            self._holds.look_at(party.hold_id)
            situation.usage[party.account_id] = self.usage(event_id, party.account_id)
            for seat_no in party.wanted_seat_nos:
                row = tables.seats.get((event_id, seat_no))
                if row is not None:
                    situation.seats[seat_no] = row
            key = party.request
            if key and (outcome := tables.requests.get(name_of(key))):
                situation.known[name_of(key)] = outcome
        situation.closed_admissions = frozenset(tables.closed_admissions)
        for pool_no, shard_no in sorted(set(ask.shards)):
            row = tables.shards[event_id, pool_no, shard_no]
            shard = Shard(pool_no, shard_no, row.available)
            situation.shards.setdefault(pool_no, []).append(shard)
        if ask.whole_pools:
            self._put_back_run_out(situation, ask.whole_pools)
        return situation

    def _put_back_run_out(self, situation: Situation, whole_pools: frozenset[int]) -> None:
        situation.run_out = self.run_out(situation.seating.event_id, whole_pools)
        for places in situation.run_out:
            for shard in situation.shards[places.pool_no]:
                if shard.shard_no == places.shard_no:
                    shard.available += places.quantity
        if len(situation.run_out) < RUN_OUT_MAX:
            situation.whole_pools = whole_pools

    async def write(
        self, decided: Sequence[tuple[Situation, Decisions]], answers: Sequence[Answer]
    ) -> list[Hold]:
        """Writes decisions and answers; returns the holds that this ended. Raises RowsMoved."""
        for situation, decisions in decided:
            self._give_seats(decisions.holds)
            self._write_places(situation, decisions.holds)
        await self.remember(answers)
        losers = losers_of(decided)
        await self.lock_holds(losers)
        return self.expire(hold_id for _, hold_id in losers)

    def _give_seats(self, holds: Sequence[Hold]) -> None:
        now = self._holds.clock.now()
        for hold in holds:
            self.tables.holds[hold.hold_id] = hold
            for seat in hold.seats:
                key = (hold.event_id, seat.seat_no)
                row = self.tables.seats[key]
                is_as_read = row.fence == seat.fence - 1 and row.can_be_taken(now)
                if self._holds.guards.fences and not is_as_read:
                    raise RowsMoved
                self.tables.seats[key] = replace(
                    row,
                    state=SeatState.HELD,
                    hold_id=hold.hold_id,
                    held_until=hold.held_until,
                    fence=seat.fence,
                )

    def _write_places(self, situation: Situation, holds: Sequence[Hold]) -> None:
        event_id = situation.seating.event_id
        moves: Counter[tuple[int, int]] = Counter()
        for run_out in situation.run_out:
            moves[run_out.pool_no, run_out.shard_no] += run_out.quantity
        for hold in holds:
            for places in hold.places:
                moves[places.pool_no, places.shard_no] -= places.quantity
                self.tables.claims[hold.hold_id, places.pool_no, places.shard_no] = Claim(
                    places.quantity, places.quantity, hold.held_until
                )
        for (pool_no, shard_no), given_back in moves.items():
            row: ShardRow = self.tables.shards[event_id, pool_no, shard_no]
            if row.available + given_back < 0 or row.held - given_back < 0:
                raise ConstraintBroken(f"shard {shard_no} of pool {pool_no} below zero")
            self.move_places(event_id, pool_no, shard_no, given_back, "held", "available")
        self.drop_places(situation.run_out)

    async def tell(self, facts: Sequence[Fact]) -> None:
        """Writes facts to the outbox."""
        for fact in facts:
            kind = fact.payload.DESCRIPTOR.name
            self.tables.facts[kind, fact.aggregate_id, fact.version] = fact.occurred_time

    async def refuse(self, answers: Sequence[Answer]) -> dict[RequestName, Outcome]:
        """Remembers refusals; returns what was answered before."""
        await self._take_requests(answers)
        known = {
            name: self.tables.requests[name]
            for name in (name_of(answer.key) for answer in answers)
            if self._holds.guards.requests and name in self.tables.requests
        }
        await self.remember([answer for answer in answers if name_of(answer.key) not in known])
        return known

    async def _take_requests(self, answers: Sequence[Answer]) -> None:
        # Whoever writes a key that somebody else is writing waits for what becomes of it.
        await self._take({("request", *name_of(answer.key)) for answer in answers})

    async def remember(self, answers: Sequence[Answer]) -> None:
        """Remembers answers. Raises RowsMoved when one was remembered elsewhere meanwhile."""
        await self._take_requests(answers)
        for answer in answers:
            name = name_of(answer.key)
            if self._holds.guards.requests and name in self.tables.requests:
                raise RowsMoved
            self.tables.requests[name] = Outcome(answer.key.body_hash, answer.reply, answer.refusal)


class FakeHolds:
    """One store, for however many processes."""

    def __init__(
        self,
        tables: Tables,
        clock: Clock,
        *,
        weather: Weather | None = None,
        guards: Guards | None = None,
        draw: random.Random | None = None,
    ) -> None:
        self._draw = draw or random.Random(0)
        self.tables = tables
        self.clock = clock
        self.weather: Weather = weather or Calm()
        self.guards = guards or Guards()
        self.locks = RowLocks()
        self.on_commit: Callable[[Tables], None] = lambda written: None
        """Called with what each commit wrote."""
        self.poisoned: set[UUID] = set()
        """Parties, by the hold that they would get, that no statement can carry."""

    def look_at(self, hold_id: UUID) -> None:
        """Raises ConstraintBroken for a poisoned party."""
        if hold_id in self.poisoned:
            raise ConstraintBroken("a value that no column takes")

    @asynccontextmanager
    async def batch(self) -> AsyncIterator[FakeBatch]:
        """Opens a batch; raises as HoldStore says."""
        batch = FakeBatch(self)
        async with self._carry(batch):
            yield batch

    async def refuse(self, answers: Sequence[Answer]) -> dict[RequestName, Outcome]:
        """Remembers refusals; returns what was answered before."""
        async with self.batch() as batch:
            return await batch.refuse(answers)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Opens a transaction of another kind."""
        transaction = Transaction(self)
        async with self._carry(transaction):
            yield transaction

    @asynccontextmanager
    async def _carry(self, transaction: Transaction) -> AsyncIterator[None]:
        await self.weather.meet("open")
        try:
            yield
            await self.weather.meet("commit")
            if self.guards.durable or self._draw.random() < KEPT:
                self.tables.apply(transaction.tables)
        finally:
            self.locks.release(transaction)
        self.on_commit(transaction.tables)
        await self.weather.meet("committed")

    async def read_house(self, seating: Seating) -> HouseReading:
        """Reads a house without locks, as of the last commits."""
        await self.weather.meet("open")
        now = self.clock.now()
        event = self.tables.events[seating.event_id]
        return HouseReading(
            taken=[
                Taken(
                    (row.seat_no,),
                    (row.held_until - now).total_seconds() if row.held_until else None,
                )
                for row in self.tables.seats_of(seating.event_id)
                if not row.can_be_taken(now)
            ],
            prices_minor=dict(event.prices_minor),
            seats_per_hold=event.terms.limits.seats_per_hold,
        )
