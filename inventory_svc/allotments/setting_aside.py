"""Moving seats and places between the public sale and an allotment, in the transaction of whoever has the event.

Counters are locked before seats, as everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from inventory_svc.allotments import store
from inventory_svc.allotments.allotments import Allotment
from inventory_svc.allotments.errors import IDS_TOLD_MAX, SeatsNotAllotted
from inventory_svc.allotments.shares import give_evenly, take_evenly
from inventory_svc.allotments.store import Moves
from inventory_svc.holds.errors import PlacesTaken, SeatsTaken
from inventory_svc.holds.marks import Freed
from mesh.database import Connection


async def set_aside(
    connection: Connection,
    allotment: Allotment,
    seat_nos: Sequence[int],
    places: Mapping[int, int],
) -> list[Freed]:
    """Gives free seats and places to a new allotment, all or none; returns the seats. Raises SeatsTaken, PlacesTaken.

    Args:
        connection: of a transaction that has the event for itself.
        allotment: written already.
        seat_nos: the seats.
        places: how many places, by pool.
    """
    await _take_places(connection, allotment, places)
    taken = await store.not_free(connection, allotment.event_id, seat_nos)
    if taken:
        raise SeatsTaken(taken[:IDS_TOLD_MAX])
    moved = await store.set_seats_aside(connection, allotment, seat_nos)
    if len(moved) != len(seat_nos):
        raise SeatsTaken([])
    return moved


async def _take_places(
    connection: Connection, allotment: Allotment, places: Mapping[int, int]
) -> None:
    if not places:
        return
    await store.lock_shards(connection, allotment, list(places))
    public = await store.public_shards(connection, allotment.event_id, list(places))
    moves: Moves = {}
    left: dict[int, int] = {}
    for pool_no, quantity in places.items():
        shares = take_evenly(public[pool_no], quantity)
        if shares is None:
            left[pool_no] = sum(public[pool_no].values())
        else:
            moves |= {(pool_no, shard_no): -count for shard_no, count in shares.items()}
    if left:
        raise PlacesTaken(left)
    await store.resize_shards(connection, allotment.event_id, moves)
    await store.add_shards(connection, allotment, dict(places))


async def release_whole(connection: Connection, allotment: Allotment) -> list[Freed]:
    """Gives all that an allotment has to the public sale and ends it; returns the seats that are free now.

    Held and sold seats and places stay whose they are: they are given back as public ones.
    """
    own = await store.own_places(connection, allotment)
    if own:
        await store.lock_shards(connection, allotment, [each.pool_no for each in own])
        own = await store.own_places(connection, allotment)
        await _give_places(connection, allotment, {each.pool_no: each.available for each in own})
        for each in own:
            public = await store.public_shards(connection, allotment.event_id, [each.pool_no])
            lowest = min(public[each.pool_no])
            await store.merge_shard(connection, allotment, each.pool_no, lowest)
    freed = await store.release_seats(connection, allotment, None)
    await store.end(connection, allotment)
    return freed


async def release_some(
    connection: Connection,
    allotment: Allotment,
    seat_nos: Sequence[int],
    places: Mapping[int, int],
) -> list[Freed]:
    """Gives some seats and free places of an allotment to the public sale; returns the seats that are free now.

    Raises SeatsNotAllotted, PlacesTaken.
    """
    if places:
        await store.lock_shards(connection, allotment, list(places))
        own = {
            each.pool_no: each.available for each in await store.own_places(connection, allotment)
        }
        short = {no: own.get(no, 0) for no, quantity in places.items() if own.get(no, 0) < quantity}
        if short:
            raise PlacesTaken(short)
        await _give_places(connection, allotment, places)
    foreign = await store.foreign_seats(connection, allotment, seat_nos)
    if foreign:
        raise SeatsNotAllotted(foreign)
    return await store.release_seats(connection, allotment, seat_nos)


async def _give_places(
    connection: Connection, allotment: Allotment, places: Mapping[int, int]
) -> None:
    public = await store.public_shards(connection, allotment.event_id, list(places))
    moves: Moves = {}
    for pool_no, quantity in places.items():
        shares = give_evenly(public[pool_no], quantity)
        moves |= {(pool_no, shard_no): count for shard_no, count in shares.items()}
        moves[pool_no, allotment.shard_no] = -quantity
    await store.resize_shards(connection, allotment.event_id, moves)
