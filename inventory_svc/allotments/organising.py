"""What an organiser does with allotments, in a transaction that has the event for itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from inventory_svc.allotments import allotments, setting_aside, store
from inventory_svc.allotments.allotments import Allotment, Kind, State
from inventory_svc.allotments.codes import CODES_MAX, Code
from inventory_svc.allotments.errors import (
    AccessCodesExist,
    AllotmentLimit,
    AllotmentNotChannel,
    AllotmentReleased,
)
from inventory_svc.holds.marks import Freed
from mesh.database import Connection
from mesh.errors import InvalidArgument


@dataclass(frozen=True, slots=True)
class Asked:
    """What to set aside."""

    name: str
    kind: Kind
    seat_nos: Sequence[int]
    places: Mapping[int, int]
    """How many, by pool."""
    release_time: datetime | None


async def create(
    connection: Connection, event_id: int, asked: Asked
) -> tuple[Allotment, list[Freed]]:
    """Sets seats and places aside, all or none; returns the new allotment and its seats.

    Raises AllotmentLimit, InvalidArgument, SeatsTaken, PlacesTaken.
    """
    if not asked.seat_nos and not asked.places:
        raise InvalidArgument("seatIds", "name seats, rows, sections or pools")
    allotment = allotments.new(
        event_id,
        await store.made_before(connection, event_id),
        name=asked.name,
        kind=asked.kind,
        release_time=asked.release_time,
        now=await store.read_clock(connection),
    )
    await store.add(connection, allotment)
    moved = await setting_aside.set_aside(connection, allotment, asked.seat_nos, asked.places)
    return allotment, moved


async def release(
    connection: Connection,
    allotment: Allotment,
    seat_nos: Sequence[int],
    places: Mapping[int, int],
) -> list[Freed]:
    """Releases what is named of an allotment, all of it where nothing is named; returns the seats that are free now.

    Raises AllotmentReleased, SeatsNotAllotted, PlacesTaken.
    """
    if allotment.state is State.RELEASED:
        if seat_nos or places:
            raise AllotmentReleased
        return []
    if seat_nos or places:
        return await setting_aside.release_some(connection, allotment, seat_nos, places)
    return await setting_aside.release_whole(connection, allotment)


async def delete(connection: Connection, allotment: Allotment) -> list[Freed]:
    """Releases what an allotment still has and hides it; its codes open nothing any more."""
    freed = await release(connection, allotment, [], {})
    await store.delete(connection, allotment)
    return freed


async def add_codes(
    connection: Connection,
    allotment: Allotment,
    new_codes: Sequence[str],
    *,
    uses_max: int | None,
    expire_time: datetime | None,
) -> list[Code]:
    """Gives a channel codes, all or none; returns them.

    Raises AllotmentNotChannel, AllotmentReleased, AllotmentLimit, AccessCodesExist, InvalidArgument.
    """
    now = await store.read_clock(connection)
    if expire_time is not None and expire_time <= now:
        raise InvalidArgument("expireTime", "is over")
    if allotment.kind is not Kind.CHANNEL:
        raise AllotmentNotChannel
    if allotment.state is State.RELEASED:
        raise AllotmentReleased
    made_before = await store.codes_made(connection, allotment.event_id)
    if made_before + len(new_codes) > CODES_MAX:
        raise AllotmentLimit("codes", CODES_MAX)
    known = await store.known_codes(connection, allotment.event_id, new_codes)
    if known:
        raise AccessCodesExist(known)
    await store.add_codes(
        connection,
        allotment,
        new_codes,
        made_before=made_before,
        uses_max=uses_max,
        expire_time=expire_time,
        now=now,
    )
    return await store.page_codes(connection, allotment, made_before, len(new_codes))
