"""Row "spread": a million seats of 200 events, parties of two on seats that they choose, against option 1 by pgbench.

Both choose any pair of neighbours of any event, taken or not, and only what was held counts. pgbench takes the version
for known, has no index but the key, and counts half a party as half a hold: all in its favour.
"""

from __future__ import annotations

import random
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import asyncpg

from inventory_svc.holds.holds import Hold
from tests.bench import halls, pgbench, textbook
from tests.bench.measure import closed_loop
from tests.bench.results import Line, Run, ratio_line
from tests.bench.servers import Servers

EVENTS = 200
SEATS_PER_EVENT = 5_000
CALLERS = 1_024
"""Five for each event."""
ROUNDS = 3
ROUND_SECONDS = 3.0
WARM_SECONDS = 1.0
CLIENTS = (8, 16, 32)
"""Tried for pgbench; the best is used."""
TRIAL_SECONDS = 2.0
AIM = 6.0

UPDATE = r"""
UPDATE seats SET status = 'held', held_by = :client_id, held_until = now() + interval '10 minutes',
    version = version + 1
WHERE seat_id = :{name} AND status = 'available' AND version = 0;
"""
SCRIPT = (
    rf"""
\set event random(0, {EVENTS - 1})
\set pair random(0, {SEATS_PER_EVENT // 2 - 1})
\set first :event * {SEATS_PER_EVENT} + 2 * :pair
\set second :first + 1
BEGIN;
"""
    + UPDATE.format(name="first")
    + UPDATE.format(name="second")
    + r"""
INSERT INTO holds (hold_id, event_id, user_id, seat_ids, held_until)
VALUES (gen_random_uuid(), :event, :client_id, ARRAY[:first, :second]::bigint[], now() + interval '10 minutes');
COMMIT;
"""
)

Sell = Callable[[float], Awaitable[Run]]


async def rows(servers: Servers) -> list[Line]:
    """Measures the row."""
    async with AsyncExitStack() as opened:
        ours = await our_contestant(servers, opened)
        theirs, clients = await _pgbench(servers, opened)
        runs: tuple[list[Run], list[Run]] = ([], [])
        for _ in range(ROUNDS):
            runs[0].append(await ours(ROUND_SECONDS))
            runs[1].append(await theirs(ROUND_SECONDS))
    line = ratio_line(
        "spread",
        f"{EVENTS} events, {EVENTS * SEATS_PER_EVENT:,} seats, parties of 2, engine",
        "option 1 by pgbench, prepared",
        AIM,
        *runs,
        f"ours: {CALLERS} callers; pgbench: {clients} clients were best",
    )
    return [line]


async def our_contestant(servers: Servers, opened: AsyncExitStack) -> Sell:
    """Opens our engine over all events."""
    office = await opened.enter_async_context(servers.office())
    await opened.enter_async_context(office.working())
    first = await halls.make(office.database, SEATS_PER_EVENT)
    event_ids = [first, *await halls.copy(office.database, first, EVENTS - 1)]
    await halls.settle(office.database)
    for event_id in event_ids:
        await office.seatings.get(event_id)
    owners: dict[tuple[int, int], int] = {}
    chosen = random.Random(5)

    async def sell(seconds: float) -> Run:
        faults: list[str] = []

        async def once(caller: int) -> str:
            event_id = chosen.choice(event_ids)
            pair = 2 * chosen.randrange(SEATS_PER_EVENT // 2)
            result = await office.hold(event_id, seat_nos=(pair, pair + 1))
            if not isinstance(result, Hold):
                return result.reason
            for seat_no in result.seat_nos:
                if owners.setdefault((event_id, seat_no), caller) != caller:
                    faults.append(f"seat {seat_no} of {event_id} was held twice")
            return ""

        async with servers.meter() as meter:
            row = await closed_loop("spread", CALLERS, seconds, once)
        faults += [
            f"{count} × {reason}" for reason, count in row.errors.items() if reason != "SEATS_TAKEN"
        ]
        faults += await office.faults(event_ids, SEATS_PER_EVENT, len(owners))
        return Run(
            row.count,
            row.seconds,
            meter.total,
            row.latencies,
            faults,
            {"refused": row.errors.total(), **meter.used},
        )

    await sell(WARM_SECONDS)
    return sell


async def _pgbench(servers: Servers, opened: AsyncExitStack) -> tuple[Sell, int]:
    dsn = await opened.enter_async_context(servers.database())
    [admin] = await opened.enter_async_context(textbook.connected(dsn, 1))
    await admin.execute(textbook.TABLES + "DROP INDEX seats_available;")
    for event in range(EVENTS):
        await textbook.fill(admin, event, SEATS_PER_EVENT, halls.SEATS_PER_ROW)
    await admin.execute("VACUUM (ANALYZE)")

    async def sell(seconds: float, clients: int) -> Run:
        before = await _held(admin)
        async with servers.meter() as meter:
            started = time.perf_counter()
            await pgbench.run(dsn, SCRIPT, clients=clients, seconds=seconds)
            took = time.perf_counter() - started
        held = (await _held(admin) - before) // 2
        return Run(held, took, meter.total, notes=meter.used)

    trials = [(await sell(TRIAL_SECONDS, clients), clients) for clients in CLIENTS]
    best = max(trials, key=lambda trial: trial[0].per_second)[1]

    async def best_sell(seconds: float) -> Run:
        return await sell(seconds, best)

    return best_sell, best


async def _held(connection: asyncpg.Connection) -> int:
    held: int = await connection.fetchval("SELECT count(*) FROM seats WHERE status = 'held'")
    return held
