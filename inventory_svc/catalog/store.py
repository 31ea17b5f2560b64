"""Where the catalogue is kept. Functions take the connection of the caller's transaction."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from inventory_svc.catalog.events import Event, Limits, State
from inventory_svc.catalog.prices import Zone
from inventory_svc.catalog.venues import PlanSummary, Venue
from inventory_svc.catalog.wire import changed_message
from inventory_svc.errors import EventNotFound, VenueNotFound
from inventory_svc.plans.layout import Layout
from mesh import ids
from mesh.database import Connection, load_queries
from mesh.outbox import CATALOG_TOPIC, Outbox
from protos.inventory.v1 import inventory_pb2

_queries = load_queries(Path(__file__).with_name("queries.sql"))
_outbox = Outbox(CATALOG_TOPIC)

SEAT_COLUMNS = (
    "event_id",
    "seat_no",
    "section_no",
    "row_no",
    "row_seat_no",
    "quality",
    "zone_no",
    "accessible",
    "companion",
)


async def add_venue(connection: Connection, venue: Venue) -> None:
    """Writes a new venue."""
    await _queries.venue_add(connection, **_columns(venue, leave_out=("plan_id", "plan")))


async def read_venue(connection: Connection, venue_id: int, organiser_id: UUID) -> Venue:
    """Returns an organiser's venue. Raises VenueNotFound."""
    row = await _queries.venue_read(connection, venue_id=venue_id, organiser_id=organiser_id)
    if row is None:
        raise VenueNotFound
    return _venue(row)


async def lock_venue(connection: Connection, venue_id: int, organiser_id: UUID) -> Venue:
    """Returns an organiser's venue, and keeps others from changing it. Raises VenueNotFound."""
    if not await _queries.venue_lock(connection, venue_id=venue_id, organiser_id=organiser_id):
        raise VenueNotFound
    return await read_venue(connection, venue_id, organiser_id)


async def save_venue(connection: Connection, venue: Venue) -> None:
    """Writes what was changed of a venue."""
    await _queries.venue_save(
        connection, **_columns(venue, leave_out=("plan_id", "plan", "create_time"))
    )


async def page_venues(
    connection: Connection, organiser_id: UUID, before_venue_id: int, page_size: int
) -> list[Venue]:
    """Returns an organiser's venues, newest first."""
    rows = _queries.venue_page(
        connection,
        organiser_id=organiser_id,
        before_venue_id=before_venue_id,
        page_size=page_size,
    )
    return [_venue(row) async for row in rows]


async def give_plan(
    connection: Connection, venue: Venue, plan_id: UUID, plan: PlanSummary, document: bytes
) -> None:
    """Writes a new plan and makes it the venue's current one; `venue.update_time` is when."""
    await _queries.plan_add(
        connection,
        plan_id=plan_id,
        venue_id=venue.venue_id,
        body=document,
        **_columns(plan),
        create_time=venue.update_time,
    )
    await _queries.venue_set_plan(
        connection,
        plan_id=plan_id,
        venue_id=venue.venue_id,
        organiser_id=venue.organiser_id,
        update_time=venue.update_time,
    )


async def read_plan_document(connection: Connection, plan_id: UUID) -> bytes:
    """Returns a plan as plans/document.py wrote it."""
    document: bytes = await _queries.plan_body(connection, plan_id=plan_id)
    return document


async def add_event(connection: Connection, event: Event, layout: Layout) -> None:
    """Writes a new event with all its seats and places, and tells of it."""
    event_id = event.event_id
    await _queries.event_add(connection, **_event_columns(event))
    await _queries.zones_add(connection, event_id=event_id, **_zone_arrays(event.zones))
    await _queries.sections_add(connection, event_id=event_id, names=list(layout.section_names))
    body = layout.seat_map + _event_field(event_id)
    await _queries.seat_map_add(connection, event_id=event_id, body=body)
    if layout.pools:
        await _add_pools(connection, event_id, layout)
    if layout.seats:
        await connection.copy_records_to_table(
            "seats",
            records=[(event_id, *seat) for seat in layout.seats],
            columns=SEAT_COLUMNS,
        )
    await announce(connection, event)


async def find_event(connection: Connection, event_id: int) -> Event | None:
    """Returns an event; None when there is none."""
    found = await _read_events(connection, [event_id])
    return found[0] if found else None


async def read_event(connection: Connection, event_id: int) -> Event:
    """Returns an event. Raises EventNotFound."""
    event = await find_event(connection, event_id)
    if event is None:
        raise EventNotFound
    return event


async def change_event(
    connection: Connection,
    event_id: int,
    change: Callable[[Event], Event],
    *,
    organiser_id: UUID | None = None,
) -> Event:
    """Locks an event, applies a rule to it, writes and tells what came of it, and returns that.

    Args:
        connection: of a transaction.
        event_id: the event.
        change: returns the event as it shall be; the same event when there is nothing to do.
        organiser_id: whose it must be; None where the caller is a service.

    Raises:
        EventNotFound: there is none, or it is somebody else's.
    """
    # Locked first and read by the next statement, whose snapshot is younger than the lock.
    row = await _queries.event_lock(connection, event_id=event_id)
    if row is None or organiser_id not in (None, row["organiser_id"]):
        raise EventNotFound
    before = await read_event(connection, event_id)
    after = change(before)
    if after is not before:
        await _save_event(connection, before, after)
        await announce(connection, after)
    return after


async def page_own_events(
    connection: Connection, organiser_id: UUID, before_event_id: int, page_size: int
) -> list[Event]:
    """Returns an organiser's events, newest first."""
    rows = _queries.own_event_ids(
        connection,
        organiser_id=organiser_id,
        before_event_id=before_event_id,
        page_size=page_size,
    )
    return await _read_events(connection, [row["event_id"] async for row in rows])


async def page_catalog(connection: Connection, after_event_id: int, page_size: int) -> list[Event]:
    """Returns events that were ever published, in id order."""
    rows = _queries.catalog_event_ids(
        connection, after_event_id=after_event_id, page_size=page_size
    )
    return await _read_events(connection, [row["event_id"] async for row in rows])


async def announce(connection: Connection, event: Event) -> None:
    """Puts an event's whole state into the outbox."""
    event_text = ids.event_text(event.event_id)
    await _outbox.add(
        connection,
        changed_message(event),
        key=event_text,
        aggregate_id=event_text,
        version=event.version,
        occurred_time=event.update_time,
    )


async def _save_event(connection: Connection, before: Event, after: Event) -> None:
    columns = _event_columns(after)
    saved = {name: columns[name] for name in _CHANGEABLE}
    await _queries.event_save(connection, event_id=after.event_id, **saved)
    if after.zones != before.zones:
        arrays = _zone_arrays(after.zones)
        del arrays["names"]
        await _queries.zones_reprice(connection, event_id=after.event_id, **arrays)


async def _read_events(connection: Connection, event_ids: Sequence[int]) -> list[Event]:
    """Returns events in the order asked for."""
    rows = _queries.events_read(connection, event_ids=event_ids)
    found = {row["event_id"]: _event(row) async for row in rows}
    return [found[event_id] for event_id in event_ids if event_id in found]


async def _add_pools(connection: Connection, event_id: int, layout: Layout) -> None:
    numbers, names, zones, capacities = zip(*layout.pools, strict=True)
    await _queries.pools_add(
        connection,
        event_id=event_id,
        pool_nos=numbers,
        names=names,
        zone_nos=zones,
        capacities=capacities,
    )
    pool_nos, shard_nos, shard_capacities = zip(*layout.pool_shards, strict=True)
    await _queries.pool_shards_add(
        connection,
        event_id=event_id,
        pool_nos=pool_nos,
        shard_nos=shard_nos,
        capacities=shard_capacities,
    )


_CHANGEABLE = (
    "name",
    "artist_name",
    "category",
    "description",
    "start_time",
    "end_time",
    "sale_open_time",
    "publish_time",
    "state",
    "cancel_reason",
    "requires_admission",
    "seats_per_hold",
    "live_holds_per_buyer",
    "tickets_per_buyer",
    "version",
    "update_time",
)


def _event_field(event_id: int) -> bytes:
    # Serialised messages may be joined: the map is drawn once for a plan and named for each event.
    return inventory_pb2.SeatMap(event_id=ids.event_text(event_id)).SerializeToString()


def _columns(thing: Any, leave_out: Sequence[str] = ()) -> dict[str, Any]:
    return {name: value for name, value in vars(thing).items() if name not in leave_out}


def _event_columns(event: Event) -> dict[str, Any]:
    return _columns(event, leave_out=("zones", "limits")) | vars(event.limits)


def _zone_arrays(zones: Sequence[Zone]) -> dict[str, list[Any]]:
    return {
        "zone_nos": [zone.zone_no for zone in zones],
        "names": [zone.name for zone in zones],
        "prices_minor": [zone.price_minor for zone in zones],
    }


_PLAN_COLUMNS = ("seat_count", "pool_capacity", "section_count", "accessible_count", "zone_names")


def _venue(row: Any) -> Venue:
    columns = dict(row)
    plan = {name: columns.pop(name) for name in _PLAN_COLUMNS}
    if columns["plan_id"] is None:
        return Venue(**columns)
    return Venue(**columns, plan=PlanSummary(**plan | {"zone_names": tuple(plan["zone_names"])}))


_LIMIT_COLUMNS = ("seats_per_hold", "live_holds_per_buyer", "tickets_per_buyer")


def _event(row: Any) -> Event:
    columns = dict(row)
    limits = Limits(**{name: columns.pop(name) for name in _LIMIT_COLUMNS})
    zone_rows = zip(
        columns.pop("zone_nos") or (),
        columns.pop("zone_names") or (),
        columns.pop("zone_prices_minor") or (),
        strict=True,
    )
    zones = tuple(Zone(*zone) for zone in zone_rows)
    return Event(**columns | {"state": State(columns["state"])}, limits=limits, zones=zones)
