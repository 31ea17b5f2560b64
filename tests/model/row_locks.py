"""Row locks as PostgreSQL has them: whoever comes second waits, in order, for so long and no longer."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass, field

from mesh.database import LOCK_TIMEOUT_MILLIS
from mesh.errors import Unavailable

Row = tuple[Hashable, ...]
"""What is locked: its kind and its key."""


class LockNotAvailable(Unavailable):
    """Somebody else had the row for too long."""


@dataclass(slots=True)
class _Lock:
    owners: set[object] = field(default_factory=set)
    is_shared: bool = False
    waiting: deque[tuple[object, bool, asyncio.Future[None]]] = field(default_factory=deque)

    def admits(self, owner: object, shared: bool) -> bool:
        return not self.owners - {owner} or (shared and self.is_shared)


class RowLocks:
    """The locks of all transactions."""

    def __init__(self, timeout_seconds: float = LOCK_TIMEOUT_MILLIS / 1000) -> None:
        self._timeout_seconds = timeout_seconds
        self._locks: dict[Row, _Lock] = {}
        self.timeout_count = 0
        """How often somebody waited in vain."""

    async def take(self, owner: object, row: Row, *, shared: bool = False) -> None:
        """Waits for a row. Raises LockNotAvailable."""
        lock = self._locks.setdefault(row, _Lock())
        if owner in lock.owners:
            return
        if not lock.waiting and lock.admits(owner, shared):
            self._give(lock, owner, shared)
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        lock.waiting.append((owner, shared, turn))
        try:
            async with asyncio.timeout(self._timeout_seconds):
                await turn
        except TimeoutError:
            self.timeout_count += 1
            raise LockNotAvailable from None
        finally:
            if turn.cancelled():  # else it is ours, and `release` gives it back
                with contextlib.suppress(ValueError):  # it was our turn, and nobody was there
                    lock.waiting.remove((owner, shared, turn))
                self._pass_on(row, lock)

    def release(self, owner: object) -> None:
        """Gives back everything that a transaction has."""
        for row, lock in list(self._locks.items()):
            if owner in lock.owners:
                lock.owners.discard(owner)
                self._pass_on(row, lock)

    def held_count(self) -> int:
        """Returns how many rows are locked or waited for."""
        return len(self._locks)

    def _give(self, lock: _Lock, owner: object, shared: bool) -> None:
        lock.owners.add(owner)
        lock.is_shared = shared

    def _pass_on(self, row: Row, lock: _Lock) -> None:
        while lock.waiting and lock.admits(lock.waiting[0][0], lock.waiting[0][1]):
            owner, shared, turn = lock.waiting.popleft()
            if not turn.done():
                self._give(lock, owner, shared)
                turn.set_result(None)
        if not lock.owners and not lock.waiting:
            self._locks.pop(row, None)
