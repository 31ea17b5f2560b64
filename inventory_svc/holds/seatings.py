"""Seatings in memory: read once for each event that somebody buys for, because they never change."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from uuid import UUID

from inventory_svc.errors import EventNotFound
from inventory_svc.holds.errors import HoldNotFound
from inventory_svc.holds.seating import Pool, Seat, Seating
from inventory_svc.holds.store import queries
from mesh import ids
from mesh.database import Database
from protos.inventory.v1 import inventory_pb2

SEATS_MAX = 1_000_000
"""Seats remembered in one process, about 300 bytes each; the event least lately used goes first."""


class Seatings:
    """Where the seats of events are."""

    def __init__(self, database: Database, seats_max: int = SEATS_MAX) -> None:
        self._database = database
        self._seats_max = seats_max
        self._seat_count = 0
        self._known: OrderedDict[int, Seating] = OrderedDict()
        self._reading: dict[int, asyncio.Task[Seating]] = {}

    async def get(self, event_id: int) -> Seating:
        """Returns an event's seating. Raises EventNotFound."""
        known = self._known.get(event_id)
        if known is not None:
            self._known.move_to_end(event_id)
            return known
        reading = self._reading.get(event_id)
        if reading is None:
            reading = self._reading[event_id] = asyncio.create_task(self._read(event_id))
            reading.add_done_callback(lambda _: self._reading.pop(event_id, None))
        # A caller that goes away does not take the others' reading with it.
        return await asyncio.shield(reading)

    async def of_hold(self, hold_id: UUID) -> Seating:
        """Returns the seating of a hold's event. Raises HoldNotFound: an event that is not there has no holds.

        Called before any transaction, since it may need a connection of its own.
        """
        try:
            return await self.get(ids.event_of(hold_id))
        except EventNotFound:
            raise HoldNotFound from None

    async def _read(self, event_id: int) -> Seating:
        async with self._database.connection() as connection:
            drawn = await connection.fetchrow(queries.read_map.sql, event_id)
            if drawn is None:
                raise EventNotFound
            seats = await connection.fetch(queries.read_seating.sql, event_id)
            pools = await connection.fetch(queries.read_pools.sql, event_id)
        seating = Seating(
            event_id,
            seats=tuple(Seat(*row) for row in seats),
            pools={row["pool_no"]: Pool(*row) for row in pools},
            zone_names=dict(zip(drawn["zone_nos"] or (), drawn["zone_names"] or (), strict=True)),
            seat_labels=seat_labels(inventory_pb2.SeatMap.FromString(drawn["body"])),
            currency_code=drawn["currency_code"],
        )
        self._remember(seating)
        return seating

    def _remember(self, seating: Seating) -> None:
        self._known[seating.event_id] = seating
        self._seat_count += seating.remembered_seats
        while self._seat_count > self._seats_max and len(self._known) > 1:
            _, forgotten = self._known.popitem(last=False)
            self._seat_count -= forgotten.remembered_seats


def seat_labels(drawn: inventory_pb2.SeatMap) -> list[str]:
    """Returns every seat's place in words, in the map's order, such as "Section 107, row 12, seat 14"."""
    return [
        ", ".join(
            part for part in (_section(section.name), row_part, f"seat {seat.number}") if part
        )
        for section in drawn.sections
        for row in section.rows
        for row_part in (f"row {row.name}" if row.name else "",)
        for seat in row.seats
    ]


def _section(name: str) -> str:
    # "107" and "B" are said with the word; "Section 107", "Balcony" and "Parterre links" say it themselves.
    is_code = len(name) <= 4 and " " not in name and (len(name) == 1 or not name.isalpha())
    return f"Section {name}" if name and is_code else name
