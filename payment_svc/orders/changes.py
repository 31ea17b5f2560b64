"""Tells who watches an order in this process that it changed; other processes' changes are found by looking."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID


class OrderChanges:
    """Wakes watchers."""

    def __init__(self) -> None:
        self._watchers: defaultdict[UUID, set[asyncio.Event]] = defaultdict(set)

    def tell(self, order_id: UUID) -> None:
        """Says that an order changed."""
        for watcher in self._watchers.get(order_id, ()):
            watcher.set()

    @contextmanager
    def watching(self, order_id: UUID) -> Iterator[asyncio.Event]:
        """Lends an event that is set whenever the order changes."""
        watcher = asyncio.Event()
        self._watchers[order_id].add(watcher)
        try:
            yield watcher
        finally:
            self._watchers[order_id].discard(watcher)
            if not self._watchers[order_id]:
                del self._watchers[order_id]
