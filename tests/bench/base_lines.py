"""Rows "journeys": whole purchases and single holds on a whole stack, beside what PostgreSQL and gRPC do at all.

No aims: they show what a change costs or brings, run by run.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from tests.bench import grpc_echo, grpc_holds, http_journeys, postgres_updates, usage
from tests.bench.measure import Row
from tests.bench.results import Line, Run, Spread
from tests.people import Person
from tests.stack import Stack

BUYERS = (1, 16, 64)
SETTLE_SECONDS = 3.0
"""After the start, and between rows: what one row left to do is not part of the next."""
EVENT_ROWS, EVENT_SEATS_PER_ROW = 100, 100
HOLD_EVENTS = 6
"""Of 5,000 parties each: more than are held in the time."""
LIMITS = {"seatsPerHold": 8, "liveHoldsPerBuyer": 100, "ticketsPerBuyer": 1000}


async def rows(stack: Stack) -> list[Line]:
    """Measures all of them."""
    await asyncio.sleep(SETTLE_SECONDS)
    idle = usage.memory_mb(stack)
    site = stack.site()
    measured: list[Row] = []

    async def take(row: Awaitable[Row]) -> Row:
        async with usage.metered(stack) as taken:
            taken.append(await row)
        measured.extend(taken)
        await asyncio.sleep(SETTLE_SECONDS)
        return taken[0]

    organiser = await site.sign_in_with("organiser")
    buyers = await http_journeys.sign_in_many(site, max(BUYERS))
    event_ids = await events(organiser, 1 + HOLD_EVENTS)
    for count in BUYERS:
        await take(http_journeys.journeys(buyers[:count], event_ids[0]))
    await take(grpc_holds.holds(site, stack.grpc_address("inventory"), buyers, event_ids[1:]))
    pgbench = await take(postgres_updates.updates(stack))
    await take(grpc_echo.echoes())
    await site.close()
    lines = [_line(row, pgbench) for row in measured]
    total = sum(size for name, size in idle.items() if name != usage.LOAD)
    lines[0].remarks.append(f"idle memory of the whole stack: {total:.0f} MiB")
    return lines


async def events(organiser: Person, count: int) -> list[str]:
    """Makes and publishes so many events in one hall."""
    first = await organiser.seated_event(EVENT_ROWS, EVENT_SEATS_PER_ROW, limits=LIMITS)
    others = [
        await organiser.event(first["venueId"], ["Standard"], limits=LIMITS)
        for _ in range(count - 1)
    ]
    return [event["eventId"] for event in (first, *others)]


def _line(row: Row, pgbench: Row) -> Line:
    run = Run(
        row.count,
        row.seconds,
        sum(seconds for name, seconds in row.cpu_seconds.items() if name != "supervisor"),
        row.latencies,
        notes={**row.cpu_seconds, **{f"{name} MiB": size for name, size in row.memory_mb.items()}},
    )
    errors = f", errors {dict(row.errors)}" if row.errors else ""
    millis = f"p50 {row.percentile_ms(50):.1f} ms, p99 {row.percentile_ms(99):.1f} ms{errors}"
    ratio = Spread.of([row.per_second / pgbench.per_second])
    remark = f"{row.name}: {millis}"
    return Line("journeys", row.name, pgbench.name, "–", ratio, "×", True, [run], [], [remark])
