"""The cache of marks on a bad day: what is written is late or lost, what is read is missing, old or simply wrong."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass

from inventory_svc.holds.marks import Freed, Mark
from mesh.valkey import BUDGET_SECONDS
from tests.model.fake_marks import FakeMarks


@dataclass(frozen=True, slots=True)
class Wear:
    """How likely each fault is."""

    lost: float = 0.0
    late: float = 0.0
    wrong: float = 0.0
    """A free seat is said to be taken: the cache lies for as long as a mark is trusted, and no longer."""
    flush: float = 0.0

    @staticmethod
    def drawn(draw: random.Random) -> Wear:
        """Draws how bad the day is."""
        strength = draw.choice([0.0, 0.0, 1.0])
        return Wear(*(strength * draw.random() * most for most in (0.5, 0.5, 0.05, 0.05)))


class WornMarks:
    """One cache for all processes, which nobody may depend on."""

    def __init__(self, draw: random.Random, wear: Wear, loop_time: Callable[[], float]) -> None:
        self._draw = draw
        self._wear = wear
        self._marks = FakeMarks(loop_time)
        self._writing: list[asyncio.Task[None]] = []
        self.is_over = False

    async def taken(self, wanted: Mapping[int, Set[int]]) -> dict[int, frozenset[int]]:
        """Returns which seats are surely taken, or so it says."""
        if self._strikes(self._wear.flush):
            self._marks.flush()
        if self._strikes(self._wear.late):
            await asyncio.sleep(BUDGET_SECONDS)
            return {}
        found = await self._marks.taken(wanted)
        if self._strikes(self._wear.wrong):
            return {event_id: frozenset(seat_nos) for event_id, seat_nos in wanted.items()}
        return found

    def set(self, event_id: int, marks: Sequence[Mark]) -> None:
        """Marks seats, now, later or never."""
        if self._strikes(self._wear.lost):
            return
        if self._strikes(self._wear.late):
            late = self._draw.uniform(0.0, 3.0)
            self._writing.append(asyncio.create_task(self._set_late(event_id, marks, late)))
            return
        self._marks.set(event_id, marks)

    async def _set_late(self, event_id: int, marks: Sequence[Mark], late_seconds: float) -> None:
        await asyncio.sleep(late_seconds)
        self._marks.set(event_id, marks)

    async def clear(self, event_id: int, freed: Sequence[Freed]) -> None:
        """Unmarks seats, or forgets to."""
        if not self._strikes(self._wear.lost):
            await self._marks.clear(event_id, freed)

    def _strikes(self, probability: float) -> bool:
        return not self.is_over and self._draw.random() < probability
