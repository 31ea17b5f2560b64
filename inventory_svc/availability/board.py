"""Boards: an event's newest picture in this process, some pictures before it, and whoever watches."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

from inventory_svc.availability import store
from inventory_svc.availability.snapshot import Snapshot, changed_pools, changed_seats
from inventory_svc.holds.seating import Seating
from inventory_svc.holds.seatings import Seatings
from mesh.database import Database
from mesh.errors import ResourceExhausted
from protos.inventory.v1 import inventory_pb2

LEASE_SECONDS = 1.0
"""Without a new reading for this long another process numbers the versions."""

AGE_SECONDS_MAX = 0.8
"""A picture older than this is made anew for whoever asks: with the lease and the cache it stays under two seconds."""

STEP_SECONDS = 0.1
"""Watchers are told of changes made in this process after this long, of others after AGE_SECONDS_WATCHED."""

AGE_SECONDS_WATCHED = 0.4

HISTORY_MAX = 32
"""Pictures kept for readers that are behind: 20 kB each for 20,000 seats. Whoever is further behind fetches again."""

BOARDS_MAX = 1_000
WATCHERS_MAX = 10_000
"""Streams in one process; each costs about 30 kB."""


class TooManyWatchers(ResourceExhausted):
    """Too many people watch; ask for the availability now and then instead."""

    reason = "TOO_MANY_WATCHERS"


class Board:
    """One event's pictures."""

    def __init__(self, database: Database, seating: Seating, publisher: UUID) -> None:
        self.seating = seating
        self.watcher_count = 0
        self._database = database
        self._publisher = publisher
        self._history: OrderedDict[int, Snapshot] = OrderedDict()
        self._deltas: dict[tuple[int, int], inventory_pb2.AvailabilityDelta] = {}
        self._read_at = float("-inf")
        self.is_touched = False
        self._refreshing: asyncio.Task[None] | None = None
        self._renewed = asyncio.Event()

    @property
    def current(self) -> Snapshot:
        """The newest picture; there is one once `fresh` returned."""
        return next(reversed(self._history.values()))

    @property
    def age_seconds_allowed(self) -> float:
        """How old a picture may be to be shown: not very, after a change that this process knows of."""
        return STEP_SECONDS if self.is_touched else AGE_SECONDS_MAX

    @property
    def is_old(self) -> bool:
        """True when the newest picture is too old to be shown."""
        return time.monotonic() - self._read_at > self.age_seconds_allowed

    def at(self, version: int) -> Snapshot | None:
        """Returns an older picture; None when it is forgotten."""
        return self._history.get(version)

    def touch(self) -> None:
        """Notes that something changed."""
        self.is_touched = True

    async def fresh(self, age_seconds_max: float = AGE_SECONDS_MAX) -> Snapshot:
        """Returns a picture that is at most this old; all who ask at once share one reading."""
        if time.monotonic() - self._read_at > age_seconds_max:
            if self._refreshing is None:
                self._refreshing = asyncio.create_task(self._refresh())
            await asyncio.shield(self._refreshing)
        return self.current

    async def step(self) -> None:
        """Looks again where watchers should be told soon."""
        age = STEP_SECONDS if self.is_touched else AGE_SECONDS_WATCHED
        await self.fresh(age)

    async def newer_than(self, version: int, closing: asyncio.Event) -> Snapshot | None:
        """Waits for a picture of another version; None when the process is about to end."""
        while self.current.version <= version and not closing.is_set():
            await self._renewed.wait()
        return None if closing.is_set() else self.current

    def wake(self) -> None:
        """Lets every watcher look."""
        self._renewed.set()
        self._renewed = asyncio.Event()

    def delta(self, before: Snapshot, after: Snapshot) -> inventory_pb2.AvailabilityDelta:
        """Returns what leads from one picture to another: worked out once for all watchers."""
        key = (before.version, after.version)
        known = self._deltas.get(key)
        if known is None:
            known = self._deltas[key] = inventory_pb2.AvailabilityDelta(
                from_version=before.version,
                version=after.version,
                changes=[
                    inventory_pb2.AvailabilityDelta.Change(seat_index=seat_no, state=state)
                    for seat_no, state in changed_seats(before.marks, after.marks)
                ],
                pools=[
                    inventory_pb2.Availability.PoolCount(pool_id=f"p{pool_no}", available=count)
                    for pool_no, count in changed_pools(before, after)
                ],
            )
        return known

    async def _refresh(self) -> None:
        try:
            self.is_touched = False
            started = time.monotonic()
            found = await store.publish(
                self._database, self.seating, self._publisher, LEASE_SECONDS
            )
            self._read_at = started
            self.show(found)
        finally:
            self._refreshing = None

    def show(self, snapshot: Snapshot) -> None:
        """Puts up a picture, if it is newer than the newest."""
        if self._history and snapshot.version <= self.current.version:
            return
        self._history[snapshot.version] = snapshot
        self._deltas.clear()
        if len(self._history) > HISTORY_MAX:
            self._history.popitem(last=False)
        self.wake()


class Boards:
    """The boards of one process: of events that somebody looked at lately."""

    def __init__(self, database: Database, seatings: Seatings) -> None:
        self._database = database
        self._seatings = seatings
        self._publisher = uuid4()
        self._watcher_count = 0
        self._boards: OrderedDict[int, Board] = OrderedDict()
        self.closing = asyncio.Event()

    async def open(self, event_id: int) -> Board:
        """Returns an event's board. Raises EventNotFound."""
        board = self._boards.get(event_id)
        if board is None:
            seating = await self._seatings.get(event_id)
            board = self._boards.setdefault(
                event_id, Board(self._database, seating, self._publisher)
            )
        self._boards.move_to_end(event_id)
        self._forget()
        return board

    def touch(self, event_id: int) -> None:
        """Notes that something of an event changed, if anybody looks at it."""
        board = self._boards.get(event_id)
        if board is not None:
            board.touch()

    @contextmanager
    def watching(self, board: Board) -> Iterator[None]:
        """Keeps a board up to date while somebody watches. Raises TooManyWatchers."""
        if self._watcher_count >= WATCHERS_MAX:
            raise TooManyWatchers(retry_after_seconds=5.0)
        self._watcher_count += 1
        board.watcher_count += 1
        try:
            yield
        finally:
            self._watcher_count -= 1
            board.watcher_count -= 1

    def watched(self) -> list[Board]:
        """The boards that somebody watches."""
        return [board for board in self._boards.values() if board.watcher_count]

    def close(self) -> None:
        """Ends all streams: the process is about to end."""
        self.closing.set()
        for board in self._boards.values():
            board.wake()

    def _forget(self) -> None:
        while len(self._boards) > BOARDS_MAX:
            idle = next((no for no, board in self._boards.items() if not board.watcher_count), None)
            if idle is None:
                return
            del self._boards[idle]
