"""Returns: sold seats and places of an order go back on sale, each return once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from inventory_svc.allocation import store as pin_store
from inventory_svc.holds import changes, store
from inventory_svc.holds.errors import HoldNotFound, SeatsNotSold
from inventory_svc.holds.holds import Hold, SeatRow, SeatState, State
from inventory_svc.holds.life import lock_hold
from inventory_svc.holds.lookout import Lookout
from inventory_svc.holds.marks import Freed
from inventory_svc.holds.party import PlacesAsked
from inventory_svc.holds.pools import Share
from mesh import ids
from mesh.database import Connection, Database


@dataclass(frozen=True, slots=True)
class ReturnAsked:
    """What comes back, and from which order."""

    hold_id: UUID
    order_id: UUID
    return_id: str
    seat_nos: Sequence[int]
    places: Sequence[PlacesAsked]


async def return_seats(database: Database, lookout: Lookout, asked: ReturnAsked) -> None:
    """Returns seats and places, all or none; the same return again is a success.

    Raises HoldNotFound, SeatsNotSold.
    """
    event_id = ids.event_of(asked.hold_id)
    async with database.transaction() as connection:
        known = await store.read_hold(connection, event_id, asked.hold_id)
        if known is None:
            raise HoldNotFound
        hold = await lock_hold(connection, known)
        if await pin_store.is_returned(connection, hold, asked.return_id):
            return
        freed = await _return(connection, hold, asked)
    await lookout.freed(event_id, freed)


async def _return(connection: Connection, hold: Hold, asked: ReturnAsked) -> list[Freed]:
    is_sold = hold.state is State.CONFIRMED and hold.order_id == asked.order_id
    rows = await store.read_seats(connection, hold.event_id, asked.seat_nos)
    not_sold = [
        f"s{seat_no}"
        for seat_no in asked.seat_nos
        if not is_sold or _is_not_of(hold, rows.get(seat_no))
    ]
    claimed = await pin_store.claimed_places(connection, hold) if is_sold else []
    shares, short = _shares(claimed, asked.places)
    if not_sold or short:
        raise SeatsNotSold(not_sold, [f"p{pool_no}" for pool_no in short])
    freed = await changes.free_these(connection, hold, asked.seat_nos, SeatState.SOLD)
    moves = changes.PlaceMoves()
    for share in shares:
        moves.move(share.pool_no, share.shard_no, share.quantity, "sold", "available")
    await moves.write(connection, hold.event_id)
    await pin_store.record_return(connection, hold, asked.return_id, asked.seat_nos, shares)
    return freed


def _is_not_of(hold: Hold, row: SeatRow | None) -> bool:
    return row is None or row.state != SeatState.SOLD or row.hold_id != hold.hold_id


def _shares(
    claimed: Sequence[Share], asked: Sequence[PlacesAsked]
) -> tuple[list[Share], list[int]]:
    """Returns which of the sold places come back, and the pools of which fewer were sold."""
    shares: list[Share] = []
    short: list[int] = []
    for places in asked:
        missing = places.quantity
        for share in claimed:
            part = min(missing, share.quantity) if share.pool_no == places.pool_no else 0
            if part:
                shares.append(Share(share.pool_no, share.shard_no, part))
                missing -= part
        if missing:
            short.append(places.pool_no)
    return shares, short
