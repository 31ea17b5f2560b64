"""Row "hot": one event of 20,000 seats that 256 callers buy empty, against the textbook's options.

Ours is the engine as production runs it, with limits, request ids, outbox and marks in Valkey; theirs have none of it.
Every contestant runs as coroutines of this process, on the same server, one after the other in each round.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from typing import Any

import redis.asyncio as redis

from inventory_svc.holds.holds import Hold
from mesh import ids
from tests.bench import halls, textbook
from tests.bench.box_office import BoxOffice
from tests.bench.results import Line, Run, ratio_line
from tests.bench.sale import CALLERS, Sale
from tests.bench.servers import Servers
from tests.bench.textbook import AdvisoryLock, Held, OptimisticLocking, RedisLocks

SEATS = 20_000
WARM_SEATS = 2_000
ROUNDS = 3
SECONDS_MAX = 4.0
"""Of one contestant in one round; who has not sold out by then is measured by what it sold."""
TRIAL_SECONDS = 1.0
CONNECTIONS = (8, 16, 64)
"""Tried for each of the textbook's options, the best is used; more than these only wait for each other."""
AIMS = {OptimisticLocking.name: 6.0, RedisLocks.name: 6.0, AdvisoryLock.name: 30.0}


class OurSeller:
    """Our engine sells one event."""

    def __init__(self, office: BoxOffice, event_id: int, capacity: int) -> None:
        self._office = office
        self._event_id = event_id
        self._capacity = capacity

    async def hold(self, quantity: int) -> Hold | None:
        """Holds the best that fits; None when nothing does."""
        result = await self._office.hold(self._event_id, quantity=quantity)
        if isinstance(result, Hold):
            return result
        if result.reason == "NOTHING_FITS":
            return None
        raise result

    def seats_of(self, held: Hold) -> Sequence[int]:
        """Returns the seats of a hold."""
        return held.seat_nos

    async def run_out(self, held: Sequence[Hold]) -> None:
        """Lets the time of some holds pass."""
        await self._office.run_out(self._event_id, held)

    async def faults(self, held: int) -> list[str]:
        """Compares what stands with so many held seats."""
        return await self._office.faults([self._event_id], self._capacity, held)


class TheirSeller:
    """One of the textbook's options sells one event."""

    def __init__(self, option: OptimisticLocking, event_id: int, capacity: int) -> None:
        self._option = option
        self._event_id = event_id
        self._capacity = capacity
        self._callers = 0

    async def hold(self, quantity: int) -> Held | None:
        """Holds the best that fits; None when nothing does."""
        self._callers += 1
        return await self._option.hold(self._event_id, quantity, self._callers)

    def seats_of(self, held: Held) -> Sequence[int]:
        """Returns the seats of a hold."""
        return held.seat_ids

    async def run_out(self, held: Sequence[Held]) -> None:
        """Lets the time of some holds pass."""
        await self._option.run_out(held)

    async def faults(self, held: int) -> list[str]:
        """Compares what stands with so many held seats."""
        return await self._option.faults(self._event_id, self._capacity, held)


Contestant = Callable[[float], Awaitable[Run]]
"""Sells a fresh event for so many seconds at most."""


async def rows(servers: Servers) -> list[Line]:
    """Measures the row."""
    async with AsyncExitStack() as opened:
        ours = await our_contestant(servers, opened)
        options = await _textbook(servers, opened)
        best = {name: await _best(tried) for name, tried in options.items()}
        runs: dict[str, list[Run]] = {"ours": [], **{name: [] for name in best}}
        for _ in range(ROUNDS):
            runs["ours"].append(await ours(SECONDS_MAX))
            for name, (_, contestant) in best.items():
                runs[name].append(await contestant(SECONDS_MAX))
    workload = f"hot event, {SEATS:,} seats, {CALLERS} callers, engine"
    return [
        ratio_line(
            "hot",
            workload,
            name,
            AIMS[name],
            runs["ours"],
            runs[name],
            f"{name}: {connections} connections were best, sold {_sold(runs[name])}",
        )
        for name, (connections, _) in best.items()
    ]


async def our_contestant(servers: Servers, opened: AsyncExitStack) -> Contestant:
    """Opens our engine, warm."""
    office = await opened.enter_async_context(servers.office())
    await opened.enter_async_context(office.working())
    first = await halls.make(office.database, SEATS)
    warm = await halls.make(office.database, WARM_SEATS)
    await Sale[Hold](WARM_SEATS, SECONDS_MAX).run(OurSeller(office, warm, WARM_SEATS))

    async def contestant(seconds: float) -> Run:
        [event_id] = await halls.copy(office.database, first, 1)
        await halls.settle(office.database)
        await office.seatings.get(event_id)
        async with servers.meter() as meter:
            run = await Sale[Hold](SEATS, seconds).run(OurSeller(office, event_id, SEATS))
        run.cpu_seconds = meter.total
        run.notes |= meter.used
        return run

    return contestant


async def _textbook(
    servers: Servers, opened: AsyncExitStack
) -> dict[str, list[tuple[int, Contestant]]]:
    """Opens every option with every number of connections."""
    dsn = await opened.enter_async_context(servers.database())
    [admin, *connections] = await opened.enter_async_context(
        textbook.connected(dsn, 1 + max(CONNECTIONS))
    )
    await admin.execute(textbook.TABLES)
    cache = redis.Redis.from_url(servers.valkey_url, max_connections=max(CONNECTIONS))
    opened.push_async_callback(cache.aclose)

    def contestant(option: OptimisticLocking) -> Contestant:
        async def run(seconds: float) -> Run:
            event_id = ids.new_event_id() >> 24  # seat ids are this times the number of seats
            await textbook.fill(admin, event_id, SEATS, halls.SEATS_PER_ROW)
            await admin.execute("VACUUM (ANALYZE)")
            async with servers.meter() as meter:
                run = await Sale[Held](SEATS, seconds).run(TheirSeller(option, event_id, SEATS))
            run.cpu_seconds = meter.total
            run.notes |= meter.used
            return run

        return run

    tried: dict[str, list[tuple[int, Contestant]]] = {}
    for count in CONNECTIONS:
        some = connections[:count]
        for option in (OptimisticLocking(some), RedisLocks(some, cache), AdvisoryLock(some)):
            tried.setdefault(option.name, []).append((count, contestant(option)))
    return tried


async def _best(tried: list[tuple[int, Contestant]]) -> tuple[int, Contestant]:
    rates: list[tuple[float, Any]] = []
    for count, contestant in tried:
        run = await contestant(TRIAL_SECONDS)
        rates.append((run.per_second, (count, contestant)))
    best: tuple[int, Contestant] = max(rates, key=lambda rate: rate[0])[1]
    return best


def _sold(runs: list[Run]) -> str:
    return " ".join(f"{run.notes['sold']:.0%}" for run in runs)
