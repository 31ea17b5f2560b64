"""`make bench`: starts a stack of its own, loads it for two minutes, prints one table, keeps the numbers in .bench/."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable

from tests.bench import grpc_echo, grpc_holds, http_journeys, postgres_updates, report, usage
from tests.bench.measure import Row
from tests.fixtures_servers import state_folder
from tests.people import Person, Site
from tests.stack import Stack

BUYERS = (1, 16, 64)
SETTLE_SECONDS = 5.0
"""After the start, and between rows: what one row left to do is not part of the next."""
EVENT_ROWS, EVENT_SEATS_PER_ROW = 100, 100
HOLD_EVENTS = 6
"""Of 5,000 parties each: more than are held in the time."""
LIMITS = {"seatsPerHold": 8, "liveHoldsPerBuyer": 100, "ticketsPerBuyer": 1000}
ENVIRONMENT = {
    "ONSALE_EDGE_REQUESTS_PER_MINUTE_PER_ADDRESS": "0",
    # One buyer of ours stands for many people.
    "ONSALE_EDGE_REQUESTS_PER_MINUTE_PER_ACCOUNT": "1000000",
}


async def measure(stack: Stack) -> tuple[list[Row], Row, dict[str, float]]:
    """Returns all rows, the base line among them, and the idle memory."""
    await asyncio.sleep(SETTLE_SECONDS)
    idle_mb = usage.memory_mb(stack)
    site = stack.site()
    rows: list[Row] = []

    async def take(row: Awaitable[Row], what: str) -> Row:
        say(what)
        async with usage.metered(stack) as taken:
            taken.append(await row)
        rows.extend(taken)
        await asyncio.sleep(SETTLE_SECONDS)
        return taken[0]

    say("making events and buyers")
    organiser = await site.sign_in_with("organiser")
    buyers = await http_journeys.sign_in_many(site, max(BUYERS))
    event_ids = await events(organiser, 1 + HOLD_EVENTS)
    for count in BUYERS:
        await take(
            http_journeys.journeys(buyers[:count], event_ids[0]), f"journeys of {count} at once"
        )
    await take(held(stack, site, buyers, event_ids[1:]), "holds through gRPC")
    baseline = await take(postgres_updates.updates(stack), "pgbench")
    await take(grpc_echo.echoes(), "empty gRPC calls")
    await site.close()
    return rows, baseline, idle_mb


async def held(stack: Stack, site: Site, buyers: list[Person], event_ids: list[str]) -> Row:
    """Measures holds at inventory's own door."""
    return await grpc_holds.holds(site, stack.grpc_address("inventory"), buyers, event_ids)


async def events(organiser: Person, count: int) -> list[str]:
    """Makes and publishes so many events in one hall."""
    first = await organiser.seated_event(EVENT_ROWS, EVENT_SEATS_PER_ROW, limits=LIMITS)
    others = [
        await organiser.event(first["venueId"], ["Standard"], limits=LIMITS)
        for _ in range(count - 1)
    ]
    return [event["eventId"] for event in (first, *others)]


def say(what: str) -> None:
    """Tells whoever waits what is being done."""
    print(f"… {what}", file=sys.stderr, flush=True)


def main() -> None:
    """Runs the benchmark."""
    say("starting a stack")
    with state_folder("bench") as folder, Stack(folder, environment=ENVIRONMENT) as stack:
        rows, baseline, idle_mb = asyncio.run(measure(stack))
    print(report.show(rows, baseline, idle_mb))
    print(f"Kept in {report.keep(rows, baseline, idle_mb)}")


if __name__ == "__main__":
    main()
