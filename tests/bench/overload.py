"""Row "overload": ten times what the engine can do, offered for half a minute to one lane.

Offered in the engine's own process, so that what refusing costs is taken from what holding has. A call that is refused
is not tried again: the load stays what it is. Goodput is compared with the best that a closed loop reaches, and the
latency of what was accepted with that loop's own.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any

from inventory_svc.holds.errors import LaneFull
from inventory_svc.holds.holds import Hold
from inventory_svc.holds.lane import WAITING_MAX
from inventory_svc.holds.party import Party
from tests.bench import halls
from tests.bench.box_office import BoxOffice, new_party, outcome
from tests.bench.measure import TICK_SECONDS, closed_loop
from tests.bench.results import Line, Run, Spread
from tests.bench.servers import Servers
from tests.bench.turnstile import Turnstile

SEATS = 60_000
QUANTITY = 2
FULL_AT = 0.8
"""A hall is left while it still has seats for all who wait in its lane."""
PEAK_CALLERS = (256, 1_024)
PEAK_SECONDS = 3.0
TIMES = 10
OVERLOAD_SECONDS = 30.0
NORMAL_LOAD = 0.5
NORMAL_SECONDS = 2.0
RECOVERY_SECONDS = 6.0
WINDOW_SECONDS = 0.5
GOODPUT_AIM, P99_AIM, RECOVERY_SECONDS_AIM = 0.95, 2.0, 5.0
GUESS_PER_SECOND = 30_000


class Crowd:
    """Parties that come at their own pace to whatever hall is open."""

    def __init__(self, office: BoxOffice, turnstile: Turnstile) -> None:
        self._office = office
        self._turnstile = turnstile
        self._next: tuple[int, Party] | None = None
        self.finished: list[tuple[float, float]] = []
        """When each hold was there, and how long it took."""
        self.outcomes: Counter[str] = Counter()
        self.seats: set[tuple[int, int]] = set()
        self.offered = 0
        self.retry_told = 0

    async def come(self, per_second: float, seconds: float) -> None:
        """Offers so many calls a second; what is due at once is offered at once."""
        started = time.perf_counter()
        number = 0
        while (elapsed := time.perf_counter() - started) < seconds:
            while number < elapsed * per_second:
                self._offer(started + number / per_second)
                number += 1
            await asyncio.sleep(TICK_SECONDS)
        self.offered += number

    async def wait(self) -> None:
        """Waits for whoever is still inside."""
        await self._office.lanes.drain()
        await asyncio.sleep(0)

    def _offer(self, due: float) -> None:
        event_id = self._turnstile.event(QUANTITY)
        if self._next is None or self._next[0] != event_id:
            self._next = event_id, new_party(event_id, quantity=QUANTITY)
        call = self._office.lanes.submit(*self._next)
        try:
            waiting: Any = call.send(None)
        except LaneFull as full:
            self.outcomes[full.code.name] += 1
            self.retry_told += full.retry_after_seconds is not None
            self._turnstile.give_back(QUANTITY)
            return
        self._next = None
        waiting._asyncio_future_blocking = False  # awaited by a callback, as a task would
        waiting.add_done_callback(self._finish(call, event_id, due))

    def _finish(self, call: Any, event_id: int, due: float) -> Callable[[Any], None]:
        def finish(_: Any) -> None:
            try:
                call.send(None)
            except StopIteration as ended:
                result = outcome(ended.value)
                self.outcomes["held" if isinstance(result, Hold) else result.reason] += 1
                if isinstance(result, Hold):
                    now = time.perf_counter()
                    self.finished.append((now, now - due))
                    self.seats.update((event_id, seat_no) for seat_no in result.seat_nos)
            except Exception as error:
                self.outcomes[type(error).__name__] += 1

        return finish


async def rows(servers: Servers) -> list[Line]:
    """Measures the row."""
    async with AsyncExitStack() as opened:
        office = await opened.enter_async_context(servers.office())
        await opened.enter_async_context(office.working())
        template = await halls.make(office.database, SEATS)
        peak = await _peak(servers, office, template)
        rate = peak.per_second
        seconds = OVERLOAD_SECONDS + NORMAL_SECONDS + RECOVERY_SECONDS
        count = math.ceil(1.2 * rate * seconds * QUANTITY / (SEATS * FULL_AT)) + 1
        turnstile = await Turnstile.open(office, template, count, SEATS, full_at=FULL_AT)
        normal = Crowd(office, turnstile)
        await normal.come(NORMAL_LOAD * rate, NORMAL_SECONDS)
        await normal.wait()
        crowd = Crowd(office, turnstile)
        async with servers.meter() as meter:
            started = time.perf_counter()
            await crowd.come(TIMES * rate, OVERLOAD_SECONDS)
            ended = time.perf_counter()
        after = Crowd(office, turnstile)
        await after.come(NORMAL_LOAD * rate, RECOVERY_SECONDS)
        await after.wait()
        wrong = await office.faults(
            turnstile.event_ids,
            SEATS,
            count + QUANTITY * sum(each.outcomes["held"] for each in (normal, crowd, after)),
        )
    crowds = (normal, crowd, after)
    held = sum(each.outcomes["held"] for each in crowds)
    seats = set().union(*(each.seats for each in crowds))
    good = [took for at, took in crowd.finished if at <= ended]
    run = Run(len(good), ended - started, meter.total, good, notes=dict(meter.used))
    run.faults = [
        f"{count} × {what}"
        for each in crowds
        for what, count in each.outcomes.items()
        if what not in {"held", "RESOURCE_EXHAUSTED"}
    ]
    run.faults += wrong
    if len(seats) != QUANTITY * held:
        run.faults.append(f"{held} holds have {len(seats)} different seats")
    refused = crowd.outcomes["RESOURCE_EXHAUSTED"]
    if crowd.retry_told != refused:
        run.faults.append(f"{refused - crowd.retry_told} refusals without a time to retry")
    return _lines(run, peak, crowd.offered, refused, _recovered(normal, after, ended))


async def _peak(servers: Servers, office: BoxOffice, template: int) -> Run:
    """The best of some closed loops."""
    runs = []
    for callers in (PEAK_CALLERS[0], *PEAK_CALLERS):  # the first warms up
        count = math.ceil(GUESS_PER_SECOND * PEAK_SECONDS * QUANTITY / (SEATS * FULL_AT)) + 1
        turnstile = await Turnstile.open(office, template, count, SEATS, full_at=FULL_AT)

        async def once(_: int, turnstile: Turnstile = turnstile) -> str:
            result = await office.hold(turnstile.event(QUANTITY), quantity=QUANTITY)
            return str(getattr(result, "reason", ""))

        async with servers.meter() as meter:
            row = await closed_loop("", callers, PEAK_SECONDS, once)
        faults = [f"{number} × {reason}" for reason, number in row.errors.items()]
        run = Run(row.count, row.seconds, meter.total, row.latencies, faults, dict(meter.used))
        run.notes["callers"] = callers
        runs.append(run)
    return max(runs[1:], key=lambda run: run.per_second)


def _recovered(normal: Crowd, after: Crowd, ended: float) -> float:
    """Seconds from the end of the overload until latencies are what they were before it, and stay so."""
    usual = Run(0, 1.0, latencies=[took for _, took in normal.finished]).percentile_millis(99)
    slow = [at for at, took in after.finished if 1000 * took > max(2 * usual, 20.0)]
    return max(slow, default=ended) - ended


def _lines(run: Run, peak: Run, offered: int, refused: int, recovered: float) -> list[Line]:
    goodput = run.per_second / peak.per_second
    slower = run.percentile_millis(99) / peak.percentile_millis(99)
    what = f"{offered / run.seconds:,.0f} calls/s offered for {run.seconds:.0f} s, engine"
    remark = (
        f"peak with {peak.notes['callers']:.0f} callers, p99 {peak.percentile_millis(99):.0f} ms; "
        f"offered {offered / run.done if run.done else 0:.1f} times what was held, {refused:,} refused; "
        f"accepted p99 {run.percentile_millis(99):.0f} ms; a lane holds {WAITING_MAX:,}"
    )

    def line(workload: str, aim: str, value: float, unit: str, is_met: bool) -> Line:
        once = Spread(value, value, value)
        return Line(
            "overload", workload, "its own peak", aim, once, unit, is_met, [run], [peak], [remark]
        )

    is_back = recovered <= RECOVERY_SECONDS_AIM
    return [
        line(f"{what}: goodput", f"≥ {GOODPUT_AIM}×", goodput, "×", goodput >= GOODPUT_AIM),
        line("the same: p99 of what is accepted", f"≤ {P99_AIM}×", slower, "×", slower <= P99_AIM),
        line("the same: back to normal", f"≤ {RECOVERY_SECONDS_AIM} s", recovered, " s", is_back),
    ]
