"""Time to pay: a hold lasts long enough for the order that begins to pay for it, once."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from inventory_svc.allocation import store as pin_store
from inventory_svc.holds import store
from inventory_svc.holds.errors import HoldNotFound
from inventory_svc.holds.holds import Hold
from inventory_svc.holds.life import check_live, lock_hold
from inventory_svc.holds.seatings import Seatings
from inventory_svc.holds.wire import hold_message, placed_fact
from mesh import ids
from mesh.database import Connection, Database
from mesh.outbox import HOLDS_TOPIC, Outbox
from protos.inventory.v1 import inventory_pb2

PAYING_SECONDS_DEFAULT = 300
"""Long enough to find a card and pass the bank's check."""

_outbox = Outbox(HOLDS_TOPIC)


def paid_by(hold: Hold, now: datetime, hold_seconds: int, paying_seconds: int) -> datetime:
    """Returns when a hold ends whose payment begins now: never before it did.

    Where holds are shorter than the time to pay, that is as short. All in all no hold lasts longer than twice its own
    time, which its buyer may ask for, and once the time to pay.
    """
    paying = timedelta(seconds=min(paying_seconds, hold_seconds))
    latest = hold.create_time + timedelta(seconds=2 * hold_seconds) + paying
    return max(hold.held_until, min(now + paying, latest))


class Paying:
    """Gives holds time to be paid for."""

    def __init__(self, database: Database, seatings: Seatings, paying_seconds: int) -> None:
        self._database = database
        self._seatings = seatings
        self._paying_seconds = paying_seconds

    async def start(self, hold_id: UUID, order_id: UUID) -> inventory_pb2.Hold:
        """Gives a live hold time to be paid for; a second time is a success that changes nothing.

        Raises HoldNotFound, HoldPinned, HoldExpired, EventCancelled.
        """
        seating = await self._seatings.of_hold(hold_id)
        async with self._database.transaction() as connection:
            hold = await lock_hold(connection, await _read(connection, hold_id))
            reading = await store.read_terms(connection, hold.event_id)
            if reading is None:
                raise HoldNotFound
            check_live(hold, reading)
            if await pin_store.paying_order(connection, hold) is None:
                seconds = reading.terms.hold_seconds
                until = paid_by(hold, reading.now, seconds, self._paying_seconds)
                await pin_store.start_payment(connection, hold, order_id, until)
            begun = await _read(connection, hold_id)
            message = hold_message(begun, seating)
            if begun.version != hold.version:
                await _outbox.add_many(connection, [placed_fact(begun, message, reading.now)])
        _outbox.wake()
        return message


async def _read(connection: Connection, hold_id: UUID) -> Hold:
    hold = await store.read_hold(connection, ids.event_of(hold_id), hold_id)
    if hold is None:
        raise HoldNotFound
    return hold
