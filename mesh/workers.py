"""Loops that live beside the handlers: start, drain on SIGTERM, deadline."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable
from typing import Protocol

from mesh import telemetry
from mesh.database import driver_refusal
from mesh.errors import DeadlineExceeded, Unavailable

BACKOFF_SECONDS_MIN = 0.2
BACKOFF_SECONDS_MAX = 5.0


class Worker(Protocol):
    """Something that runs until it is told to stop."""

    name: str

    async def run(self, stop: asyncio.Event) -> None:
        """Runs; returns soon after `stop` is set, its current piece of work finished."""


class Backoff:
    """Waits longer after each failure in a row, with jitter."""

    def __init__(self) -> None:
        self._failures = 0

    def succeeded(self) -> None:
        """Begins anew."""
        self._failures = 0

    def failed(self) -> float:
        """Returns how long to wait now, in seconds."""
        self._failures += 1
        ceiling = min(BACKOFF_SECONDS_MAX, BACKOFF_SECONDS_MIN * 2 ** min(self._failures, 10))
        return ceiling * random.uniform(0.5, 1.0)  # noqa: S311 - jitter, not a secret


class Every:
    """Runs a step again and again, `seconds` apart, at once when it says that there is more to do."""

    def __init__(self, name: str, seconds: float, step: Callable[[], Awaitable[bool]]) -> None:
        self.name = name
        self._seconds = seconds
        self._step = step
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Makes the next step begin now."""
        self._wake.set()

    async def run(self, stop: asyncio.Event) -> None:
        backoff = Backoff()
        while not stop.is_set():
            self._wake.clear()
            try:
                wait_seconds = 0.0 if await self._step() else self._seconds
                backoff.succeeded()
            except Exception as error:
                report(self.name, error)
                wait_seconds = backoff.failed()
            await first_of(stop, self._wake, timeout_seconds=wait_seconds)


def report(name: str, error: Exception) -> None:
    """Logs a failed step: one line when a neighbour is away, the whole trace when it was not foreseen."""
    if isinstance(error, (Unavailable, DeadlineExceeded)) or driver_refusal(error):
        telemetry.log.warning("waiting for a neighbour", worker=name, error=str(error))
    else:
        telemetry.ERRORS.labels(name).inc()
        telemetry.log.error("step failed", worker=name, exc_info=error)


async def first_of(*events: asyncio.Event, timeout_seconds: float) -> None:
    """Waits until any of the events is set, or the time is over."""
    if timeout_seconds <= 0:
        await asyncio.sleep(0)
        return
    waits = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, timeout=timeout_seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()


async def run_all(workers: list[Worker], stop: asyncio.Event, drain_seconds: float) -> None:
    """Runs workers until `stop`, then gives them `drain_seconds` to finish what they are doing."""
    tasks = [asyncio.create_task(worker.run(stop), name=worker.name) for worker in workers]
    waiting = asyncio.create_task(stop.wait())
    if tasks:
        done, _ = await asyncio.wait([waiting, *tasks], return_when=asyncio.FIRST_COMPLETED)
        for task in done - {waiting}:
            if not stop.is_set() and task.exception():
                stop.set()  # a worker that cannot go on ends its process; the supervisor starts it anew
                telemetry.log.error(
                    "worker ended", worker=task.get_name(), exc_info=task.exception()
                )
    await waiting
    if tasks:
        _, late = await asyncio.wait(tasks, timeout=drain_seconds)
        for task in late:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*late, return_exceptions=True)
