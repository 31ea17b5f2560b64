"""CatalogService: proto in, one rule, proto out. A mutation, its fact and its remembered reply commit together."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from google.protobuf.message import Message

from inventory_svc.catalog import events, reading, store, venues, wire
from inventory_svc.catalog.planning import Planner
from inventory_svc.errors import EventNotFound, PlanMissing, VenueNotFound
from inventory_svc.plans.plan import Plan
from mesh import identity, ids
from mesh.clock import Clock
from mesh.database import Connection, Database
from mesh.errors import InvalidArgument
from mesh.outbox import Outbox
from mesh.pages import PageTokenInvalid, decode_page, encode_page, page_size, query_hash
from mesh.replica import ReplicaReads
from mesh.requests import RequestLog
from protos.inventory.v1 import catalog_pb2, catalog_pb2_grpc

CATALOG_PAGE_SIZE_DEFAULT = 100
ID_MAX = 2**63 - 1

M = TypeVar("M", bound=Message)
Context = Any
"""gRPC's context; the library has no types."""
Run = Callable[[Connection], Awaitable[M]]


class CatalogHandlers(catalog_pb2_grpc.CatalogServiceServicer):
    """Venues, plans and events."""

    def __init__(self, database: Database, clock: Clock, reads: ReplicaReads | None = None) -> None:
        self._database = database
        self._reads = reads or ReplicaReads(database)
        self._clock = clock
        self._requests = RequestLog(database)
        self._planner = Planner()

    async def locate(self, method: str, request: Any) -> None:
        """Raises what a well-formed request about the same venue or event would be told, if that is "not found"."""
        names = request.DESCRIPTOR.fields_by_name
        async with self._database.connection() as connection:
            if method == "GetEvent":
                await self._shown_event(connection, request.event_id)
            elif "event_id" in names and method != "GetEventFacts":
                await self._own_event(connection, request.event_id)
            elif "venue_id" in names and (request.venue_id or method != "CreateEvent"):
                await self._own_venue(connection, request.venue_id)

    async def CreateVenue(
        self, request: catalog_pb2.CreateVenueRequest, context: Context
    ) -> catalog_pb2.Venue:
        async def run(connection: Connection) -> catalog_pb2.Venue:
            venue = venues.found(reading.new_venue(request, identity.account(), self._clock.now()))
            await store.add_venue(connection, venue)
            return wire.venue_message(venue)

        return await self._once("CreateVenue", request, catalog_pb2.Venue, run)

    async def GetVenue(
        self, request: catalog_pb2.GetVenueRequest, context: Context
    ) -> catalog_pb2.Venue:
        async with self._database.connection() as connection:
            return wire.venue_message(await self._own_venue(connection, request.venue_id))

    async def ListVenues(
        self, request: catalog_pb2.ListVenuesRequest, context: Context
    ) -> catalog_pb2.ListVenuesResponse:
        size = page_size(request.page_size)
        async with self._database.connection() as connection:
            page = await store.page_venues(
                connection, identity.account(), self._before(request), size + 1
            )
        return catalog_pb2.ListVenuesResponse(
            venues=[wire.venue_message(venue) for venue in page[:size]],
            next_page_token=self._next(request, [venue.venue_id for venue in page], size),
        )

    async def UpdateVenue(
        self, request: catalog_pb2.UpdateVenueRequest, context: Context
    ) -> catalog_pb2.Venue:
        async def run(connection: Connection) -> catalog_pb2.Venue:
            venue = await store.lock_venue(
                connection, _venue_id(request.venue_id), identity.account()
            )
            venue = venues.changed(venue, reading.venue_changes(request), self._clock.now())
            await store.save_venue(connection, venue)
            return wire.venue_message(venue)

        return await self._once("UpdateVenue", request, catalog_pb2.Venue, run)

    async def ImportPlan(
        self, request: catalog_pb2.ImportPlanRequest, context: Context
    ) -> catalog_pb2.Plan:
        async def read() -> Plan:
            return await self._planner.read(request.format, request.content)

        return await self._give_plan("ImportPlan", request, read)

    async def GeneratePlan(
        self, request: catalog_pb2.GeneratePlanRequest, context: Context
    ) -> catalog_pb2.Plan:
        async def draw() -> Plan:
            return await self._planner.draw(*reading.plan_blocks(request))

        return await self._give_plan("GeneratePlan", request, draw)

    async def CreateEvent(
        self, request: catalog_pb2.CreateEventRequest, context: Context
    ) -> catalog_pb2.Event:
        async def run(connection: Connection) -> catalog_pb2.Event:
            venue = await self._own_venue(connection, request.venue_id)
            draft = events.checked(reading.new_event(request, venue, self._clock.now()))
            if venue.plan_id is None or venue.plan is None:
                raise PlanMissing
            layout = await self._planner.layout(connection, venue.plan_id)
            prices = wire.read_prices(request.zone_prices)
            event = events.of_plan(draft, layout.zone_names, layout.capacity, prices)
            await store.add_event(connection, event, layout)
            return wire.event_message(event)

        return await self._once("CreateEvent", request, catalog_pb2.Event, run)

    async def GetEvent(
        self, request: catalog_pb2.GetEventRequest, context: Context
    ) -> catalog_pb2.Event:
        event_id = _event_id(request.event_id)
        caller_id = identity.caller().account_id
        event = await self._reads.read(
            event_id,
            lambda connection: store.find_event(connection, event_id),
            # A draft, and what its organiser has just changed, are not shown from a copy.
            suffices=lambda event: bool(event.publish_time) and event.organiser_id != caller_id,
        )
        if event is None or not event.is_shown_to(caller_id):
            raise EventNotFound
        return wire.event_message(event)

    async def ListOwnEvents(
        self, request: catalog_pb2.ListOwnEventsRequest, context: Context
    ) -> catalog_pb2.ListOwnEventsResponse:
        size = page_size(request.page_size)
        async with self._database.connection() as connection:
            page = await store.page_own_events(
                connection, identity.account(), self._before(request), size + 1
            )
        return catalog_pb2.ListOwnEventsResponse(
            events=[wire.event_message(event) for event in page[:size]],
            next_page_token=self._next(request, [event.event_id for event in page], size),
        )

    async def UpdateEvent(
        self, request: catalog_pb2.UpdateEventRequest, context: Context
    ) -> catalog_pb2.Event:
        def change(event: events.Event) -> events.Event:
            return events.changed(event, reading.event_changes(request, event), self._clock.now())

        return await self._change_event("UpdateEvent", request, change)

    async def PublishEvent(
        self, request: catalog_pb2.PublishEventRequest, context: Context
    ) -> catalog_pb2.Event:
        def publish(event: events.Event) -> events.Event:
            return events.published(event, self._clock.now())

        return await self._change_event("PublishEvent", request, publish)

    async def CancelEvent(
        self, request: catalog_pb2.CancelEventRequest, context: Context
    ) -> catalog_pb2.Event:
        def cancel(event: events.Event) -> events.Event:
            return events.cancelled(event, request.reason, self._clock.now())

        return await self._change_event("CancelEvent", request, cancel)

    async def GetEventFacts(
        self, request: catalog_pb2.GetEventRequest, context: Context
    ) -> catalog_pb2.EventFacts:
        async with self._database.connection() as connection:
            return wire.facts_message(
                await store.read_event(connection, _event_id(request.event_id))
            )

    async def ListCatalog(
        self, request: catalog_pb2.ListCatalogRequest, context: Context
    ) -> catalog_pb2.ListCatalogResponse:
        after = -1
        if request.after_event_id:
            unknown = InvalidArgument("afterEventId", "is not an event id")
            after = ids.parse_or(unknown, ids.parse_event, request.after_event_id)
        size = request.page_size or CATALOG_PAGE_SIZE_DEFAULT
        async with self._database.connection() as connection:
            page = await store.page_catalog(connection, after, size)
        return catalog_pb2.ListCatalogResponse(events=[wire.facts_message(event) for event in page])

    async def _change_event(
        self, method: str, request: Any, change: Callable[[events.Event], events.Event]
    ) -> catalog_pb2.Event:
        event_id = _event_id(request.event_id)

        async def run(connection: Connection) -> catalog_pb2.Event:
            event = await store.change_event(
                connection, event_id, change, organiser_id=identity.account()
            )
            return wire.event_message(event)

        try:
            return await self._once(method, request, catalog_pb2.Event, run)
        finally:
            self._reads.changed(event_id)

    async def _give_plan(
        self, method: str, request: Any, make: Callable[[], Awaitable[Plan]]
    ) -> catalog_pb2.Plan:
        async def run() -> catalog_pb2.Plan:
            async with self._database.connection() as connection:
                venue = await self._own_venue(connection, request.venue_id)
            plan = await make()  # takes long for a large file: no connection is kept meanwhile

            async def give(connection: Connection) -> catalog_pb2.Plan:
                summary = await self._planner.give(connection, venue, plan, self._clock.now())
                return wire.plan_message(summary)

            return await self._commit(method, request, give)

        return await self._requests.once(method, request, catalog_pb2.Plan, run)

    async def _once(self, method: str, request: Any, reply_type: type[M], run: Run[M]) -> M:
        """Runs a mutation, or replays what it came to before."""
        return await self._requests.once(
            method, request, reply_type, lambda: self._commit(method, request, run)
        )

    async def _commit(self, method: str, request: Any, run: Run[M]) -> M:
        """Commits a mutation together with the reply that a repeated request will get."""
        async with self._database.transaction() as connection:
            reply = await run(connection)
            await self._requests.record(connection, method, request, reply)
        Outbox.wake()
        return reply

    async def _own_venue(self, connection: Connection, venue_text: str) -> venues.Venue:
        return await store.read_venue(connection, _venue_id(venue_text), identity.account())

    async def _shown_event(self, connection: Connection, event_text: str) -> events.Event:
        event = await store.read_event(connection, _event_id(event_text))
        if not event.is_shown_to(identity.caller().account_id):
            raise EventNotFound
        return event

    async def _own_event(self, connection: Connection, event_text: str) -> events.Event:
        event = await store.read_event(connection, _event_id(event_text))
        if event.organiser_id != identity.account():
            raise EventNotFound
        return event

    def _before(self, request: Any) -> int:
        """The id that the page of a newest-first list comes before."""
        cursor = decode_page(request.page_token, query_hash(request), self._clock.now())
        if cursor is None:
            return ID_MAX
        if len(cursor) != 1 or type(cursor[0]) is not int or not 0 <= cursor[0] <= ID_MAX:
            raise PageTokenInvalid("pageToken", "is not a page token")
        return cursor[0]

    def _next(self, request: Any, listed: list[int], size: int) -> str:
        """The token of the next page, when one more was found than the page holds."""
        if len(listed) <= size:
            return ""
        return encode_page([listed[size - 1]], query_hash(request), self._clock.now())


def _venue_id(venue_text: str) -> int:
    return ids.parse_or(VenueNotFound(), ids.parse_venue, venue_text)


def _event_id(event_text: str) -> int:
    return ids.parse_or(EventNotFound(), ids.parse_event, event_text)
