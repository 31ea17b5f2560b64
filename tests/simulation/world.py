"""The world of one story: events, rows, processes, weather, and the moment when everything works again."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from inventory_svc.holds.lane import Lanes, OutcomeUnknown, StoreAway
from inventory_svc.holds.limits import Limits
from inventory_svc.holds.marks import Freed
from inventory_svc.holds.placing import Terms
from inventory_svc.holds.seating import Pool, Seat, Seating
from mesh.errors import OnsaleError, Unavailable
from tests.model import invariants
from tests.model.fake_life import FakeLife
from tests.model.fake_store import ConstraintBroken, FakeHolds, Guards
from tests.model.tables import EventRow, Tables
from tests.model.wants import Want
from tests.simulation.cache import Wear, WornMarks
from tests.simulation.loop import START, LoopClock
from tests.simulation.moments import Moments
from tests.simulation.process import Process, Size
from tests.simulation.trace import Trace
from tests.simulation.weather import Climate, Storm

HOT, QUIET, GUARDED = 1, 2, 3
STORMY_SECONDS = 25.0
"""Until then things go wrong; from then on everything works, and everybody must be answered."""
TRIES_MAX = 40
FAR_FUTURE = START + timedelta(days=365)
LIMITS = Limits(seats_per_hold=4, live_holds_per_buyer=2, tickets_per_buyer=6)
SHARD_COUNT, PLACE_COUNT, POOL_NO = 3, 7, 1
ROW_LENGTHS = {HOT: 5, QUIET: 4, GUARDED: 4}


@dataclass(frozen=True, slots=True)
class Plan:
    """What a story is made of, beside its seed."""

    guards: Guards = field(default_factory=Guards)
    lanes_type: type[Lanes] = Lanes


class World:
    """Everything that the people of a story meet."""

    def __init__(self, draw: random.Random, trace: Trace, plan: Plan) -> None:
        self.loop = asyncio.get_running_loop()
        self.trace = trace
        self.hold_seconds = draw.choice([3, 8, 20])
        self.poison = draw.choice([0.0, 0.0, 0.08])
        self.drop = draw.choice([0.0, 0.05, 0.2])
        self.far_future: datetime = FAR_FUTURE
        self.event_ids_weighted = [HOT] * 5 + [QUIET, GUARDED]
        self.longest_wait = 0.0
        self.is_calm = False
        self._draw = draw
        self._plan = plan
        self._fences: dict[tuple[int, int], int] = {}
        self._storm = Storm(draw, Climate.drawn(draw), trace)
        tables = Tables()
        for event_id in (HOT, QUIET, GUARDED):
            tables.add_event(self._event(event_id))
        self.holds = FakeHolds(
            tables, LoopClock(self.loop), weather=self._storm, guards=plan.guards, draw=draw
        )
        self.holds.on_commit = self._check_commit
        self.moments = Moments(tables, self.holds.clock.now(), LIMITS, ROW_LENGTHS)
        self.life = FakeLife(self.holds)
        wear = Wear.drawn(draw)
        self.cache_is_sound = wear == Wear()
        self._marks = WornMarks(draw, wear, self.loop.time)
        self._seatings = {key: row.seating for key, row in tables.events.items()}
        self.processes = [self._process(number) for number in range(draw.randint(1, 3))]
        self.all_processes = list(self.processes)

    def _process(self, number: int) -> Process:
        return Process(
            number, self.holds, self._marks, self._seatings, Size(), self._plan.lanes_type
        )

    def _event(self, event_id: int) -> EventRow:
        rows, row_length = 2 if event_id == HOT else 1, ROW_LENGTHS[event_id]
        seats = tuple(
            Seat(number, 1, number // row_length, number % row_length, number, 1, False, False)
            for number in range(rows * row_length)
        )
        pool = Pool(POOL_NO, "Floor", 2, PLACE_COUNT, SHARD_COUNT)
        seating = Seating(
            event_id,
            seats,
            {POOL_NO: pool},
            {1: "Seats", 2: "Standing"},
            "EUR",
            [f"seat {seat.seat_no}" for seat in seats],
        )
        terms = Terms(
            is_published=True,
            is_cancelled=False,
            sale_open_time=START - timedelta(days=1),
            end_time=FAR_FUTURE,
            requires_admission=event_id == GUARDED,
            limits=LIMITS,
            hold_seconds=self.hold_seconds,
            currency_code="EUR",
        )
        return EventRow(seating, terms, {1: 1_000, 2: 500})

    def requires_admission(self, event_id: int) -> bool:
        """Tells whether an event has a room."""
        return event_id == GUARDED

    def draw_want(self, draw: random.Random, event_id: int) -> Want:
        """Draws what somebody might want: seats that others want too, the best, places, or both."""
        seat_count = len(self._seatings[event_id].seats)
        kind = draw.choice(["seats", "seats", "best", "best", "places", "both"])
        count = draw.choice([1, 1, 2, 2, 3, 4, 5])
        if kind == "best":
            return Want(best=min(count, 4))
        places = ((POOL_NO, draw.randint(1, 3)),) if kind in ("places", "both") else ()
        first = draw.randrange(seat_count)
        chosen = {(first + step * draw.choice([1, 1, 2])) % seat_count for step in range(count)}
        return Want(tuple(sorted(chosen)) if kind != "places" else (), places)

    def any_process(self, draw: random.Random) -> Process:
        """Returns the process that a caller happens to reach."""
        return draw.choice(self.processes)

    async def travel(self, draw: random.Random) -> None:
        """Takes as long as a message takes."""
        is_late = not self.is_calm and draw.random() < 0.05
        await asyncio.sleep(draw.uniform(0.0, 2.0 if is_late else 0.003))

    async def do(
        self, who: str, event_id: int, what: str, step: Callable[[], Awaitable[Any]]
    ) -> OnsaleError | None:
        """Carries out a change of a hold, again and again until it is known what came of it."""
        for _ in range(TRIES_MAX):
            try:
                freed = await step()
            except (StoreAway, OutcomeUnknown, Unavailable):
                await asyncio.sleep(self._draw.uniform(0.05, 1.0))
                continue
            except OnsaleError as error:
                self.trace.note(who, f"{what}: {error.reason}")
                return error
            except ConstraintBroken as broken:
                self.trace.wrong(f"{who} could not {what}: {broken}")
                return None
            if isinstance(freed, list) and freed and isinstance(freed[0], Freed):
                await self.any_process(self._draw).lookout.freed(event_id, freed)
            self.trace.note(who, what)
            return None
        self.trace.wrong(f"{who} could not {what}")
        return None

    async def storm(self) -> None:
        """Lets processes crash and holds expire, until the weather clears up."""
        crash = self._draw.choice([0.0, 0.1, 0.3])
        while self.loop.time() < STORMY_SECONDS:
            await asyncio.sleep(self._draw.uniform(0.2, 2.0))
            if self._draw.random() < crash:
                await self._crash_one()
        self._storm.is_over = self._marks.is_over = self.is_calm = True
        self.trace.note("weather", "clears up")

    async def _crash_one(self) -> None:
        place = self._draw.randrange(len(self.processes))
        self.trace.note(self.processes[place].name, "crashes")
        self.processes[place].crash()
        self.processes[place] = self._process(len(self.all_processes))
        self.all_processes.append(self.processes[place])

    async def tidy(self) -> None:
        """Is the expiry worker."""
        while True:
            await asyncio.sleep(self._draw.uniform(1.0, 5.0))
            for event_id in (HOT, QUIET, GUARDED):
                try:
                    freed = await self.life.tidy(event_id)
                    await self.any_process(self._draw).lookout.freed(event_id, freed)
                except (StoreAway, OutcomeUnknown, Unavailable):
                    continue
                except ConstraintBroken as broken:
                    self.trace.wrong(f"holds cannot be tidied: {broken}")

    async def change_the_sale(self) -> None:
        """Is the organiser: closes admissions or cancels an event, in some stories."""
        await asyncio.sleep(self._draw.uniform(0, STORMY_SECONDS))
        if self._draw.random() < 0.1:
            event_id = self._draw.choice([QUIET, GUARDED])
            await self.do(
                "organiser", event_id, f"cancel {event_id}", lambda: self.life.cancel(event_id)
            )

    def _check_commit(self, written: Tables) -> None:
        holds = list(written.holds.maps[0].values())  # type: ignore[attr-defined]
        for hold in holds:
            self.trace.note("commit", f"{hold.hold_id} {hold.state} v{hold.version}")
        now = self.holds.clock.now()
        decided = min((hold.create_time for hold in holds if hold.version == 1), default=now)
        self.moments.note(self.holds.tables, now, decided)
        for wrong in invariants.broken(self.holds.tables, now):
            self.trace.wrong(wrong)
        for wrong in invariants.went_back(self._fences, self.holds.tables):
            self.trace.wrong(wrong)
