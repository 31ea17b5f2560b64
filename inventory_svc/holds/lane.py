"""Lanes: one for each event, with natural batching.

Parties that arrive while a commit is under way leave together in the next one: no timer, and a batch is as large as the
load makes it. A crowd's batch is its own, and while it is being written the crowd's next is worked out. Parties of
events that few want share one, so that two hundred quiet events cost no more commits than a busy one; events take
turns. Several processes may run lanes for one event; the row locks keep them right.

What goes wrong stays with whom it concerns: a batch that fails is halved and tried again until the party that it fails
for is alone; a commit whose outcome is not known answers UNAVAILABLE, and the retry with the same request id is told
what happened. A caller that stopped waiting costs the others nothing.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field

from prometheus_client import Histogram

from inventory_svc.holds.errors import LaneFull
from inventory_svc.holds.party import Party
from inventory_svc.holds.placing import Result, TryAgain
from mesh.errors import Internal, OnsaleError, Unavailable
from mesh.telemetry import ERRORS, log

WAITING_MAX = 1_024
"""Parties waiting for one event; the next is refused. At 2,000 holds a second that is half a second's wait."""

WAITING_IN_ALL_MAX = 8_192
"""Parties waiting in one process, whatever they want: seconds of work, and some 10 MB."""

CROWD_MIN = 64
"""Parties waiting for one event from which on they leave alone: what they wait for then, such as another process's
locks, holds up nobody else."""

BATCHES_OF_A_CROWD_MAX = 2
"""Batches of one event under way at once: while one is in the database the next is worked out. They take different
seats, or wait for each other's row locks."""

BATCH_MAX = 128
"""Past this size batches gain little and make the first of them wait."""

AT_ONCE_MAX = 4
"""Batches under way in one process, each on a connection: enough to keep two cores and a disk busy, few enough that
batches grow under load, and the pool keeps twice as many for everything else."""

ROUNDS_MAX = 32
"""How often a party may find that what it saw free has gone. Each round somebody else got it."""

RETRY_AFTER_SECONDS = 1.0

BATCH_PARTIES = Histogram(
    "onsale_lane_batch_parties",
    "How many parties left together.",
    buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256),
)
BATCH_SECONDS = Histogram(
    "onsale_lane_batch_seconds",
    "How long batches took, from their first look to their commit.",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)

PlaceBatch = Callable[[Sequence[Party]], Awaitable[list[Result]]]
"""Places a batch in one transaction. Raises StoreAway, OutcomeUnknown, or whatever one of the parties made fail."""


class StoreAway(Exception):
    """The database does not answer; nothing was committed."""


class OutcomeUnknown(Exception):
    """The connection was lost while committing."""


@dataclass(slots=True)
class _Waiting:
    party: Party
    lane: _Lane
    answer: asyncio.Future[Result]


@dataclass(slots=True)
class _Lane:
    event_id: int
    waiting: deque[_Waiting] = field(default_factory=deque)
    under_way: int = 0
    """Batches with parties of the event that are being placed."""
    is_ready: bool = False
    """True while it is in the queue of those whose turn comes."""


class Lanes:
    """The lanes of one process. A lane exists while somebody waits in it or is being placed."""

    def __init__(
        self,
        place: PlaceBatch,
        *,
        waiting_max: int = WAITING_MAX,
        waiting_in_all_max: int = WAITING_IN_ALL_MAX,
        batch_max: int = BATCH_MAX,
        crowd_min: int = CROWD_MIN,
        at_once_max: int = AT_ONCE_MAX,
    ) -> None:
        self._place = place
        self._waiting_max = waiting_max
        self._waiting_in_all_max = waiting_in_all_max
        self._batch_max = batch_max
        self._crowd_min = crowd_min
        self._at_once_max = at_once_max
        self._lanes: dict[int, _Lane] = {}
        self._ready: deque[_Lane] = deque()
        """Lanes whose next parties may leave, in the order in which they became so."""
        self._waiting_in_all = 0
        self._runners: set[asyncio.Task[None]] = set()

    async def submit(self, event_id: int, party: Party) -> Result:
        """Waits in the event's lane and returns what the party gets. Raises LaneFull, Unavailable, Internal."""
        self.check_room(event_id)
        lane = self._lanes.get(event_id)
        if lane is None:
            lane = self._lanes[event_id] = _Lane(event_id)
        waiting = _Waiting(party, lane, asyncio.get_running_loop().create_future())
        lane.waiting.append(waiting)
        self._waiting_in_all += 1
        self._make_ready(lane)
        return await waiting.answer

    def check_room(self, event_id: int) -> None:
        """Raises LaneFull where the next party would be refused: before anything else is done for it."""
        lane = self._lanes.get(event_id)
        if self._waiting_in_all >= self._waiting_in_all_max or (
            lane and len(lane.waiting) >= self._waiting_max
        ):
            raise LaneFull(event_id, RETRY_AFTER_SECONDS)

    def waiting_count(self, event_id: int) -> int:
        """Returns how many parties wait for an event."""
        lane = self._lanes.get(event_id)
        return len(lane.waiting) if lane else 0

    async def drain(self) -> None:
        """Waits until nobody waits any more."""
        while self._runners:
            await asyncio.gather(*self._runners, return_exceptions=True)

    def _make_ready(self, lane: _Lane) -> None:
        """Lets the next of a lane leave: when nobody of it is under way, or behind one batch when they are a crowd."""
        is_crowd = len(lane.waiting) >= self._crowd_min
        if lane.is_ready or lane.under_way >= (BATCHES_OF_A_CROWD_MAX if is_crowd else 1):
            return
        lane.is_ready = True
        self._ready.append(lane)
        self._run_one_more()

    def _run_one_more(self) -> None:
        if len(self._runners) < self._at_once_max:
            runner = asyncio.create_task(self._run(), name="lanes")
            self._runners.add(runner)
            # Whoever ends by itself says so at once; this is for one that is cancelled before it begins.
            runner.add_done_callback(self._runners.discard)

    async def _run(self) -> None:
        # Whoever becomes ready in the same turn of the loop leaves in the same batch.
        await asyncio.sleep(0)
        try:
            await self._place_what_is_ready()
        finally:
            # In the turn in which it finds nothing: a party that comes later in this turn would else count on it, and
            # wait for somebody who never comes.
            if runner := asyncio.current_task():
                self._runners.discard(runner)

    async def _place_what_is_ready(self) -> None:
        while batch := self._next_batch():
            lanes = {waiting.lane.event_id: waiting.lane for waiting in batch}.values()
            try:
                await self._settle(batch)
            except BaseException:  # only when the lanes themselves break, or the process ends
                for waiting in batch:
                    _fail(waiting, Unavailable())
                raise
            finally:
                self._come_back(lanes)

    def _next_batch(self) -> list[_Waiting]:
        """The next parties to leave: a crowd alone, quiet events together, each event in its turn."""
        batch: list[_Waiting] = []
        crowds: list[_Lane] = []
        while self._ready and len(batch) < self._batch_max:
            lane = self._ready.popleft()
            if batch and len(lane.waiting) >= self._crowd_min:
                crowds.append(lane)
                continue
            taken = self._take(lane, self._batch_max - len(batch))
            batch += taken
            if len(taken) >= self._crowd_min:
                break
        self._ready.extendleft(reversed(crowds))
        for _ in crowds:
            self._run_one_more()
        return batch

    def _take(self, lane: _Lane, count_max: int) -> list[_Waiting]:
        taken: list[_Waiting] = []
        while lane.waiting and len(taken) < count_max:
            waiting = lane.waiting.popleft()
            self._waiting_in_all -= 1
            if not waiting.answer.done():  # a caller that was cancelled is not served
                taken.append(waiting)
        lane.is_ready = False
        if taken:
            lane.under_way += 1
            if lane.waiting:
                self._make_ready(lane)
        elif not lane.under_way:
            del self._lanes[lane.event_id]
        return taken

    def _come_back(self, lanes: Iterable[_Lane]) -> None:
        for lane in lanes:
            lane.under_way -= 1
            if lane.waiting:
                self._make_ready(lane)
            elif not lane.under_way:
                del self._lanes[lane.event_id]

    async def _settle(self, batch: list[_Waiting]) -> None:
        BATCH_PARTIES.observe(len(batch))
        try:
            with BATCH_SECONDS.time():
                results = await self._place([waiting.party for waiting in batch])
        except (StoreAway, OutcomeUnknown) as error:
            log.warning("batch not placed", parties=len(batch), error=repr(error))
            for waiting in batch:
                _fail(waiting, Unavailable())
        except Exception as error:
            await self._halve(batch, error)
        else:
            self._answer(batch, results)

    async def _halve(self, batch: list[_Waiting], error: Exception) -> None:
        if len(batch) > 1:
            middle = len(batch) // 2
            await self._settle(batch[:middle])
            await self._settle(batch[middle:])
        elif isinstance(error, Unavailable):  # somebody else's lock or commit was in the way
            self._answer(batch, [TryAgain()])
        elif isinstance(error, OnsaleError):
            _fail(batch[0], error)
        else:
            ERRORS.labels("lane").inc()
            event_id = batch[0].lane.event_id
            log.error("party cannot be placed", event_id=event_id, exc_info=error)
            _fail(batch[0], Internal())

    def _answer(self, batch: list[_Waiting], results: Sequence[Result]) -> None:
        again: list[_Waiting] = []
        for waiting, result in zip(batch, results, strict=True):
            if not isinstance(result, TryAgain):
                _give(waiting, result)
            elif waiting.party.rounds < ROUNDS_MAX:
                waiting.party.rounds += 1
                again.append(waiting)
            else:
                _fail(waiting, Unavailable("Too many want the same at once; try again."))
        for waiting in reversed(again):  # they came first
            waiting.lane.waiting.appendleft(waiting)
            self._waiting_in_all += 1


def _give(waiting: _Waiting, result: Result) -> None:
    if not waiting.answer.done():
        waiting.answer.set_result(result)


def _fail(waiting: _Waiting, error: OnsaleError) -> None:
    if not waiting.answer.done():
        waiting.answer.set_exception(error)
