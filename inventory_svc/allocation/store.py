"""Where pins, sales and returns are kept. Functions take the connection of the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from inventory_svc.allocation.counting import SeatRun, ZoneCount
from inventory_svc.holds import changes
from inventory_svc.holds.errors import HoldExpired, HoldNotPinned
from inventory_svc.holds.holds import HeldPlaces, Hold
from inventory_svc.holds.pools import Share
from mesh import ids
from mesh.database import Connection, load_queries

_queries = load_queries(Path(__file__).with_name("queries.sql"))


@dataclass(frozen=True, slots=True)
class Pin:
    """A hold that waits for its order to end."""

    hold_id: UUID
    order_id: UUID
    pin_time: datetime
    pin_deadline: datetime


async def paying_order(connection: Connection, hold: Hold) -> UUID | None:
    """Returns the order that a hold's time to pay was given for."""
    order_id: UUID | None = await connection.fetchval(
        _queries.paying_order.sql, hold.event_id, hold.hold_id
    )
    return order_id


async def start_payment(
    connection: Connection, hold: Hold, order_id: UUID, held_until: datetime
) -> None:
    """Gives a hold time to be paid for by an order. Raises RowsMoved when a part of it is gone."""
    of_hold = (hold.event_id, hold.hold_id)
    if held_until == hold.held_until:
        await connection.execute(_queries.note_paying_order.sql, order_id, *of_hold)
        return
    await connection.execute(_queries.start_payment.sql, order_id, held_until, *of_hold)
    await changes.extend_parts(connection, hold, held_until)


async def is_closed(connection: Connection, hold_id: UUID, order_id: UUID) -> bool:
    """Tells whether an order gave a hold up before."""
    closed: bool = await connection.fetchval(
        _queries.is_closed.sql, ids.event_of(hold_id), hold_id, order_id
    )
    return closed


async def close(connection: Connection, hold_id: UUID, order_id: UUID) -> None:
    """Remembers that an order gave a hold up."""
    await connection.execute(_queries.close_pin.sql, ids.event_of(hold_id), hold_id, order_id)


async def pin(connection: Connection, hold: Hold, order_id: UUID, deadline: datetime) -> None:
    """Pins a hold whose parts are pinned."""
    await connection.execute(_queries.pin_hold.sql, order_id, deadline, hold.event_id, hold.hold_id)


async def pin_parts(connection: Connection, hold: Hold, now: datetime) -> None:
    """Pins the seats and places of a live hold. Raises HoldExpired when a part of it is gone."""
    if hold.seats:
        pinned = await connection.fetchval(
            _queries.pin_seats.sql, hold.event_id, hold.seat_nos, hold.hold_id, now
        )
        if pinned != len(hold.seats):
            raise HoldExpired
    if hold.places:
        pinned = await connection.fetchval(
            _queries.pin_places.sql, hold.event_id, hold.hold_id, now
        )
        if pinned != sum(places.quantity for places in hold.places):
            raise HoldExpired


async def retake_seats(connection: Connection, hold: Hold) -> None:
    """Pins the seats of a hold whose time is over. Raises HoldExpired when one cannot be had."""
    if not hold.seats:
        return
    retaken = await connection.fetchval(
        _queries.retake_seats.sql, hold.hold_id, hold.event_id, hold.seat_nos, hold.code_no
    )
    if retaken != len(hold.seats):
        raise HoldExpired
    await connection.execute(_queries.note_fences.sql, hold.event_id, hold.hold_id)


async def replace_places(connection: Connection, hold: Hold, places: Sequence[HeldPlaces]) -> None:
    """Writes the places that a hold took again instead of those that it had."""
    await connection.execute(_queries.forget_places.sql, hold.event_id, hold.hold_id)
    await connection.execute(
        _queries.add_pinned_places.sql,
        hold.event_id,
        hold.hold_id,
        [each.pool_no for each in places],
        [each.shard_no for each in places],
        [each.zone_no for each in places],
        [each.price_minor for each in places],
        [each.quantity for each in places],
    )


async def shard_keys(
    connection: Connection, event_id: int, pool_nos: Iterable[int], allotment_no: int | None
) -> list[tuple[int, int]]:
    """Returns the keys of the public shards of some pools, and of an allotment's."""
    rows = await connection.fetch(_queries.shard_keys.sql, event_id, list(pool_nos), allotment_no)
    return [(row["pool_no"], row["shard_no"]) for row in rows]


async def sell(connection: Connection, hold: Hold) -> None:
    """Sells what a pinned hold has. Raises HoldNotPinned when a part of it is gone, which must never be."""
    if hold.seats:
        sold = await connection.fetchval(
            _queries.sell_seats.sql, hold.event_id, hold.seat_nos, hold.hold_id
        )
        if sold != len(hold.seats):
            raise HoldNotPinned
    moves = changes.PlaceMoves()
    for places in hold.places:
        moves.move(places.pool_no, places.shard_no, places.quantity, "held", "sold")
    await moves.write(connection, hold.event_id)
    await connection.execute(_queries.confirm_hold.sql, hold.count, hold.event_id, hold.hold_id)


async def list_pins(connection: Connection, age_seconds_min: int, page_size: int) -> list[Pin]:
    """Returns pins of some age, oldest first."""
    rows = await connection.fetch(_queries.list_pins.sql, float(age_seconds_min), page_size)
    return [Pin(*row) for row in rows]


async def is_returned(connection: Connection, hold: Hold, return_id: str) -> bool:
    """Tells whether a return was carried out before."""
    returned: bool = await connection.fetchval(
        _queries.is_returned.sql, hold.event_id, hold.hold_id, return_id
    )
    return returned


async def claimed_places(connection: Connection, hold: Hold) -> list[Share]:
    """Returns where the places are counted that a hold still has."""
    rows = await connection.fetch(_queries.claimed_places.sql, hold.event_id, hold.hold_id)
    return [Share(*row) for row in rows]


async def record_return(
    connection: Connection,
    hold: Hold,
    return_id: str,
    seat_nos: Sequence[int],
    shares: Sequence[Share],
) -> None:
    """Takes returned places from a sold hold, and remembers the return with its seats."""
    await connection.execute(
        _queries.unclaim_places.sql,
        [share.pool_no for share in shares],
        [share.shard_no for share in shares],
        [share.quantity for share in shares],
        hold.event_id,
        hold.hold_id,
    )
    place_count = sum(share.quantity for share in shares)
    await connection.execute(
        _queries.lower_sold.sql, len(seat_nos) + place_count, hold.event_id, hold.hold_id
    )
    await connection.execute(
        _queries.add_return.sql,
        hold.event_id,
        hold.hold_id,
        return_id,
        hold.order_id,
        seat_nos,
        place_count,
    )


async def close_admission(
    connection: Connection, event_id: int, admission_id: UUID, expire_time: datetime | None
) -> None:
    """Closes an admission: from the commit on nothing is held with it."""
    await connection.execute(_queries.close_admission.sql, event_id, admission_id, expire_time)


async def read_seat_runs(connection: Connection, event_id: int) -> list[SeatRun]:
    """Returns an event's runs of neighbouring seats of one zone, in the map's order."""
    rows = await connection.fetch(_queries.read_seat_runs.sql, event_id)
    return [SeatRun(row["zone_no"], row["start"], row["stop"]) for row in rows]


async def count_places(connection: Connection, event_ids: Sequence[int]) -> list[ZoneCount]:
    """Returns the zones of events with what is left of their places, by event and zone."""
    rows = await connection.fetch(_queries.count_zone_places.sql, event_ids)
    return [
        ZoneCount(
            event_id=row["event_id"],
            zone_no=row["zone_no"],
            price_minor=row["price_minor"],
            available=int(row["available"]),
            held=int(row["held"]),
            sold=int(row["sold"]),
            blocked=int(row["blocked"]),
            total=int(row["total"]),
            together_max=int(row["together_max"]),
        )
        for row in rows
    ]
