"""What must be true when a story is over: of the rows, of what buyers were told, and of whoever still waits."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Sequence

from inventory_svc.holds.holds import Hold, State
from mesh import ids
from tests.model.wants import Answer, Got
from tests.simulation.buyers import Asking, Buyer, is_final
from tests.simulation.world import World

DRAIN_SECONDS_MAX = 60.0


async def at_the_end(world: World, buyers: Sequence[Buyer]) -> None:
    """Writes down everything that is not as it must be."""
    await _drain(world)
    for buyer in buyers:
        by_request: defaultdict[str, list[Asking]] = defaultdict(list)
        for asking in buyer.askings:
            by_request[asking.request_id].append(asking)
        for request_id, askings in by_request.items():
            for wrong in _of_request(world, askings):
                world.trace.wrong(f"request {request_id}: {wrong}")
        for wrong in [*_of_holds(world, buyer), *_of_refusals(world, buyer)]:
            world.trace.wrong(wrong)
    for hold in world.holds.tables.holds.values():
        if ("HoldPlaced", ids.text("hld", hold.hold_id), 1) not in world.holds.tables.facts:
            world.trace.wrong(f"nobody was told of {hold.hold_id}")


async def _drain(world: World) -> None:
    """Nobody waits in a lane, and no row is locked."""
    for process in world.processes:
        try:
            async with asyncio.timeout(DRAIN_SECONDS_MAX):
                await process.lanes.drain()
        except TimeoutError:
            world.trace.wrong(f"{process.name} does not come to an end")
        for event_id in world.event_ids_weighted:
            if process.lanes.waiting_count(event_id):
                world.trace.wrong(f"somebody still waits for event {event_id} in {process.name}")
    if world.holds.locks.held_count():
        world.trace.wrong("rows are still locked")


def _of_request(world: World, askings: Sequence[Asking]) -> Iterator[str]:
    """One request id has one effect, and everybody who asks by it is told the same of it."""
    placed = [
        hold_id
        for asking in askings
        for hold_id in asking.hold_ids
        if hold_id in world.holds.tables.holds
    ]
    if len(placed) > 1:
        yield f"placed {len(placed)} holds"
    for asking in askings:
        final = [answer for answer in asking.answers if is_final(answer)]
        if any(answer != final[0] for answer in final):
            yield f"was answered differently: {final}"
    told = _told_by_want(askings)
    if len(told) > 1:
        yield f"two bodies were served: {told}"
    for answer in (answer for answers in told.values() for answer in answers):
        is_placed = ids.text("hld", placed[0]) if placed else ""
        if isinstance(answer, Got) and answer.hold_id != is_placed:
            yield f"acknowledged {answer.hold_id} is lost"
        if not isinstance(answer, Got) and placed:
            yield f"refused with {answer}, but {is_placed} was placed"


def _told_by_want(askings: Sequence[Asking]) -> dict[str, list[Answer]]:
    """Returns the answers that stand, by what was wanted; refusals that are not remembered do not."""
    told: defaultdict[str, list[Answer]] = defaultdict(list)
    for asking in askings:
        for answer in asking.answers:
            if is_final(answer) and not asking.is_poisoned:
                told[repr(asking.want)].append(answer)
    return told


def _of_holds(world: World, buyer: Buyer) -> Iterator[str]:
    """A hold that was acknowledged is as it was told, and ends only by its buyer's act or its time."""
    for asking in buyer.askings:
        for answer in asking.answers:
            if not isinstance(answer, Got):
                continue
            hold = world.holds.tables.holds.get(ids.parse("hld", answer.hold_id))
            if hold is None:
                continue  # said already
            yield from _of_hold(world, buyer, asking, answer, hold)


def _of_hold(world: World, buyer: Buyer, asking: Asking, got: Got, hold: Hold) -> Iterator[str]:
    if hold.account_id != buyer.account_id:
        yield f"{got.hold_id} is somebody else's"
    count = len(got.seats) + sum(got.places.values())
    if count != asking.want.count or hold.count != count:
        yield f"{got.hold_id} has {count} of {asking.want.count}"
    if asking.want.seat_nos and set(got.seats) != set(asking.want.seat_nos):
        yield f"{got.hold_id} has other seats than were asked for"
    if hold.state is State.RELEASED and hold.hold_id not in buyer.ended:
        yield f"{got.hold_id} was given back by nobody"
    if hold.state is State.EXPIRED and hold.held_until > world.holds.clock.now():
        yield f"{got.hold_id} expired before its time"


def _of_refusals(world: World, buyer: Buyer) -> Iterator[str]:
    """Who was refused could not have been served, at one moment of their asking at least: unless the cache lied."""
    if not world.cache_is_sound:
        return
    for asking in buyer.askings:
        for refusal in asking.refusals:
            if not world.moments.was_true(refusal):
                yield f"request {asking.request_id} got {refusal.answer}, which was never so"
