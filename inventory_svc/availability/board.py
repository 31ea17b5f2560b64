"""Boards: an event's newest picture in this process, some pictures before it, and whoever watches."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

from inventory_svc.availability import store
from inventory_svc.availability.hints import Hints
from inventory_svc.availability.snapshot import Snapshot, changed_pools, changed_seats
from inventory_svc.availability.store import Look
from inventory_svc.holds.seating import Seating
from inventory_svc.holds.seatings import Seatings
from mesh.database import Database
from mesh.errors import ResourceExhausted
from mesh.replica import ReplicaReads
from protos.inventory.v1 import inventory_pb2

LEASE_SECONDS = 1.0
"""Without a new reading for this long another process numbers the versions."""

AGE_SECONDS_MAX = 0.8
"""A picture older than this is made anew for whoever asks: with the lease and the cache it stays under two seconds."""

STEP_SECONDS = 0.08
"""Watchers are told after this long of changes that this process made or was hinted at; of others after
AGE_SECONDS_MAX, when every seat is looked at."""

HINTED_MAX = 4_096
"""Seats looked at one by one; of more, looking at all of them costs less."""

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

    def __init__(
        self,
        database: Database,
        reads: ReplicaReads,
        seating: Seating,
        publisher: UUID,
        tell: Callable[[], None],
    ) -> None:
        self.seating = seating
        self._reads = reads
        self._tell = tell
        self.watcher_count = 0
        self._database = database
        self._publisher = publisher
        self._history: OrderedDict[int, Snapshot] = OrderedDict()
        self._deltas: dict[tuple[int, int], inventory_pb2.AvailabilityDelta] = {}
        self._looked_at = self._read_at = float("-inf")
        self._hinted: set[int] = set()
        self._is_hinted_at_all = False
        self.is_touched = False
        self._refreshing: asyncio.Task[None] | None = None
        self._renewed = asyncio.Event()

    @property
    def current(self) -> Snapshot:
        """The newest picture; there is one once `fresh` returned."""
        return next(reversed(self._history.values()))

    @property
    def is_old(self) -> bool:
        """True when the newest picture is too old to be shown."""
        now = time.monotonic()
        is_due = self.is_touched and now - self._looked_at > STEP_SECONDS
        return is_due or now - self._read_at > AGE_SECONDS_MAX

    def at(self, version: int) -> Snapshot | None:
        """Returns an older picture; None when it is forgotten."""
        return self._history.get(version)

    def touch(self, seat_nos: Collection[int] | None) -> None:
        """Notes that something changed: these seats, or nobody knows which."""
        self.is_touched = True
        if seat_nos is None or len(self._hinted) + len(seat_nos) > HINTED_MAX:
            self._is_hinted_at_all = True
        else:
            self._hinted.update(seat_nos)

    async def fresh(self) -> Snapshot:
        """Returns a picture that is not old; all who ask at once share one look."""
        if self.is_old:
            if self._refreshing is None:
                self._refreshing = asyncio.create_task(self._refresh())
            await asyncio.shield(self._refreshing)
        return self.current

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
        started = time.monotonic()
        look = self._look(started)
        self.is_touched = False
        try:
            seen = await store.publish(
                self._reads, self._database, self.seating, self._publisher, LEASE_SECONDS, look
            )
        except BaseException:
            self.touch(None)  # what was hinted at is still to be seen
            raise
        finally:
            self._refreshing = None
        self._looked_at = started
        if seen.is_whole:
            self._read_at = started - seen.age_seconds
        self.show(seen.snapshot)
        if seen.is_ours and seen.snapshot is not look.known:
            self._tell()

    def _look(self, now: float) -> Look:
        is_whole = self._is_hinted_at_all or now - self._read_at > AGE_SECONDS_MAX
        hinted = frozenset(self._hinted)
        self._hinted.clear()
        self._is_hinted_at_all = False
        known = self.current if self._history else None
        return Look(known, None if is_whole else hinted, may_lag=not self.is_touched)

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

    def __init__(
        self,
        database: Database,
        seatings: Seatings,
        hints: Hints | None = None,
        reads: ReplicaReads | None = None,
    ) -> None:
        self._database = database
        self._reads = reads or ReplicaReads(database)
        self._seatings = seatings
        self._hints = hints
        if hints:
            hints.heard_by(self.hear)
        self._publisher = uuid4()
        self._watcher_count = 0
        self._boards: OrderedDict[int, Board] = OrderedDict()
        self.closing = asyncio.Event()

    async def open(self, event_id: int) -> Board:
        """Returns an event's board. Raises EventNotFound."""
        board = self._boards.get(event_id)
        if board is None:
            seating = await self._seatings.get(event_id)
            opened = Board(
                self._database,
                self._reads,
                seating,
                self._publisher,
                lambda: self._tell(event_id, ()),
            )
            board = self._boards.setdefault(event_id, opened)
        self._boards.move_to_end(event_id)
        self._forget()
        return board

    def touch(self, event_id: int, seat_nos: Collection[int] | None = None) -> None:
        """Notes that seats of an event changed here, and tells the other processes; None: nobody knows which."""
        self.hear(event_id, seat_nos)
        self._tell(event_id, seat_nos)

    def hear(self, event_id: int, seat_nos: Collection[int] | None) -> None:
        """Notes that seats of an event changed somewhere, if anybody looks at it."""
        board = self._boards.get(event_id)
        if board is not None:
            board.touch(seat_nos)

    def _tell(self, event_id: int, seat_nos: Collection[int] | None) -> None:
        if self._hints:
            self._hints.tell(event_id, seat_nos)

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
