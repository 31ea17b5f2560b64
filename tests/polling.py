"""Waiting for a condition, with a bound: the one place in the tests that sleeps."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

POLL_SECONDS = 0.05

T = TypeVar("T")


def wait_until(condition: Callable[[], T | None], *, within_seconds: float, what: str) -> T:
    """Returns the condition's first true value, or fails saying what did not happen."""
    deadline = time.monotonic() + within_seconds
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not happen within {within_seconds} s")
        time.sleep(POLL_SECONDS)
    return value


async def eventually(
    condition: Callable[[], Awaitable[T | None]], *, within_seconds: float, what: str
) -> T:
    """The same for a condition that is a coroutine."""
    deadline = time.monotonic() + within_seconds
    while not (value := await condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not happen within {within_seconds} s")
        await asyncio.sleep(POLL_SECONDS)
    return value
