"""Does a bounded number of things at once, so that one slow order holds up no other."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from mesh.workers import report


class Crew:
    """Runs pieces of work side by side, at most `size` of them."""

    def __init__(self, name: str, size: int) -> None:
        self._name = name
        self._size = size
        self._tasks: set[asyncio.Task[None]] = set()
        self._free = asyncio.Event()
        self._free.set()

    @property
    def free_count(self) -> int:
        """How many more pieces fit now."""
        return self._size - len(self._tasks)

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Begins a piece of work; its errors are reported, not raised."""
        task = asyncio.create_task(self._run(work))
        self._tasks.add(task)
        if not self.free_count:
            self._free.clear()
        task.add_done_callback(self._done)

    async def wait_until_free(self) -> None:
        """Waits until another piece fits."""
        await self._free.wait()

    async def drain(self) -> None:
        """Waits until all is done."""
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _run(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception as error:
            report(self._name, error)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._free.set()
