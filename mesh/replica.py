"""A streaming replica for those who only look, used while it is known to be fresh and else not at all.

What is read from it may be up to STALENESS_SECONDS_MAX old, never older: a pulse notes how far the primary has written,
and what the replica has replayed since proves how much of that it shows. Whoever decides, owns or has just changed
something reads the primary.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from prometheus_client import Counter, Gauge

from mesh import telemetry
from mesh.database import Connection, Database, driver_refusal, load_queries
from mesh.workers import Every

STALENESS_SECONDS_MAX = 2.0
"""How old what a replica shows may be; one that is further behind, or not there, is not asked."""

PULSE_SECONDS = 0.25
"""How often it is looked how far both are; part of the staleness, since nothing is known of what happened after."""

PULSE_SECONDS_MAX = 1.0
"""How long a look may take; a replica that is slower is as good as away."""

CATCH_UP_SECONDS = 0.01
CATCH_UP_TRIES = 8
"""How long a pulse waits for a replica that is a moment behind, so that under writes too a pulse proves itself."""

PULSES_KEPT = 32
"""More than STALENESS_SECONDS_MAX has: older ones prove nothing that helps."""

CHANGED_MAX = 10_000
"""What this process changed lately and reads from the primary until the replica must have it."""

READS = Counter("onsale_replica_reads_total", "Reads for lookers, by who answered.", ["source"])
STALENESS = Gauge("onsale_replica_staleness_seconds", "How old the replica's state was last.")

_queries = load_queries(Path(__file__).with_name("queries.sql"))

T = TypeVar("T")
Work = Callable[[Connection], Awaitable[T]]
"""Reads, and may be run a second time."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """How far the primary had written at a time."""

    at: float
    """By this process's clock, before the primary was asked."""
    time: datetime
    """By the primary's clock: what was committed before is part of it."""
    position: int
    """In its write-ahead log, in bytes."""


class Freshness:
    """What is known of how far a replica is behind. A rule without a driver: times and positions are given."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._pulses: deque[Pulse] = deque(maxlen=PULSES_KEPT)
        self._proven: Pulse | None = None

    def written(self, pulse: Pulse) -> None:
        """Notes how far the primary is."""
        self._pulses.append(pulse)

    def replayed(self, position: int | None) -> None:
        """Notes how far the replica is; None for a server that replays nothing, and so is no replica."""
        if position is None:
            self._proven = None
            return
        for pulse in self._pulses:
            if pulse.position <= position and (not self._proven or pulse.at > self._proven.at):
                self._proven = pulse

    def lost(self) -> None:
        """Notes that the replica does not answer."""
        self._proven = None

    @property
    def staleness_seconds(self) -> float:
        """How old the replica's state is at most; endless where nothing is known."""
        return self._monotonic() - self._proven.at if self._proven else float("inf")

    def proven_time(self, within_seconds: float = STALENESS_SECONDS_MAX) -> datetime | None:
        """The time, by the primary's clock, up to which the replica has everything; None when it is further behind."""
        if self._proven is None or self.staleness_seconds > within_seconds:
            return None
        return self._proven.time


class ReplicaReads:
    """Reads for those who only look: from the replica while it is fresh, else from the primary."""

    def __init__(self, primary: Database, replica: Database | None = None) -> None:
        """Reads from the primary only until the worker has found the replica fresh.

        Args:
            primary: where everything is decided.
            replica: its replica; None where there is none.
        """
        self._primary = primary
        self._replica = replica
        self._freshness = Freshness()
        self._changed: OrderedDict[int, float] = OrderedDict()

    def workers(self) -> list[Every]:
        """Returns the loop that takes the pulse; none where there is no replica."""
        return [Every("replica pulse", PULSE_SECONDS, self._pulse)] if self._replica else []

    @property
    def freshness(self) -> Freshness:
        """How far the replica is behind."""
        return self._freshness

    def changed(self, event_id: int) -> None:
        """Notes that this process changed an event: whoever did so sees it at once, here."""
        if self._replica is None:
            return
        self._changed[event_id] = time.monotonic()
        self._changed.move_to_end(event_id)
        while len(self._changed) > CHANGED_MAX:
            self._changed.popitem(last=False)

    async def read(
        self,
        event_id: int,
        work: Work[T | None],
        suffices: Callable[[T], bool] = lambda found: True,
    ) -> T | None:
        """Returns what `work` reads of an event, up to STALENESS_SECONDS_MAX old.

        Args:
            event_id: the event; what this process changed of it a moment ago is read from the primary.
            work: reads; what it does not find in the replica may be too new for it, and is looked for in the primary.
            suffices: whether what the replica shows is for this looker; else the primary is asked.
        """
        found = None if self._is_own_change(event_id) else await self.try_replica(work)
        if found is not None and suffices(found):
            return found
        READS.labels("primary").inc()
        async with self._primary.connection() as connection:
            return await work(connection)

    async def try_replica(self, work: Work[T | None]) -> T | None:
        """Returns what `work` reads from the replica; None when the replica is stale, or fails."""
        if self._replica is None or self._freshness.proven_time() is None:
            return None
        try:
            async with self._replica.connection() as connection:
                found = await work(connection)
        except Exception as error:
            if not _is_away(error):
                raise
            self._freshness.lost()
            telemetry.log.warning("replica does not answer", error=repr(error))
            return None
        READS.labels("replica").inc()
        return found

    def _is_own_change(self, event_id: int) -> bool:
        changed_at = self._changed.get(event_id)
        if changed_at is None:
            return False
        if time.monotonic() - changed_at <= STALENESS_SECONDS_MAX:
            return True
        del self._changed[event_id]
        return False

    async def _pulse(self) -> bool:
        if self._replica is None:
            return False
        at = time.monotonic()
        async with self._primary.connection() as connection:
            row = await connection.fetchrow(_queries.replica_written.sql)
        self._freshness.written(Pulse(at, row["now"], row["position"]))
        try:
            async with asyncio.timeout(PULSE_SECONDS_MAX), self._replica.connection() as connection:
                position = await _catch_up(connection, row["position"])
        except Exception as error:
            if not _is_away(error):
                raise
            self._freshness.lost()
            position = None
        self._freshness.replayed(position)
        STALENESS.set(self._freshness.staleness_seconds)
        return False


async def _catch_up(replica: Connection, written: int) -> int | None:
    """Returns how far a replica is, which may wait a little to be where the primary was."""
    for _ in range(CATCH_UP_TRIES):
        position: int | None = await replica.fetchval(_queries.replica_replayed.sql)
        if position is None or position >= written:
            break
        await asyncio.sleep(CATCH_UP_SECONDS)
    return position


def _is_away(error: Exception) -> bool:
    return isinstance(error, (TimeoutError, OSError)) or driver_refusal(error) is not None
