"""Pools whose free places lie in few of their counters: the worker spreads them again.

A taker looks at a few counters first. Where these have run low though the pool has not, each batch is tried twice, the
second time with every counter locked; whoever notices says so here, and the next batches find places where they look.
"""

from __future__ import annotations

from inventory_svc.holds.tidying import store
from mesh.database import Database, driver_refusal
from mesh.workers import Every, report

NAME = "pool rebalancing"

REBALANCING_SECONDS = 0.5
"""A pool that is bought from quickly is spread anew each half a second at the most."""

NOTED_MAX = 1_000
"""Pools noted and not seen to yet; of more, some are noted again later."""


class Rebalancing:
    """Evens out pools of events that this process sells."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._noted: set[tuple[int, int]] = set()

    def worker(self) -> Every:
        """Returns the loop."""
        return Every(NAME, REBALANCING_SECONDS, self.even_out)

    def note(self, event_id: int, pool_no: int) -> None:
        """Notes a pool to even out."""
        if len(self._noted) < NOTED_MAX:
            self._noted.add((event_id, pool_no))

    async def even_out(self) -> bool:
        """Evens out what was noted; returns whether there is more to do, which there is not."""
        noted, self._noted = self._noted, set()
        for event_id, pool_no in sorted(noted):
            try:
                async with self._database.connection() as connection:
                    await store.even_out(connection, event_id, pool_no)
            except Exception as error:
                if not driver_refusal(error):
                    report(
                        NAME, error
                    )  # what is wrong with one pool keeps no other from being seen to
        return False
