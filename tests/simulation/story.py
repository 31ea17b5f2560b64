"""One story, told from its seed."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass

from structlog.testing import capture_logs

from tests.simulation.buyers import Buyer
from tests.simulation.checks import at_the_end
from tests.simulation.loop import Stuck, run
from tests.simulation.trace import Trace
from tests.simulation.world import Plan, World

BUYERS_MIN, BUYERS_MAX = 3, 16
POISONED = "party cannot be placed"
"""The only error that a log may tell of: buyers look into that one themselves."""

STORY_SECONDS_MAX = 600.0
"""By then everybody must have been answered, in the story's own time."""


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a seed."""

    seed: int
    digest: str
    wrongs: list[str]
    lines: list[str]
    longest_wait_seconds: float


def tell(seed: int, plan: Plan | None = None) -> Told:
    """Tells the story of a seed: always the same one."""
    # Where a process looks first, and what it picks among equals, is drawn from here too.
    random.seed(seed)
    with capture_logs() as logged:
        told = run(_tell(seed, plan or Plan()))
    unexpected = [entry for entry in logged if entry["log_level"] == "error"]
    told.wrongs.extend(f"logged {each}" for each in unexpected if each["event"] != POISONED)
    return told


async def _tell(seed: int, plan: Plan) -> Told:
    draw = random.Random(seed)
    trace = Trace(asyncio.get_running_loop())
    world = World(draw, trace, plan)
    buyers = [
        Buyer(number, world, random.Random(draw.getrandbits(32)))
        for number in range(draw.randint(BUYERS_MIN, BUYERS_MAX))
    ]
    workers = [asyncio.create_task(world.tidy()), asyncio.create_task(world.change_the_sale())]
    try:
        async with asyncio.timeout(STORY_SECONDS_MAX):
            await asyncio.gather(world.storm(), *[buyer.live() for buyer in buyers])
            await workers[1]
    except TimeoutError:
        trace.wrong(f"not everybody was answered within {STORY_SECONDS_MAX} s")
    except Stuck as stuck:
        trace.wrong(str(stuck))
    workers[0].cancel()
    await asyncio.wait(workers)
    await at_the_end(world, buyers)
    return Told(seed, trace.digest, trace.wrongs, trace.lines, world.longest_wait)
