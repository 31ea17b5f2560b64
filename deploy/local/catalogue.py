"""Fills a catalogue through the real gRPC API: venues with their plans, events with their rooms, many at once."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from deploy.local.journal import Journal
from deploy.local.organiser import Desk
from protos.inventory.v1 import catalog_pb2
from protos.queue.v1 import room_admin_pb2

CALLS_AT_ONCE = 16
"""Enough to keep one inventory busy; more would only wait in its pool of connections."""

T = TypeVar("T")


@dataclass(frozen=True)
class NewVenue:
    """A venue to make."""

    name: str
    """In the journal."""
    venue: catalog_pb2.CreateVenueRequest
    plan: catalog_pb2.GeneratePlanRequest | catalog_pb2.ImportPlanRequest
    plan_name: str = ""
    """In the journal, where a later version of the plan is to replace an earlier one."""

    @property
    def name_of_plan(self) -> str:
        """In the journal."""
        return self.plan_name or f"{self.name}/plan"


@dataclass(frozen=True)
class NewEvent:
    """An event to make and publish."""

    name: str
    """In the journal."""
    venue_name: str
    """The journal's name of its venue, which was made before."""
    event: catalog_pb2.CreateEventRequest
    room: room_admin_pb2.ConfigureRoomRequest | None = None
    """Made before the event is published, so that nobody gets past it."""


class Catalogue:
    """Makes what the journal does not know yet."""

    def __init__(self, desk: Desk, journal: Journal) -> None:
        self._desk = desk
        self._journal = journal

    async def add_venues(self, venues: Iterable[NewVenue]) -> int:
        """Makes venues with their plans; returns how many were new."""
        missing = [new for new in venues if self._journal.find(new.name_of_plan) is None]
        return await self._each(missing, self._add_venue)

    async def add_events(self, events: Iterable[NewEvent]) -> int:
        """Makes and publishes events; returns how many were new."""
        missing = [new for new in events if self._journal.find(new.name) is None]
        return await self._each(missing, self._add_event)

    async def zone_names(self, venue_name: str) -> list[str]:
        """Returns the price zones of a venue that was made."""
        request = catalog_pb2.GetVenueRequest(venue_id=self._journal.find(venue_name))
        venue = await self._desk.call(self._desk.catalog.GetVenue, request)
        return list(venue.plan.zone_names)

    async def _add_venue(self, new: NewVenue) -> None:
        catalog = self._desk.catalog
        venue_id = self._journal.find(new.name)
        if venue_id is None:
            venue = await self._desk.call(catalog.CreateVenue, _named(new.venue, new.name))
            venue_id = venue.venue_id
            self._journal.note(new.name, venue_id)
        plan = _named(new.plan, new.name_of_plan, venue_id=venue_id)
        is_drawn = isinstance(plan, catalog_pb2.GeneratePlanRequest)
        await self._desk.call(catalog.GeneratePlan if is_drawn else catalog.ImportPlan, plan)
        self._journal.note(new.name_of_plan, venue_id)

    async def _add_event(self, new: NewEvent) -> None:
        catalog = self._desk.catalog
        venue_id = self._journal.find(new.venue_name)
        event = await self._desk.call(
            catalog.CreateEvent, _named(new.event, new.name, venue_id=venue_id)
        )
        if new.room is not None:
            room = _named(new.room, f"{new.name}/room", event_id=event.event_id)
            await self._desk.call(self._desk.rooms.ConfigureRoom, room)
        publish = catalog_pb2.PublishEventRequest(event_id=event.event_id)
        await self._desk.call(catalog.PublishEvent, _named(publish, f"{new.name}/publish"))
        self._journal.note(new.name, event.event_id)

    @staticmethod
    async def _each(things: list[T], make: Callable[[T], Awaitable[None]]) -> int:
        """Makes things, CALLS_AT_ONCE of them at a time; the first failure ends it."""
        waiting = iter(things)

        async def work() -> None:
            for thing in waiting:
                await make(thing)

        async with asyncio.TaskGroup() as group:
            for _ in range(CALLS_AT_ONCE):
                group.create_task(work())
        return len(things)


def first_of(failures: BaseException) -> BaseException:
    """The failure that made the others end."""
    while isinstance(failures, BaseExceptionGroup):
        failures = failures.exceptions[0]
    return failures


def _named(request: T, request_id: str, **fields: Any) -> T:
    """A copy of a request with its request id, and with what was not known when it was written."""
    named: Any = type(request)()
    named.CopyFrom(request)
    named.request_id = request_id
    for field, value in fields.items():
        setattr(named, field, value)
    return named  # type: ignore[no-any-return]
