"""Lanes: one for each event, with natural batching.

Parties that arrive while a commit is under way leave together in the next one: no timer, and a batch is as large as the
load makes it. Several processes may run lanes for one event; the row locks keep them right.

What goes wrong stays with whom it concerns: a batch that fails is halved and tried again until the party that it fails
for is alone; a commit whose outcome is not known answers UNAVAILABLE, and the retry with the same request id is told
what happened. A caller that stopped waiting costs the others nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from prometheus_client import Histogram

from inventory_svc.holds.errors import LaneFull
from inventory_svc.holds.party import Party
from inventory_svc.holds.placing import Result, TryAgain
from mesh.errors import Internal, OnsaleError, Unavailable
from mesh.telemetry import ERRORS, log

WAITING_MAX = 2_048
"""Parties waiting for one event; the next is refused. At 2,000 holds a second that is a second's wait."""

BATCH_MAX = 256
"""Past this size batches gain nothing and make the first of them wait."""

LANES_AT_ONCE_MAX = 6
"""Batches under way in one process, each on a connection: the pool keeps as many for everything else."""

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

PlaceBatch = Callable[[int, Sequence[Party]], Awaitable[list[Result]]]
"""Places a batch in one transaction. Raises StoreAway, OutcomeUnknown, or whatever one of the parties made fail."""


class StoreAway(Exception):
    """The database does not answer; nothing was committed."""


class OutcomeUnknown(Exception):
    """The connection was lost while committing."""


@dataclass(slots=True)
class _Waiting:
    party: Party
    answer: asyncio.Future[Result]


@dataclass(slots=True)
class _Lane:
    waiting: deque[_Waiting] = field(default_factory=deque)
    task: asyncio.Task[None] | None = None


class Lanes:
    """The lanes of one process. A lane exists while somebody waits in it."""

    def __init__(
        self,
        place: PlaceBatch,
        *,
        waiting_max: int = WAITING_MAX,
        batch_max: int = BATCH_MAX,
        at_once_max: int = LANES_AT_ONCE_MAX,
    ) -> None:
        self._place = place
        self._waiting_max = waiting_max
        self._batch_max = batch_max
        self._at_once = asyncio.Semaphore(at_once_max)
        self._lanes: dict[int, _Lane] = {}

    async def submit(self, event_id: int, party: Party) -> Result:
        """Waits in the event's lane and returns what the party gets. Raises LaneFull, Unavailable, Internal."""
        lane = self._lanes.setdefault(event_id, _Lane())
        if len(lane.waiting) >= self._waiting_max:
            raise LaneFull(event_id, RETRY_AFTER_SECONDS)
        waiting = _Waiting(party, asyncio.get_running_loop().create_future())
        lane.waiting.append(waiting)
        if lane.task is None:
            lane.task = asyncio.create_task(self._run(event_id, lane), name=f"lane {event_id}")
        return await waiting.answer

    def waiting_count(self, event_id: int) -> int:
        """Returns how many parties wait for an event."""
        lane = self._lanes.get(event_id)
        return len(lane.waiting) if lane else 0

    async def drain(self) -> None:
        """Waits until nobody waits any more."""
        while tasks := [lane.task for lane in self._lanes.values() if lane.task]:
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, event_id: int, lane: _Lane) -> None:
        # Whoever becomes ready in the same turn of the loop leaves in the same batch.
        await asyncio.sleep(0)
        try:
            while batch := self._next_batch(lane):
                async with self._at_once:
                    await self._settle(event_id, lane, batch)
        finally:
            del self._lanes[event_id]
            for waiting in lane.waiting:  # only when the lane itself broke
                _fail(waiting, Unavailable())

    def _next_batch(self, lane: _Lane) -> list[_Waiting]:
        batch: list[_Waiting] = []
        while lane.waiting and len(batch) < self._batch_max:
            waiting = lane.waiting.popleft()
            if not waiting.answer.done():  # a caller that was cancelled is not served
                batch.append(waiting)
        return batch

    async def _settle(self, event_id: int, lane: _Lane, batch: list[_Waiting]) -> None:
        BATCH_PARTIES.observe(len(batch))
        try:
            with BATCH_SECONDS.time():
                results = await self._place(event_id, [waiting.party for waiting in batch])
        except (StoreAway, OutcomeUnknown) as error:
            log.warning(
                "batch not placed", event_id=event_id, parties=len(batch), error=repr(error)
            )
            for waiting in batch:
                _fail(waiting, Unavailable())
        except asyncio.CancelledError:
            for waiting in batch:
                _fail(waiting, Unavailable())
            raise
        except Exception as error:
            await self._halve(event_id, lane, batch, error)
        else:
            self._answer(lane, batch, results)

    async def _halve(
        self, event_id: int, lane: _Lane, batch: list[_Waiting], error: Exception
    ) -> None:
        if len(batch) > 1:
            middle = len(batch) // 2
            await self._settle(event_id, lane, batch[:middle])
            await self._settle(event_id, lane, batch[middle:])
        elif isinstance(error, Unavailable):  # somebody else's lock or commit was in the way
            self._answer(lane, batch, [TryAgain()])
        elif isinstance(error, OnsaleError):
            _fail(batch[0], error)
        else:
            ERRORS.labels("lane").inc()
            log.error("party cannot be placed", event_id=event_id, exc_info=error)
            _fail(batch[0], Internal())

    def _answer(self, lane: _Lane, batch: list[_Waiting], results: Sequence[Result]) -> None:
        again: list[_Waiting] = []
        for waiting, result in zip(batch, results, strict=True):
            if not isinstance(result, TryAgain):
                _give(waiting, result)
            elif waiting.party.rounds < ROUNDS_MAX:
                waiting.party.rounds += 1
                again.append(waiting)
            else:
                _fail(waiting, Unavailable("Too many want the same at once; try again."))
        lane.waiting.extendleft(reversed(again))  # they came first


def _give(waiting: _Waiting, result: Result) -> None:
    with contextlib.suppress(asyncio.InvalidStateError):
        waiting.answer.set_result(result)


def _fail(waiting: _Waiting, error: OnsaleError) -> None:
    with contextlib.suppress(asyncio.InvalidStateError):
        waiting.answer.set_exception(error)
