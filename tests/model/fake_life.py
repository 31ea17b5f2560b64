"""What happens to holds after they were placed, in the fake store: the moves that SQL makes in the real one."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from inventory_svc.errors import EventCancelled
from inventory_svc.holds import pools
from inventory_svc.holds.errors import (
    HoldConfirmed,
    HoldExpired,
    HoldExtended,
    HoldNotFound,
    HoldNotPinned,
    HoldPinned,
    PinClosed,
    SeatsNotSold,
)
from inventory_svc.holds.holds import HeldPlaces, HeldSeat, Hold, SeatState, State
from inventory_svc.holds.marks import Freed
from inventory_svc.holds.pools import Shard
from tests.model.fake_store import FakeHolds, Transaction
from tests.model.tables import Claim, ClaimKey

PIN_DEADLINE = timedelta(minutes=1)


class FakeLife:
    """Releases, extensions, pins, sales, returns and the expiry worker, over a fake store."""

    def __init__(self, holds: FakeHolds) -> None:
        self._holds = holds

    @asynccontextmanager
    async def _locked(
        self, hold_id: UUID, account_id: UUID | None = None, *, whole_pools: bool = False
    ) -> AsyncIterator[tuple[Transaction, Hold]]:
        async with self._holds.transaction() as transaction:
            known = transaction.tables.holds.get(hold_id)
            if known is None or account_id not in (None, known.account_id):
                raise HoldNotFound
            shards = [(places.pool_no, places.shard_no) for places in known.places]
            if whole_pools:
                pool_nos = {pool_no for pool_no, _ in shards}
                shards = [
                    (pool_no, shard_no)
                    for event_id, pool_no, shard_no in transaction.tables.shards
                    if event_id == known.event_id and pool_no in pool_nos
                ]
            await transaction.lock(
                known.event_id,
                account_ids=[known.account_id],
                shards=shards,
                seat_nos=known.seat_nos,
                hold_ids=[hold_id],
            )
            await self._holds.weather.meet("locked")
            hold = transaction.tables.holds[hold_id]
            if hold.places != known.places:  # an order took them again elsewhere meanwhile
                now_in = [(places.pool_no, places.shard_no) for places in hold.places]
                await transaction.lock(hold.event_id, shards=now_in)
            yield transaction, hold

    async def release(self, hold_id: UUID, account_id: UUID) -> list[Freed]:
        """Gives a hold back; returns the seats that became free."""
        async with self._locked(hold_id, account_id) as (transaction, hold):
            state = hold.state_at(self._holds.clock.now())
            if state in (State.PINNED, State.CONFIRMED):
                raise HoldPinned
            if state is not State.HELD:
                return []
            return _give_back(transaction, hold, SeatState.HELD)

    async def extend(self, hold_id: UUID, account_id: UUID) -> Hold:
        """Makes a live hold last its full time again, once."""
        async with self._locked(hold_id, account_id) as (transaction, hold):
            terms = transaction.tables.events[hold.event_id].terms
            now = self._holds.clock.now()
            state = hold.state_at(now)
            if state in (State.PINNED, State.CONFIRMED):
                raise HoldPinned
            if state is not State.HELD:
                raise HoldExpired
            if terms.is_cancelled:
                raise EventCancelled
            if hold.extended:
                raise HoldExtended
            until = now + timedelta(seconds=terms.hold_seconds)
            return _keep(transaction, replace(hold, held_until=until, extended=True))

    async def pin(self, hold_id: UUID, order_id: UUID, *, retake: bool) -> Hold:
        """Pins a hold for an order, or takes its seats again for it."""
        async with self._locked(hold_id, whole_pools=retake) as (transaction, hold):
            tables, now = transaction.tables, self._holds.clock.now()
            if (hold_id, order_id) in tables.closed_pins:
                raise PinClosed
            if hold.state in (State.PINNED, State.CONFIRMED):
                if hold.order_id != order_id:
                    raise HoldPinned
                return hold
            if tables.events[hold.event_id].terms.is_cancelled:
                raise EventCancelled
            state = hold.state_at(now)
            if state is State.EXPIRED and retake:
                hold = await self._retake(transaction, hold)
            elif state is not State.HELD:
                raise HoldExpired
            return _keep(
                transaction,
                replace(
                    hold,
                    state=State.PINNED,
                    order_id=order_id,
                    pin_time=now,
                    pin_deadline=now + PIN_DEADLINE,
                ),
            )

    async def _retake(self, transaction: Transaction, hold: Hold) -> Hold:
        """Takes everything that a hold had, or raises HoldExpired."""
        tables, now = transaction.tables, self._holds.clock.now()
        limits = tables.events[hold.event_id].terms.limits
        if transaction.usage(hold.event_id, hold.account_id).tickets + hold.count > (
            limits.tickets_per_buyer
        ):
            raise HoldExpired
        rows = [tables.seats[hold.event_id, seat_no] for seat_no in hold.seat_nos]
        if not all(row.can_be_taken(now) for row in rows):
            raise HoldExpired
        losers = {row.hold_id for row in rows if row.hold_id not in (None, hold.hold_id)}
        seats = tuple(
            HeldSeat(seat.seat_no, seat.zone_no, seat.price_minor, row.fence + 1)
            for seat, row in zip(hold.seats, rows, strict=True)
        )
        for row in rows:
            tables.seats[hold.event_id, row.seat_no] = replace(
                row, hold_id=hold.hold_id, fence=row.fence + 1
            )
        places, run_out = _retake_places(transaction, hold)
        await transaction.lock_holds((hold.event_id, each) for each in losers if each)
        transaction.expire([*(each for each in losers if each), *run_out])
        return replace(hold, seats=seats, places=places)

    async def confirm(self, hold_id: UUID, order_id: UUID) -> None:
        """Sells the seats of a pinned hold to its order."""
        async with self._locked(hold_id) as (transaction, hold):
            if hold.order_id != order_id or hold.state not in (State.PINNED, State.CONFIRMED):
                raise HoldNotPinned
            if hold.state is State.CONFIRMED:
                return
            _keep(transaction, replace(hold, state=State.CONFIRMED))
            transaction.tables.sold_counts[hold_id] = hold.count
            for places in hold.places:
                transaction.move_places(
                    hold.event_id,
                    places.pool_no,
                    places.shard_no,
                    places.quantity,
                    "held",
                    "sold",
                )

    async def unpin(self, hold_id: UUID, order_id: UUID) -> list[Freed]:
        """Gives a pinned hold back, and refuses its order from now on."""
        async with self._locked(hold_id) as (transaction, hold):
            transaction.tables.closed_pins[hold_id, order_id] = True
            if hold.order_id != order_id:
                return []
            if hold.state is State.CONFIRMED:
                raise HoldConfirmed
            if hold.state is not State.PINNED:
                return []
            return _give_back(transaction, hold, SeatState.PINNED)

    async def take_back(
        self,
        hold_id: UUID,
        order_id: UUID,
        return_id: str,
        seat_nos: Sequence[int],
        quantity: int,
    ) -> list[Freed]:
        """Returns sold seats, and places of the hold's pools, to the sale; each return once."""
        async with self._locked(hold_id) as (transaction, hold):
            tables = transaction.tables
            if (hold_id, return_id) in tables.returned:
                return []
            is_sold = hold.state is State.CONFIRMED and hold.order_id == order_id
            rows = [tables.seats[hold.event_id, seat_no] for seat_no in seat_nos]
            theirs = [row for row in rows if row.hold_id == hold_id]
            claims = tables.claims_of(hold_id)
            if (
                not is_sold
                or len(theirs) < len(seat_nos)
                or sum(claim.claimed for claim in claims.values()) < quantity
            ):
                raise SeatsNotSold([f"s{seat_no}" for seat_no in seat_nos], [])
            _unclaim(transaction, hold.event_id, claims, quantity)
            tables.sold_counts[hold_id] -= len(seat_nos) + quantity
            tables.returned[hold_id, return_id] = tuple(seat_nos)
            return _free(transaction, hold, seat_nos, SeatState.SOLD)

    async def tidy(self, event_id: int) -> list[Freed]:
        """Ends the holds whose time is over and gives back what they still have."""
        now = self._holds.clock.now()
        due = [
            hold
            for hold in self._holds.tables.holds.values()
            if hold.event_id == event_id
            and hold.state in (State.HELD, State.EXPIRED)
            and hold.held_until <= now
        ]
        async with self._holds.transaction() as transaction:
            await transaction.lock(
                event_id,
                shards=[(each.pool_no, each.shard_no) for hold in due for each in hold.places],
                seat_nos=[seat_no for hold in due for seat_no in hold.seat_nos],
                hold_ids=[hold.hold_id for hold in due],
            )
            await self._holds.weather.meet("locked")
            transaction.expire(hold.hold_id for hold in due)
            freed: list[Freed] = []
            for hold in due:
                if transaction.tables.holds[hold.hold_id].state is State.EXPIRED:
                    freed += _free(transaction, hold, hold.seat_nos, SeatState.HELD)
                    _free_places(transaction, hold)
            return freed

    async def cancel(self, event_id: int) -> None:
        """Cancels the event: nothing of it is held or pinned any more."""
        await self._change(event_id, is_cancelled=True)

    async def require_admission(self, event_id: int, required: bool) -> None:
        """Sets a room before the event, or takes it away."""
        await self._change(event_id, requires_admission=required)

    async def _change(self, event_id: int, **changes: bool) -> None:
        async with self._holds.transaction() as transaction:
            await transaction.lock(event_id, event_alone=True)
            row = transaction.tables.events[event_id]
            terms = replace(row.terms, **changes)  # type: ignore[arg-type]
            transaction.tables.events[event_id] = replace(row, terms=terms)

    async def close_admission(self, event_id: int, admission_id: UUID) -> None:
        """Closes an admission: nothing is held with it any more."""
        async with self._holds.transaction() as transaction:
            await transaction.lock(event_id, admission_ids=[admission_id])
            transaction.tables.closed_admissions[admission_id] = True


def _keep(transaction: Transaction, hold: Hold) -> Hold:
    """Writes a hold in its new state, and its seats and places with it."""
    tables = transaction.tables
    kept = replace(hold, version=hold.version + 1)
    tables.holds[hold.hold_id] = kept
    state = {State.HELD: SeatState.HELD, State.PINNED: SeatState.PINNED}.get(
        hold.state, SeatState.SOLD
    )
    until = hold.held_until if hold.state is State.HELD else None
    for seat_no in hold.seat_nos:
        key = (hold.event_id, seat_no)
        tables.seats[key] = replace(tables.seats[key], state=state, held_until=until)
    for places in hold.places:
        place = (hold.hold_id, places.pool_no, places.shard_no)
        tables.claims[place] = replace(tables.claims[place], held_until=until)
    return kept


def _give_back(transaction: Transaction, hold: Hold, state: int) -> list[Freed]:
    freed = _free(transaction, hold, hold.seat_nos, state)
    _free_places(transaction, hold)
    transaction.tables.holds[hold.hold_id] = replace(
        hold, state=State.RELEASED, version=hold.version + 1
    )
    return freed


def _free(transaction: Transaction, hold: Hold, seat_nos: Iterable[int], state: int) -> list[Freed]:
    freed = []
    for seat_no in seat_nos:
        row = transaction.tables.seats[hold.event_id, seat_no]
        if row.hold_id == hold.hold_id and row.state == state:
            transaction.tables.seats[hold.event_id, seat_no] = replace(
                row,
                state=SeatState.AVAILABLE,
                hold_id=None,
                held_until=None,
                fence=row.fence + 1,
            )
            freed.append(Freed(seat_no, row.fence + 1))
    return freed


def _free_places(transaction: Transaction, hold: Hold) -> None:
    for (hold_id, pool_no, shard_no), claim in transaction.tables.claims_of(hold.hold_id).items():
        if not claim.claimed:
            continue  # an order took the places again elsewhere; this counter is not locked
        transaction.move_places(
            hold.event_id, pool_no, shard_no, claim.claimed, "held", "available"
        )
        freed = replace(claim, claimed=0, held_until=None)
        transaction.tables.claims[hold_id, pool_no, shard_no] = freed


def _retake_places(
    transaction: Transaction, hold: Hold
) -> tuple[tuple[HeldPlaces, ...], list[UUID]]:
    """Takes a hold's places anew from what is free; returns them, and the holds that lost some."""
    if not hold.places:
        return (), []
    tables, event_id = transaction.tables, hold.event_id
    _free_places(transaction, hold)
    wanted: Counter[int] = Counter()
    for places in hold.places:
        wanted[places.pool_no] += places.quantity
    run_out = transaction.run_out(event_id, wanted)
    for each in run_out:
        transaction.move_places(
            event_id, each.pool_no, each.shard_no, each.quantity, "held", "available"
        )
    transaction.drop_places(run_out)
    taken: list[HeldPlaces] = []
    for pool_no, quantity in wanted.items():
        shards = [
            Shard(pool_no, key[2], row.available)
            for key, row in sorted(tables.shards.items())
            if key[:2] == (event_id, pool_no)
        ]
        shares = pools.take(shards, quantity)
        if shares is None:
            raise HoldExpired
        sample = next(places for places in hold.places if places.pool_no == pool_no)
        for share in shares:
            transaction.move_places(
                event_id, pool_no, share.shard_no, share.quantity, "available", "held"
            )
            tables.claims[hold.hold_id, pool_no, share.shard_no] = Claim(
                share.quantity, share.quantity, None
            )
            taken.append(replace(sample, shard_no=share.shard_no, quantity=share.quantity))
    return tuple(taken), [each.hold_id for each in run_out]


def _unclaim(
    transaction: Transaction, event_id: int, claims: dict[ClaimKey, Claim], quantity: int
) -> None:
    """Takes some of a sold hold's places from it."""
    for (hold_id, pool_no, shard_no), claim in sorted(claims.items()):
        part = min(quantity, claim.claimed)
        quantity -= part
        transaction.move_places(event_id, pool_no, shard_no, part, "sold", "available")
        transaction.tables.claims[hold_id, pool_no, shard_no] = replace(
            claim, claimed=claim.claimed - part
        )
