"""Row "expiry": a hundred thousand holds that end at one moment, of one event and of fifty, while others buy.

Beside the worker, in the same process as in production, buyers go on: some for seats that have just come free, some for
those of a quiet event. What they wait for is measured before the worker begins and while it works.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from inventory_svc.holds.holds import Hold
from tests.bench import halls
from tests.bench.box_office import BoxOffice
from tests.bench.results import Line, Run, Spread
from tests.bench.servers import Servers

HOLDS = 100_000
CASES = ((1, 1), (50, 2))
"""Events and seats of each hold: one event has at most 150,000 seats."""
QUIET_SEATS = 2_000
SECONDS_AIM = 5.0
BEFORE_SECONDS = 2.0
BUYERS_PER_SECOND = 50
FILL_SECONDS = 600.0
NOT_TIDIED_MAX = 10_000
"""Calls of the worker; more would mean that it goes round in circles."""

FILL_HOLDS = """
    INSERT INTO holds (event_id, hold_id, account_id, state, create_time, held_until, tidy_time, currency_code,
                       seat_nos, seat_zone_nos, seat_prices_minor, seat_fences, place_count)
    SELECT $1, (lpad(to_hex($1::bigint), 16, '0') || substr(md5(random()::text || no), 1, 16))::uuid, gen_random_uuid(),
           'HELD', now() - interval '10 minutes', now(), now(), 'EUR',
           ARRAY(SELECT $3 * no + place FROM generate_series(0, $3::integer - 1) AS place),
           array_fill(1, ARRAY[$3::integer]), array_fill(5000, ARRAY[$3::integer]), array_fill(1, ARRAY[$3::integer]), 0
    FROM generate_series(0, $2::integer - 1) AS no
"""
FILL_SEATS = """
    UPDATE seats SET state = 1, hold_id = h.hold_id, held_until = h.held_until, fence = 1
    FROM holds h CROSS JOIN LATERAL unnest(h.seat_nos) AS had (seat_no)
    WHERE h.event_id = $1 AND seats.event_id = $1 AND seats.seat_no = had.seat_no
"""
LEFT_OVER = """
    SELECT (SELECT count(*) FROM holds WHERE tidy_time <= now()) AS holds,
           (SELECT count(*) FROM seats WHERE state = 1 AND held_until <= now()) AS seats,
           (SELECT count(*) FROM outbox WHERE topic = 'onsale.holds.v1') AS facts
"""


async def rows(servers: Servers) -> list[Line]:
    """Measures how long it takes until nothing is left to tidy."""
    lines: list[Line] = []
    for event_count, party in CASES:
        async with servers.office() as office:
            lines.append(await _measured(servers, office, event_count, party))
    return lines


@dataclass
class _Buyers:
    """People who want a pair of seats, so many a second, whatever the answers take."""

    office: BoxOffice
    events: Sequence[tuple[int, int]]
    """Events with how many seats they may choose from."""
    chance: random.Random = field(default_factory=lambda: random.Random(7))
    latencies: list[float] = field(default_factory=list)
    placed: int = 0

    async def come(self, until: asyncio.Event) -> None:
        """Come until it is over, and wait for the last answers."""
        asking: list[asyncio.Task[None]] = []
        while not until.is_set():
            asking.append(asyncio.create_task(self._ask(*self.chance.choice(self.events))))
            await asyncio.sleep(1 / BUYERS_PER_SECOND)
        await asyncio.gather(*asking)

    async def _ask(self, event_id: int, seat_count: int) -> None:
        first = 2 * self.chance.randrange(seat_count // 2)
        began = time.perf_counter()
        result = await self.office.hold(event_id, seat_nos=(first, first + 1))
        self.latencies.append(time.perf_counter() - began)
        self.placed += isinstance(result, Hold)

    def run(self, seconds: float) -> Run:
        """What they saw."""
        return Run(len(self.latencies), seconds, latencies=self.latencies)


async def _measured(servers: Servers, office: BoxOffice, event_count: int, party: int) -> Line:
    event_ids = await _fill(office, event_count, party)
    quiet = await halls.make(office.database, QUIET_SEATS)
    await halls.settle(office.database)
    seats_each = HOLDS * party // event_count
    events = [(quiet, QUIET_SEATS)] + [(event_id, seats_each) for event_id in event_ids[:1]]
    before = await _before(office, events)
    during = _Buyers(office, events)
    over = asyncio.Event()
    buying = asyncio.create_task(during.come(over))
    began = time.perf_counter()
    try:
        async with servers.meter() as meter:
            for _ in range(NOT_TIDIED_MAX):
                if not await office.expiry.tidy():
                    break
            seconds = time.perf_counter() - began
    finally:
        over.set()
        await buying
    faults = await _faults(office, before.placed + during.placed)
    run = Run(HOLDS, seconds, meter.total, during.latencies, faults, dict(meter.used))
    calm, busy = before.run(BEFORE_SECONDS), during.run(seconds)
    waits = [
        f"{name} p50 {each.percentile_millis(50):.1f} ms, p99 {each.percentile_millis(99):.1f} ms"
        for name, each in (("before", calm), ("meanwhile", busy))
    ]
    what = f"{HOLDS:,} holds of {party} end together, {event_count} event(s)"
    return Line(
        "expiry",
        what,
        "",
        f"≤ {SECONDS_AIM:g} s",
        Spread.of([seconds]),
        " s",
        seconds <= SECONDS_AIM,
        [run],
        remarks=[f"{event_count} event(s): {during.placed} bought meanwhile; {', '.join(waits)}"],
    )


async def _fill(office: BoxOffice, event_count: int, party: int) -> list[int]:
    """Makes events whose every seat is held by a hold that is over."""
    each = HOLDS // event_count
    first = await halls.make(office.database, each * party)
    event_ids = [first, *await halls.copy(office.database, first, event_count - 1)]
    async with office.database.connection() as connection:
        await connection.execute("SET statement_timeout = 0")
        for event_id in event_ids:
            await connection.execute(FILL_HOLDS, event_id, each, party, timeout=FILL_SECONDS)
        await connection.execute("ANALYZE holds", timeout=FILL_SECONDS)
        for event_id in event_ids:
            await connection.execute(FILL_SEATS, event_id, timeout=FILL_SECONDS)
        await connection.execute("RESET statement_timeout")
    for event_id in event_ids:
        await office.seatings.get(event_id)
    return event_ids


async def _before(office: BoxOffice, events: Sequence[tuple[int, int]]) -> _Buyers:
    buyers = _Buyers(office, events)
    over = asyncio.Event()
    asyncio.get_running_loop().call_later(BEFORE_SECONDS, over.set)
    await buyers.come(over)
    return buyers


async def _faults(office: BoxOffice, placed: int) -> list[str]:
    """Everything is tidied, and each end and each new hold is told of once."""
    async with office.database.connection() as connection:
        left = await connection.fetchrow(LEFT_OVER)
    faults = [f"{left[kind]} {kind} left" for kind in ("holds", "seats") if left[kind]]
    if left["facts"] != HOLDS + placed:
        faults.append(f"{left['facts']} facts of {HOLDS} ends and {placed} new holds")
    return faults
