"""Time, injected: rules take a clock, so that tests need not wait."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Returns the time, aware, in UTC."""


class SystemClock:
    """The machine's clock. Where rows decide, the database's `clock_timestamp()` is asked instead."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class ManualClock:
    """A clock that moves only when told to."""

    def __init__(self, start: datetime | None = None) -> None:
        self._now = start or datetime(2030, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self._now

    def advance(self, seconds: float) -> None:
        """Moves the time forward."""
        self._now += timedelta(seconds=seconds)
