"""One inventory process of a story: its own lanes, houses and memory, and an end that comes without warning."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from inventory_svc.holds.fast_path import FastPath
from inventory_svc.holds.houses.houses import Houses
from inventory_svc.holds.lane import Lanes, StoreAway
from inventory_svc.holds.lookout import Lookout
from inventory_svc.holds.party import Party
from inventory_svc.holds.placer import Placer
from inventory_svc.holds.placing import Result
from inventory_svc.holds.seating import Seating
from mesh.errors import Unavailable
from tests.model.fake_store import FakeHolds
from tests.simulation.cache import WornMarks


@dataclass(frozen=True, slots=True)
class Size:
    """How large a process is: small, so that its bounds are met."""

    waiting_max: int = 12
    waiting_in_all_max: int = 18
    batch_max: int = 6
    crowd_min: int = 4
    at_once_max: int = 2


class Seatings:
    """Stands where seatings are read."""

    def __init__(self, known: dict[int, Seating]) -> None:
        self._known = known

    async def get(self, event_id: int) -> Seating:
        """Returns the seating of an event of the story."""
        return self._known[event_id]


class Process:
    """Places parties until it crashes."""

    def __init__(
        self,
        number: int,
        holds: FakeHolds,
        marks: WornMarks,
        seatings: dict[int, Seating],
        size: Size,
        lanes_type: type[Lanes] = Lanes,
    ) -> None:
        time = asyncio.get_running_loop().time
        self.name = f"process {number}"
        known: Any = Seatings(seatings)
        houses = Houses(holds.read_house, monotonic=time, seed=number)
        self.lookout = Lookout(marks, lambda *_: None, free=houses.free)  # type: ignore[arg-type]
        self._placer = Placer(
            holds,
            known,
            houses,
            FastPath(holds, marks, holds.clock, monotonic=time, crowd_min=1),
            self.lookout,
            shard_offset=number,
        )
        self.lanes = lanes_type(
            self._place,
            waiting_max=size.waiting_max,
            waiting_in_all_max=size.waiting_in_all_max,
            batch_max=size.batch_max,
            crowd_min=size.crowd_min,
            at_once_max=size.at_once_max,
        )
        self._ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def is_alive(self) -> bool:
        """True until it crashes."""
        return not self._ended.done()

    def crash(self) -> None:
        """Ends it where it stands: transactions roll back, callers hear nothing more."""
        if self.is_alive:
            self._ended.set_result(None)

    async def submit(self, event_id: int, party: Party) -> Result:
        """Carries a call to the lanes. Raises Unavailable when the process is gone before it answered."""
        if not self.is_alive:
            raise Unavailable
        return await self._unless_ended(self.lanes.submit(event_id, party), Unavailable())

    async def _place(self, parties: Sequence[Party]) -> list[Result]:
        return await self._unless_ended(self._placer.place(parties), StoreAway())

    async def _unless_ended(self, work: Any, ended: Exception) -> Any:
        task = asyncio.ensure_future(work)
        try:
            await asyncio.wait([task, self._ended], return_when=asyncio.FIRST_COMPLETED)
        finally:
            task_is_done = task.done()
            if not task_is_done:
                task.cancel()
                await asyncio.wait([task])
        if not task_is_done or not self.is_alive:
            if task_is_done and not task.cancelled():
                task.exception()  # nobody will hear of it
            raise ended
        return task.result()
