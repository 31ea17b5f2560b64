"""A closed loop: so many at once, each starting its next as soon as the last is done, for so many seconds."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

TICK_SECONDS = 0.001
"""How exactly calls of an open loop keep to their time."""


@dataclass
class Row:
    """What was measured under one load."""

    name: str
    seconds: float
    latencies: list[float] = field(default_factory=list, repr=False)
    """Of what succeeded, in seconds."""
    errors: Counter[str] = field(default_factory=Counter)
    done: int = 0
    """Successes, where only some latencies are known."""
    cpu_seconds: dict[str, float] = field(default_factory=dict)
    """Process → seconds of CPU during the row."""
    memory_mb: dict[str, float] = field(default_factory=dict)
    """Process → resident memory at the end of the row."""

    @property
    def count(self) -> int:
        """How many succeeded."""
        return self.done or len(self.latencies)

    @property
    def per_second(self) -> float:
        """Successes in a second."""
        return self.count / self.seconds

    def percentile_ms(self, percent: float) -> float:
        """The latency that so many per cent did not exceed; 0 when nothing succeeded."""
        if not self.latencies:
            return 0.0
        ordered = sorted(self.latencies)
        place = min(len(ordered) - 1, int(len(ordered) * percent / 100))
        return ordered[place] * 1000


async def closed_loop(
    name: str,
    at_once: int,
    seconds: float,
    once: Callable[[int], Awaitable[str]],
) -> Row:
    """Runs `once(worker)` in a loop for each of the workers; it returns an error's name, or nothing.

    What is under way when the time is over is finished and counted, and the time is what it took until then.
    """
    started = time.perf_counter()
    ends_at = started + seconds
    row = Row(name, seconds)

    async def work(worker: int) -> None:
        while (begun := time.perf_counter()) < ends_at:
            error = await once(worker)
            if error:
                row.errors[error] += 1
            else:
                row.latencies.append(time.perf_counter() - begun)

    await asyncio.gather(*[work(worker) for worker in range(at_once)])
    row.seconds = time.perf_counter() - started
    return row


async def open_loop(
    per_second: float, seconds: float, once: Callable[[], Awaitable[str]], name: str = ""
) -> Row:
    """Starts `once()` so often, whether or not the last are done: as buyers come, who do not wait for each other.

    A latency counts from when the call was due, so that a loop that falls behind is seen to.
    """
    row = Row(name, seconds)
    calls: set[asyncio.Task[None]] = set()

    async def call(due: float) -> None:
        error = await once()
        if error:
            row.errors[error] += 1
        else:
            row.latencies.append(time.perf_counter() - due)

    started = time.perf_counter()
    number = 0
    while (elapsed := time.perf_counter() - started) < seconds:
        while number < elapsed * per_second:
            task = asyncio.create_task(call(started + number / per_second))
            calls.add(task)
            task.add_done_callback(calls.discard)
            number += 1
        await asyncio.sleep(TICK_SECONDS)
    await asyncio.gather(*calls)
    row.seconds = time.perf_counter() - started
    return row
