"""Pins: a hold kept for an order while it is paid for, then sold or given back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from inventory_svc.allocation import store as pin_store
from inventory_svc.allocation.retake import lock_code, retake
from inventory_svc.allotments.codes import Code
from inventory_svc.errors import EventCancelled
from inventory_svc.holds import changes, store
from inventory_svc.holds.errors import (
    HoldConfirmed,
    HoldExpired,
    HoldNotFound,
    HoldNotPinned,
    HoldPinned,
    PinClosed,
)
from inventory_svc.holds.holds import Hold, SeatState, State
from inventory_svc.holds.lookout import Lookout
from inventory_svc.holds.marks import Freed
from inventory_svc.holds.seating import Seating
from inventory_svc.holds.seatings import Seatings
from inventory_svc.holds.store import Locks
from inventory_svc.holds.wire import hold_message, released_fact
from mesh import ids
from mesh.database import Connection, Database
from mesh.outbox import HOLDS_TOPIC, Outbox
from protos.inventory.v1 import inventory_pb2

_outbox = Outbox(HOLDS_TOPIC)


@dataclass(frozen=True, slots=True)
class PinAsked:
    """What an order asks for."""

    hold_id: UUID
    order_id: UUID
    deadline: datetime
    retake: bool


class Pins:
    """Pins of one process's callers; every call is idempotent for its order."""

    def __init__(self, database: Database, seatings: Seatings, lookout: Lookout) -> None:
        self._database = database
        self._seatings = seatings
        self._lookout = lookout

    async def pin(self, asked: PinAsked) -> inventory_pb2.Hold:
        """Pins a hold for an order, or takes its seats again for it.

        Raises HoldNotFound, HoldPinned, PinClosed, HoldExpired, EventCancelled.
        """
        seating = await self._seatings.of_hold(asked.hold_id)
        async with self._database.transaction() as connection:
            hold = await _read(connection, asked.hold_id)
            code = await lock_code(connection, hold) if asked.retake else None
            hold = await _lock(connection, hold, code, whole_pools=asked.retake)
            if not await _is_pinned(connection, hold, asked.order_id):
                await _pin(connection, hold, asked, seating)
            message = hold_message(await _read(connection, asked.hold_id), seating)
        _outbox.wake()
        return message

    async def confirm(self, hold_id: UUID, order_id: UUID) -> inventory_pb2.Hold:
        """Sells the seats of a pinned hold to its order. Raises HoldNotFound, HoldNotPinned."""
        seating = await self._seatings.of_hold(hold_id)
        async with self._database.transaction() as connection:
            hold = await _lock(connection, await _read(connection, hold_id))
            if hold.order_id != order_id or hold.state not in (State.PINNED, State.CONFIRMED):
                raise HoldNotPinned
            if hold.state is State.PINNED:
                await pin_store.sell(connection, hold)
            return hold_message(await _read(connection, hold_id), seating)

    async def unpin(self, hold_id: UUID, order_id: UUID) -> None:
        """Gives a pinned hold back, and refuses its order from now on. Raises HoldConfirmed."""
        try:
            seating = await self._seatings.of_hold(hold_id)
        except HoldNotFound:
            return  # a hold of no event can never be pinned
        async with self._database.transaction() as connection:
            known = await store.read_hold(connection, ids.event_of(hold_id), hold_id)
            hold = await _lock(connection, known) if known else None
            await pin_store.close(connection, hold_id, order_id)
            if hold is None or hold.order_id != order_id:
                return
            if hold.state is State.CONFIRMED:
                raise HoldConfirmed
            if hold.state is not State.PINNED:
                return
            freed = await _give_back(connection, hold, seating)
        await self._lookout.freed(hold.event_id, freed)
        _outbox.wake()

    async def old(self, age_seconds_min: int, page_size: int) -> Sequence[pin_store.Pin]:
        """Returns pins of some age, oldest first."""
        async with self._database.connection() as connection:
            return await pin_store.list_pins(connection, age_seconds_min, page_size)


async def _read(connection: Connection, hold_id: UUID) -> Hold:
    hold = await store.read_hold(connection, ids.event_of(hold_id), hold_id)
    if hold is None:
        raise HoldNotFound
    return hold


async def _lock(
    connection: Connection, hold: Hold, code: Code | None = None, *, whole_pools: bool = False
) -> Hold:
    shards = [(places.pool_no, places.shard_no) for places in hold.places]
    if whole_pools and shards:
        pool_nos = {pool_no for pool_no, _ in shards}
        allotment_no = code.allotment_no if code else None
        shards = await pin_store.shard_keys(connection, hold.event_id, pool_nos, allotment_no)
    locks = Locks(
        account_ids=[hold.account_id],
        shards=shards,
        seat_nos=hold.seat_nos,
        hold_ids=[hold.hold_id],
    )
    await store.lock(connection, hold.event_id, locks)
    return await _read(connection, hold.hold_id)


async def _is_pinned(connection: Connection, hold: Hold, order_id: UUID) -> bool:
    """Tells whether there is nothing left to do. Raises PinClosed, HoldPinned."""
    if await pin_store.is_closed(connection, hold.hold_id, order_id):
        raise PinClosed
    if hold.state not in (State.PINNED, State.CONFIRMED):
        return False
    if hold.order_id != order_id:
        raise HoldPinned
    return True


async def _pin(connection: Connection, hold: Hold, asked: PinAsked, seating: Seating) -> None:
    reading = await store.read_terms(connection, hold.event_id)
    if reading is None or reading.terms.is_cancelled:
        raise EventCancelled
    state = hold.state_at(reading.now)
    if state is State.HELD:
        await pin_store.pin_parts(connection, hold, reading.now)
    elif state is State.EXPIRED and asked.retake:
        await retake(connection, hold, reading, seating)
    else:
        raise HoldExpired
    await pin_store.pin(connection, hold, asked.order_id, asked.deadline)


async def _give_back(connection: Connection, hold: Hold, seating: Seating) -> list[Freed]:
    freed = await changes.free(connection, hold.event_id, [hold], [SeatState.PINNED], "held")
    await changes.release(connection, hold)
    released = await _read(connection, hold.hold_id)
    now = await store.read_clock(connection)
    await _outbox.add_many(
        connection, [released_fact(released, hold_message(released, seating), now)]
    )
    return freed
