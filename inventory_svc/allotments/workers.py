"""The release worker: gives allotments whose time has come to the public sale.

It decides nothing that matters: from its release time on anybody may take an allotment's seats, whoever has noticed.
What is shown as free follows within a second or two.
"""

from __future__ import annotations

from collections.abc import Sequence

from inventory_svc.allotments import setting_aside, store
from inventory_svc.allotments.errors import AllotmentNotFound
from inventory_svc.holds.lookout import Lookout
from inventory_svc.holds.marks import Freed
from mesh.database import Connection, Database
from mesh.workers import Every, report

NAME = "allotment release"

RELEASE_SECONDS = 1.0
"""Looking costs one index look-up."""

BATCH_MAX = 100
"""Allotments looked at in one step, each released in a transaction of its own."""


class AllotmentRelease:
    """Releases allotments by time. Every process runs it; the event's lock lets one of them do it."""

    def __init__(self, database: Database, lookout: Lookout) -> None:
        self._database = database
        self._lookout = lookout

    def worker(self) -> Every:
        """Returns the loop."""
        return Every(NAME, RELEASE_SECONDS, self.release_due)

    async def release_due(self) -> bool:
        """Releases up to BATCH_MAX allotments; returns whether there may be more."""
        async with self._database.connection() as connection:
            due = await store.due(connection, BATCH_MAX)
        released = 0
        for event_id, allotment_no in due:
            try:
                async with self._database.transaction() as connection:
                    freed = await _release(connection, event_id, allotment_no)
            except Exception as error:
                # What is wrong with one event keeps no other from being released.
                report(NAME, error)
                continue
            released += 1
            await self._lookout.freed(event_id, freed)
        return len(due) == BATCH_MAX and released > 0


async def _release(connection: Connection, event_id: int, allotment_no: int) -> Sequence[Freed]:
    await store.lock_event(connection, event_id)
    try:
        allotment = await store.read(connection, event_id, allotment_no)
    except AllotmentNotFound:
        return []  # its organiser deleted it meanwhile
    if not allotment.is_due(await store.read_clock(connection)):
        return []
    return await setting_aside.release_whole(connection, allotment)
