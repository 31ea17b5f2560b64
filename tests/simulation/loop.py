"""An event loop whose time is a number: when nobody can go on, it jumps to whoever wakes next."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")

START = datetime(2030, 1, 1, tzinfo=UTC)
"""When every story begins."""

ROUNDS_MAX = 100
"""How often whoever is left at the end is told to stop: the end of one may begin another."""


class Stuck(AssertionError):
    """Everybody waits for somebody, and no timer will ever wake one of them."""


class _Jump:
    """Stands where the loop waits for sockets: there are none, so a wait is a jump in time."""

    def __init__(self) -> None:
        self.now = 0.0

    def select(self, timeout_seconds: float | None) -> list[Any]:
        if timeout_seconds is None:
            raise Stuck("everybody waits, and nothing is left to happen")
        self.now += timeout_seconds
        return []


class VirtualLoop(asyncio.BaseEventLoop):
    """Runs callbacks in the order in which they became ready; no threads, no sockets, no clock of the machine."""

    def __init__(self) -> None:
        super().__init__()
        self._selector = _Jump()

    def time(self) -> float:
        """Returns the seconds since the loop was made, all of them skipped."""
        return self._selector.now

    def _process_events(self, event_list: list[Any]) -> None:
        """There are none."""

    def _write_to_self(self) -> None:
        """Nobody else's thread wakes this loop."""


def run(main: Coroutine[Any, Any, T]) -> T:
    """Runs a coroutine to its end in virtual time; returns within milliseconds, whatever it sleeps."""
    loop = VirtualLoop()
    asyncio.set_event_loop(loop)
    try:
        return loop.run_until_complete(main)
    finally:
        for _ in range(ROUNDS_MAX):
            for task in (left := asyncio.all_tasks(loop)):
                task.cancel()
            if not left:
                break
            loop.run_until_complete(_turn())
        asyncio.set_event_loop(None)
        loop.close()


async def _turn() -> None:
    await asyncio.sleep(0)


class LoopClock:
    """The calendar of a virtual loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, start: datetime = START) -> None:
        self._loop = loop
        self._start = start

    def now(self) -> datetime:
        """Returns the time by the loop."""
        return self._start + timedelta(seconds=self._loop.time())
