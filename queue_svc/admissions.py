"""Letting in and letting out: at most `capacity` usable admissions at every instant, one per account.

Who is let in is decided under the room's lock, by counting, never by the controller. A slot is free again only when
inventory has acknowledged that it takes no more holds with the admission, or when no clock takes its token any more.
"""

from __future__ import annotations

from uuid import UUID

from mesh import ids, telemetry
from mesh.errors import DeadlineExceeded, RemoteError, Unavailable
from queue_svc import store
from queue_svc.errors import PlaceUsed, RoomClosed, RoomNotFound
from queue_svc.neighbours import Inventory
from queue_svc.room import PlaceHeld, Room, State, is_turn, not_yet
from queue_svc.store import AdmissionRow, LineStore


async def claim(
    line_store: LineStore, event_id: int, account_id: UUID, place: PlaceHeld
) -> AdmissionRow:
    """Turns a place whose time has come into an admission; a live one is returned again."""
    async with line_store.database.transaction() as connection:
        room = await store.lock_room(connection, event_id)
        if room is None:
            raise RoomNotFound
        await store.tidy(connection, event_id)
        live = await store.live_admission(connection, event_id, account_id)
        if live and live.state == "USABLE" and live.expire_time > room.now:
            return live
        ended = await store.last_end(connection, event_id, account_id)
        _check_turn(room, place)
        if live:  # its slot is not free yet, and an account has one at a time
            raise not_yet(room, place)
        if ended is not None and place.issued <= ended:
            raise PlaceUsed
        if await store.active_count(connection, event_id) >= room.capacity:
            raise not_yet(room, place)
        return await store.admit(connection, event_id, account_id, room.admission_seconds)


def _check_turn(room: Room, place: PlaceHeld) -> None:
    if room.state is State.CLOSED:
        raise RoomClosed
    if room.state is not State.OPEN or not is_turn(room, place):
        raise not_yet(room, place)


async def leave(
    line_store: LineStore, inventory: Inventory, event_id: int, account_id: UUID
) -> None:
    """Ends an account's admission; the slot is free when inventory has closed it, at once if it answers."""
    row = await line_store.begin_closing(event_id, account_id)
    if row is None:
        return
    try:
        await inventory.close_admission(event_id, row.admission_id, row.expire_time)
    except (Unavailable, DeadlineExceeded, RemoteError) as error:
        # The slot stays taken; the closer asks again until inventory acknowledges.
        admission_text = ids.text("adm", row.admission_id)
        telemetry.log.warning(
            "admission not closed yet", admission=admission_text, error=str(error)
        )
        return
    await line_store.closed(event_id, row.admission_id)
