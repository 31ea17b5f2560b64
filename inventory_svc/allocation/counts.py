"""Counting what is left of events: where their seats are is remembered, what became of them is looked at."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Sequence

from inventory_svc.allocation import store
from inventory_svc.allocation.counting import ZoneCount, ZoneSeats, counted, zones_of
from inventory_svc.availability.store import read_marks
from mesh.database import Connection, Database

RUNS_MAX = 200_000
"""Runs of seats remembered in one process, about 150 bytes each: a thousand arenas."""


class Counts:
    """What search and the line ask for after every change."""

    def __init__(self, database: Database, runs_max: int = RUNS_MAX) -> None:
        self._database = database
        self._runs_max = runs_max
        self._run_count = 0
        self._zones: OrderedDict[int, dict[int, ZoneSeats]] = OrderedDict()

    async def count(self, event_ids: Sequence[int]) -> list[ZoneCount]:
        """Returns what is left of events now, by event and zone; nothing of those that there are not."""
        found: list[ZoneCount] = []
        async with self._database.connection() as connection:
            by_event: defaultdict[int, list[ZoneCount]] = defaultdict(list)
            for place in await store.count_places(connection, event_ids):
                by_event[place.event_id].append(place)
            for event_id, places in by_event.items():
                zones = await self._zones_of(connection, event_id)
                marks = await read_marks(connection, event_id) if zones else b""
                found += counted(places, zones, marks)
        return found

    async def _zones_of(self, connection: Connection, event_id: int) -> dict[int, ZoneSeats]:
        known = self._zones.get(event_id)
        if known is not None:
            self._zones.move_to_end(event_id)
            return known
        zones = zones_of(await store.read_seat_runs(connection, event_id))
        if event_id not in self._zones:
            self._zones[event_id] = zones
            self._run_count += _size(zones)
        while self._run_count > self._runs_max and len(self._zones) > 1:
            _, forgotten = self._zones.popitem(last=False)
            self._run_count -= _size(forgotten)
        return zones


def _size(zones: dict[int, ZoneSeats]) -> int:
    return 1 + sum(len(zone.runs) for zone in zones.values())
