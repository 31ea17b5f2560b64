"""What goes wrong between a process and the store, by the seed: slowness, lost connections, deadlocks."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass

from inventory_svc.holds.lane import OutcomeUnknown, StoreAway
from mesh.errors import Unavailable
from tests.simulation.trace import Trace


class DeadlockDetected(Unavailable):
    """The store chose this transaction to break a circle."""


@dataclass(frozen=True, slots=True)
class Climate:
    """How likely each fault is, at each point where it can happen."""

    slow: float = 0.05
    away: float = 0.0
    lost: float = 0.0
    """A connection that breaks while committing: half of them before, half of them after the commit."""
    deadlock: float = 0.0

    @staticmethod
    def drawn(draw: random.Random) -> Climate:
        """Draws a climate: some stories are calm, in some everything happens at once."""
        strength = draw.choice([0.0, 0.5, 1.0, 3.0])
        return Climate(
            slow=draw.choice([0.02, 0.1, 0.3]),
            away=0.03 * strength * draw.random(),
            lost=0.05 * strength * draw.random(),
            deadlock=0.03 * strength * draw.random(),
        )


FAULTS_AT = {"open": StoreAway, "locked": StoreAway, "read": StoreAway}
SLOW_SECONDS = (0.05, 1.5)
QUICK_SECONDS = (0.0001, 0.004)


class Storm:
    """The weather of one story, until it clears up."""

    def __init__(self, draw: random.Random, climate: Climate, trace: Trace) -> None:
        self._draw = draw
        self._climate = climate
        self._trace = trace
        self.is_over = False

    async def meet(self, point: str) -> None:
        """Waits for as long as a round trip takes, then raises what is drawn for this point."""
        await asyncio.sleep(self._delay_seconds())
        if self.is_over:
            return
        if point in FAULTS_AT and self._strikes(self._climate.away):
            self._trace.note("store", f"away at {point}")
            raise FAULTS_AT[point]
        if point in ("locked", "read") and self._strikes(self._climate.deadlock):
            self._trace.note("store", f"deadlock at {point}")
            raise DeadlockDetected
        if point in ("commit", "committed") and self._strikes(self._climate.lost / 2):
            self._trace.note("store", f"connection lost at {point}")
            raise OutcomeUnknown

    def _delay_seconds(self) -> float:
        is_slow = not self.is_over and self._strikes(self._climate.slow)
        return self._draw.uniform(*(SLOW_SECONDS if is_slow else QUICK_SECONDS))

    def _strikes(self, probability: float) -> bool:
        return self._draw.random() < probability
