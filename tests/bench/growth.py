"""Row "growth": what a hold costs on a map of 10,000 seats while all events have ten thousand to ten million.

Each size has a database of its own, filled beforehand, so that rounds of all sizes interleave; the exponent b of
cost ∝ size^b is fitted to the medians. ONSALE_BENCH_SEATS_MAX ends the sizes earlier.
"""

from __future__ import annotations

import asyncio
import math
import os
import random
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from inventory_svc.holds.holds import Hold
from tests.bench import halls
from tests.bench.box_office import BoxOffice
from tests.bench.results import Line, Run, Spread
from tests.bench.servers import Servers

SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
SEATS_MAX = int(os.environ.get("ONSALE_BENCH_SEATS_MAX", SIZES[-1]))
SEATS = 10_000
CALLERS = 64
ROUNDS = 5
EXPONENT_AIM = 0.03


@dataclass
class House:
    """A database with so many seats."""

    size: int
    office: BoxOffice
    template_id: int
    runs: list[Run] = field(default_factory=list)

    @property
    def cost(self) -> float:
        """Milliseconds of CPU for a hold."""
        return Spread.of([run.cpu_millis_each for run in self.runs]).median


async def rows(servers: Servers) -> list[Line]:
    """Measures the row."""
    async with AsyncExitStack() as opened:
        houses = [
            await _filled(await opened.enter_async_context(servers.office()), size)
            for size in SIZES
            if size <= SEATS_MAX
        ]
        await servers.checkpoint()
        for _ in range(1 + ROUNDS):
            for house in houses:
                house.runs.append(await _sold(servers, house))
        for house in houses:
            del house.runs[0]  # the first warms up
    rounds = [
        exponent([(h.size, h.runs[n].cpu_millis_each) for h in houses]) for n in range(ROUNDS)
    ]
    fitted = exponent([(house.size, house.cost) for house in houses])
    value = Spread(fitted, min(rounds), max(rounds))
    costs = ", ".join(f"{house.size:,} seats {house.cost:.3f} ms" for house in houses)
    return [
        Line(
            "growth",
            f"hold on a map of {SEATS:,} seats, {houses[0].size:,} to {houses[-1].size:,} seats in all",
            "itself",
            f"b ≤ {EXPONENT_AIM}",
            value,
            "",
            fitted <= EXPONENT_AIM,
            houses[-1].runs,
            houses[0].runs,
            [f"CPU of a hold: {costs} (ours: the largest, theirs: the smallest)"],
        )
    ]


def exponent(points: list[tuple[int, float]]) -> float:
    """Fits b of cost = a × size^b by least squares of the logarithms."""
    xs = [math.log(size) for size, _ in points]
    ys = [math.log(cost) for _, cost in points]
    if len(points) < 2:
        return 0.0
    x_mean, y_mean = sum(xs) / len(xs), sum(ys) / len(ys)
    over = sum((x - x_mean) * (y - y_mean) for x, y in zip(xs, ys, strict=True))
    return over / sum((x - x_mean) ** 2 for x in xs)


async def _filled(office: BoxOffice, size: int) -> House:
    template = await halls.make(office.database, SEATS)
    # The map that buyers see is never read here, and a thousand of them would fill the disk.
    await halls.copy(office.database, template, size // SEATS - 1, without=("seat_maps",))
    await halls.settle(office.database)
    return House(size, office, template)


async def _sold(servers: Servers, house: House) -> Run:
    """Sells a fresh event in parties of two, then takes it away, so that the size stays what it is."""
    [event_id] = await halls.copy(house.office.database, house.template_id, 1)
    await house.office.seatings.get(event_id)
    pairs = list(range(0, SEATS, 2))
    random.Random(23).shuffle(pairs)
    faults: list[str] = []

    async def buy() -> None:
        while pairs:
            pair = pairs.pop()
            result = await house.office.hold(event_id, seat_nos=(pair, pair + 1))
            if not isinstance(result, Hold):
                faults.append(f"nobody else wanted seat {pair}: {result.reason}")

    async with servers.meter() as meter:
        started = time.perf_counter()
        await asyncio.gather(*[buy() for _ in range(CALLERS)])
        seconds = time.perf_counter() - started
    faults += await house.office.faults([event_id], SEATS, SEATS)
    await halls.remove(house.office.database, event_id)
    return Run(SEATS // 2, seconds, meter.total, faults=faults, notes=dict(meter.used))
