"""Marks of taken seats in Valkey: they make losing fast and decide nothing.

Every failure of Valkey costs speed only. A mark is trusted for two seconds, then its refusal is checked in PostgreSQL;
what is given back is unmarked before the caller hears of it; and the fence keeps a late mark from hiding a free seat.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from mesh import ids
from mesh.valkey import BUDGET_SECONDS, FAILURES

LIBRARY = Path(__file__).with_name("marks.lua").read_text(encoding="utf-8")

AGE_MILLIS_MAX = 2_000
"""A refusal on an older mark is checked in PostgreSQL."""

REST_SECONDS = 1.0
"""After a failure Valkey is left alone for this long, so that a hung one does not cost its budget with each batch."""

WRITING_MAX = 256
"""Writes under way; more are left out, since nothing depends on them."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A seat that is taken."""

    seat_no: int
    fence: int
    until_millis: int


@dataclass(frozen=True, slots=True)
class Freed:
    """A seat that was given back, with its fence since then."""

    seat_no: int
    fence: int


class Marks:
    """The marks of all events, as one process reads and writes them."""

    def __init__(self, valkey: Redis) -> None:
        self._valkey = valkey
        self._rests_until = 0.0
        self._writing: set[asyncio.Task[object]] = set()

    async def taken(self, wanted: Mapping[int, Set[int]]) -> dict[int, frozenset[int]]:
        """Returns which seats are surely taken, by event; none where that is not known in time."""
        found = await asyncio.gather(
            *[
                self._call("marks_fresh", event_id, [AGE_MILLIS_MAX, *seat_nos])
                for event_id, seat_nos in wanted.items()
            ]
        )
        return {
            event_id: frozenset(int(seat_no) for seat_no in seats or ())
            for event_id, seats in zip(wanted, found, strict=True)
        }

    def set(self, event_id: int, marks: Sequence[Mark]) -> None:
        """Marks seats, without waiting: a mark that is late or lost costs a look at PostgreSQL."""
        if marks and len(self._writing) < WRITING_MAX:
            said = ",".join(f"{mark.seat_no}:{mark.fence}:{mark.until_millis}" for mark in marks)
            self._write(self._call("marks_put", event_id, [said]))

    async def clear(self, event_id: int, freed: Sequence[Freed]) -> None:
        """Unmarks seats; whoever gave them back waits for this, at most the budget."""
        if freed:
            args = [part for each in freed for part in (each.seat_no, each.fence)]
            await self._call("marks_clear", event_id, args)

    def _write(self, call: Coroutine[Any, Any, object]) -> None:
        task = asyncio.create_task(call)
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def _call(self, function: str, event_id: int, args: Sequence[int | str]) -> Any:
        if time.monotonic() < self._rests_until:
            return None
        key = f"{{{ids.event_text(event_id)}}}:marks"
        try:
            async with asyncio.timeout(BUDGET_SECONDS):
                try:
                    return await self._fcall(function, key, args)
                except ResponseError as error:
                    if "Function not found" not in str(error):
                        raise
                    await self._valkey.function_load(LIBRARY, replace=True)
                    return await self._fcall(function, key, args)
        except FAILURES:
            self._rests_until = time.monotonic() + REST_SECONDS
            return None

    async def _fcall(self, function: str, key: str, args: Sequence[int | str]) -> Any:
        return await self._valkey.fcall(function, 1, key, *args)
