"""Who comes: buyers that ask, lose patience, ask again by the same request id, and do something with what they get."""

from __future__ import annotations

import asyncio
import hashlib
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from inventory_svc.holds.party import Admission, Asked, Party, PlacesAsked
from inventory_svc.holds.placing import Result
from mesh import ids
from mesh.errors import Internal, OnsaleError, ResourceExhausted, Unavailable
from mesh.requests import IdempotencyKeyReused, RequestKey
from tests.model.fake_office import read_result
from tests.model.wants import Answer, Got, Refused, Want
from tests.simulation.moments import Refusal
from tests.simulation.world import World

TRIES_MAX = 60
"""After that a buyer counts as never answered: half a minute of asking after everything works again."""


@dataclass(slots=True)
class Asking:
    """One request of a buyer, however often it is sent."""

    event_id: int
    account_id: UUID
    want: Want
    request_id: str
    is_poisoned: bool = False
    has_other_body: bool = False
    """True when its request id was used for another want before."""
    answers: list[Answer] = field(default_factory=list)
    hold_ids: list[UUID] = field(default_factory=list)
    """What the hold would have been called, by try."""
    refusals: list[Refusal] = field(default_factory=list)
    begin: datetime | None = None
    """When it was first sent."""


class Buyer:
    """One account and its client."""

    def __init__(self, number: int, world: World, draw: random.Random) -> None:
        self._number = number
        self._world = world
        self._draw = draw
        self._name = f"buyer {number}"
        self.account_id = UUID(int=1_000 + number)
        self.askings: list[Asking] = []
        self.ended: set[UUID] = set()
        """Holds that it tried to give back or to pay for: these need not be there at the end."""

    async def live(self) -> None:
        """Asks a few times, with pauses, now and then for two things at once."""
        for _ in range(self._draw.randint(2, 5)):
            await asyncio.sleep(self._draw.choice([0.0, 0.0, self._draw.uniform(0, 4)]))
            hands = self._draw.choice([1, 1, 2])
            await asyncio.gather(*[self._want_something() for _ in range(hands)])

    async def _want_something(self) -> None:
        """Asks for something, uses what it gets, and sometimes takes the request's id for something else."""
        asking = self._new_asking()
        self.askings.append(asking)
        await self._ask(asking)
        if asking.answers and isinstance(asking.answers[-1], Got):
            await self._use(asking.answers[-1])
        if self._draw.random() < 0.15:
            await self._ask_another_body(asking)

    def _new_asking(self) -> Asking:
        event_id = self._draw.choice(self._world.event_ids_weighted)
        return Asking(
            event_id,
            self.account_id,
            self._world.draw_want(self._draw, event_id),
            f"{self._number}-{len(self.askings)}",
            is_poisoned=self._draw.random() < self._world.poison,
        )

    async def _ask_another_body(self, before: Asking) -> None:
        """Uses a request id again, for something else: it must be refused whenever the first was remembered."""
        want = self._world.draw_want(self._draw, before.event_id)
        if want == before.want or before.is_poisoned:
            return
        asking = Asking(before.event_id, self.account_id, want, before.request_id)
        asking.has_other_body = True
        self.askings.append(asking)
        await self._ask(asking)

    async def _ask(self, asking: Asking) -> None:
        """Sends until there is an answer that counts, through whichever process; sometimes twice at once."""
        for _ in range(TRIES_MAX):
            sends = [self._send(asking)]
            if self._draw.random() < 0.1:
                sends.append(self._send(asking))
            answers = await asyncio.gather(*sends)
            counts = [answer for answer in answers if answer is not None]
            asking.answers += counts
            if counts:
                return
            if not self._world.is_calm and self._draw.random() < 0.05:
                return
            await asyncio.sleep(self._draw.uniform(0.05, 1.0))
        self._world.trace.wrong(f"{self._name} was never answered: {asking}")

    async def _send(self, asking: Asking) -> Answer | None:
        """Sends once; None when it is not known what came of it, or when it says to try again."""
        world, process = self._world, self._world.any_process(self._draw)
        party = self._party(asking)
        asking.begin = asking.begin or world.holds.clock.now()
        patience_seconds = 60.0 if world.is_calm else self._draw.choice([0.02, 0.5, 3.0, 10.0])
        begun = world.loop.time()
        try:
            async with asyncio.timeout(patience_seconds):
                await world.travel(self._draw)
                result = await process.submit(asking.event_id, party)
                await world.travel(self._draw)
        except TimeoutError:
            world.trace.note(self._name, f"{asking.request_id} lost patience with {process.name}")
            if patience_seconds == 60.0:
                world.trace.wrong(f"{self._name} waited for {patience_seconds} s")
            return None
        except (Unavailable, ResourceExhausted) as error:
            world.trace.note(self._name, f"{asking.request_id} {error.reason}")
            return None
        except OnsaleError as error:
            return self._answered(asking, error)
        world.longest_wait = max(world.longest_wait, world.loop.time() - begun)
        if not world.is_calm and self._draw.random() < world.drop:
            world.trace.note(self._name, f"{asking.request_id} reply dropped")
            return None
        return self._answered(asking, result)

    def _answered(self, asking: Asking, result: Result) -> Answer | None:
        world = self._world
        if isinstance(result, (Unavailable, ResourceExhausted)):
            return None
        if isinstance(result, OnsaleError) and result.retry_after_seconds is not None:
            return None
        answer = read_result(result)
        told = answer.hold_id if isinstance(answer, Got) else getattr(answer, "reason", "")
        world.trace.note(self._name, f"{asking.request_id} {told}")
        if isinstance(answer, Refused) and asking.begin and not asking.is_poisoned:
            asking.refusals.append(
                Refusal(
                    asking.event_id,
                    asking.account_id,
                    asking.want,
                    answer,
                    asking.begin,
                    world.holds.clock.now(),
                )
            )
        if answer == Refused(Internal.reason) and not asking.is_poisoned:
            world.trace.wrong(f"{self._name} {asking.request_id}: INTERNAL, but nothing was wrong")
        if asking.is_poisoned and isinstance(answer, Got):
            world.trace.wrong(f"{self._name} got what no statement can carry")
        return answer

    def _party(self, asking: Asking) -> Party:
        world, want = self._world, asking.want
        hold_id = UUID(int=asking.event_id << 64 | self._draw.getrandbits(64))
        asking.hold_ids.append(hold_id)
        if asking.is_poisoned:
            world.holds.poisoned.add(hold_id)
        body_hash = hashlib.sha256(repr(want).encode()).digest()
        party = Party(
            hold_id=hold_id,
            account_id=self.account_id,
            request=RequestKey(self._name, "HoldSeats", asking.request_id, body_hash),
            seat_nos=want.seat_nos,
            places=tuple(PlacesAsked(*places) for places in want.places),
            best=Asked(want.best) if want.best else None,
        )
        if world.requires_admission(asking.event_id):
            admission_id = UUID(int=asking.event_id << 64 | self._number)
            party.admission = Admission(admission_id, world.far_future)
        return party

    async def _use(self, got: Got) -> None:
        """Pays for a hold, gives it back, makes it last longer, or forgets about it."""
        hold_id = ids.parse("hld", got.hold_id)
        await asyncio.sleep(self._draw.uniform(0, self._world.hold_seconds))
        act = self._draw.choice(["forget", "release", "extend", "pay", "pay", "give up"])
        order_id = UUID(int=(hold_id.int >> 64) << 64 | self._draw.getrandbits(64))
        life, steps = self._world.life, list[Callable[[], Awaitable[Any]]]()
        if act == "release":
            steps = [lambda: life.release(hold_id, self.account_id)]
        if act == "extend":
            steps = [lambda: life.extend(hold_id, self.account_id)]
        if act in ("pay", "give up"):
            retake = self._draw.random() < 0.5
            steps = [lambda: life.pin(hold_id, order_id, retake=retake)]
            ending = life.confirm if act == "pay" else life.unpin
            steps.append(lambda: ending(hold_id, order_id))
        if act in ("release", "give up"):
            self.ended.add(hold_id)
        for step in steps:
            answer = await self._world.do(
                self._name, ids.event_of(hold_id), f"{act} {got.hold_id}", step
            )
            if answer is not None:
                return


def is_final(answer: Answer) -> bool:
    """Tells whether an answer to a request id stands for good."""
    return answer not in (Refused(IdempotencyKeyReused.reason), Refused(Internal.reason))
