"""A hot sale: 256 callers, parties of one to four, the best available until nothing is left.

Thirty per cent of all holds run out and return while it goes on: three in eight of those that are placed before four
fifths of all are. The clock stops when every seat is held.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from tests.bench.results import Run

CALLERS = 256
PARTY_MAX = 4
RUNS_OUT = 0.375
RUNS_OUT_UNTIL = 0.8
RUN_OUT_EVERY_SECONDS = 0.05
NOTHING_LEFT_SECONDS = 0.005
"""How long a caller who found nothing waits for what returns."""
STALLED_SECONDS = 10.0

H = TypeVar("H")


class Seller(Protocol[H]):
    """Whoever sells the event."""

    async def hold(self, quantity: int) -> H | None:
        """Holds the best that fits; None when nothing does."""

    def seats_of(self, held: H) -> Sequence[int]:
        """Returns the seats of a hold."""

    async def run_out(self, held: Sequence[H]) -> None:
        """Lets the time of some holds pass."""

    async def faults(self, held: int) -> list[str]:
        """Compares what stands with so many held seats."""


@dataclass
class Sale(Generic[H]):
    """One sale, and what its callers were told."""

    capacity: int
    seconds_max: float
    holds: int = 0
    latencies: list[float] = field(default_factory=list)
    owner_of: dict[int, int] = field(default_factory=dict)
    """Seat → the number of the hold that has it."""
    faults: list[str] = field(default_factory=list)
    returned: int = 0
    random: random.Random = field(default_factory=lambda: random.Random(11))

    async def run(self, seller: Seller[H], callers: int = CALLERS) -> Run:
        """Sells out, or as much as the time allows."""
        started = self._last_at = time.perf_counter()
        self._ends_at = started + self.seconds_max
        self._is_over = False
        self._abandoned: list[H] = []
        clock = asyncio.create_task(self._pass_time(seller))
        await asyncio.gather(*[self._call(seller) for _ in range(callers)])
        seconds = self._last_at - started
        self._is_over = True
        await clock
        self.faults += await seller.faults(len(self.owner_of))
        return Run(
            self.holds,
            seconds,
            latencies=self.latencies,
            faults=self.faults,
            notes={"returned": self.returned, "sold": len(self.owner_of) / self.capacity},
        )

    async def _call(self, seller: Seller[H]) -> None:
        quantity = self.random.randint(1, PARTY_MAX)
        while len(self.owner_of) < self.capacity and (now := time.perf_counter()) < self._ends_at:
            held = await seller.hold(quantity)
            if held is not None:
                self._note(seller, held, now)
                quantity = self.random.randint(1, PARTY_MAX)
            elif quantity > 1:
                quantity = 1
            else:
                if now - self._last_at > STALLED_SECONDS:
                    self.faults.append(f"{self.capacity - len(self.owner_of)} seats are not found")
                    return
                await asyncio.sleep(NOTHING_LEFT_SECONDS)

    def _note(self, seller: Seller[H], held: H, begun: float) -> None:
        self._last_at = time.perf_counter()
        self.latencies.append(self._last_at - begun)
        self.holds += 1
        for seat in seller.seats_of(held):
            if self.owner_of.setdefault(seat, self.holds) != self.holds:
                self.faults.append(f"seat {seat} was held twice")
        planned = self.capacity / (0.7 * (1 + PARTY_MAX) / 2)
        if self.holds < RUNS_OUT_UNTIL * planned and self.random.random() < RUNS_OUT:
            self._abandoned.append(held)

    async def _pass_time(self, seller: Seller[H]) -> None:
        while not self._is_over:
            await asyncio.sleep(RUN_OUT_EVERY_SECONDS)
            await self._let_run_out(seller)

    async def _let_run_out(self, seller: Seller[H]) -> None:
        over, self._abandoned = self._abandoned, []
        if not over:
            return
        # Before it is so: the first who is told that a seat is free may be told before we are.
        for held in over:
            for seat in seller.seats_of(held):
                del self.owner_of[seat]
        self.returned += len(over)
        await seller.run_out(over)
