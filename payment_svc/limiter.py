"""Keeps our writes below what the processor allows, so that it never has to refuse one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

BURST_SECONDS = 0.5
"""How much of a second's writes may leave at once after a quiet time."""
WAIT_SECONDS_MAX = 5.0
"""A write that would wait longer is refused at once: its order is tried again later."""


class LimiterFull(Exception):
    """More writes are waiting than can leave soon."""


class RateLimiter:
    """Spaces writes evenly: each takes the next free moment."""

    def __init__(self, per_second_max: float, now: Callable[[], float] = time.monotonic) -> None:
        self._gap_seconds = 1 / per_second_max if per_second_max else 0.0
        self._now = now
        self._next_free = 0.0

    def reserve(self) -> float:
        """Takes the next moment and returns how long it is until then, in seconds. Raises LimiterFull."""
        now = self._now()
        moment = max(self._next_free, now - BURST_SECONDS)
        if moment - now > WAIT_SECONDS_MAX:
            raise LimiterFull
        self._next_free = moment + self._gap_seconds
        return max(0.0, moment - now)

    async def take(self) -> None:
        """Waits for its turn. Raises LimiterFull."""
        wait_seconds = self.reserve()
        if wait_seconds:
            await asyncio.sleep(wait_seconds)
