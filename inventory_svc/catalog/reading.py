"""Requests as the catalogue's own things."""

from datetime import datetime
from typing import Any
from uuid import UUID

from inventory_svc.catalog import events, wire
from inventory_svc.catalog.events import Event, EventChanges
from inventory_svc.catalog.prices import reprice
from inventory_svc.catalog.venues import Venue, VenueChanges
from inventory_svc.plans.generator import Block
from inventory_svc.plans.plan import Pool
from mesh import ids
from protos.inventory.v1 import catalog_pb2


def new_venue(request: catalog_pb2.CreateVenueRequest, organiser_id: UUID, now: datetime) -> Venue:
    """Returns the venue that a request describes."""
    return Venue(
        venue_id=ids.new_venue_id(now),
        organiser_id=organiser_id,
        name=request.name,
        city=request.city,
        country_code=request.country_code,
        latitude=request.latitude,
        longitude=request.longitude,
        time_zone=request.time_zone,
        create_time=now,
        update_time=now,
    )


def venue_changes(request: catalog_pb2.UpdateVenueRequest) -> VenueChanges:
    """Returns what a request changes of a venue."""
    given = {
        name: getattr(request, name)
        for name in VenueChanges.__dataclass_fields__
        if request.HasField(name)
    }
    return VenueChanges(**given)


def plan_blocks(request: catalog_pb2.GeneratePlanRequest) -> tuple[list[Block], list[Pool]]:
    """Returns the blocks and pools that a request asks to draw."""
    blocks = [
        Block(
            name=section.name,
            zone_name=section.zone_name,
            rows=section.rows,
            seats_per_row=section.seats_per_row,
            seats_added_per_row=section.seats_added_per_row,
            angle_degrees=section.angle_degrees,
            distance=section.distance,
            curve_degrees=section.curve_degrees,
            accessible_seats=section.accessible_seats,
        )
        for section in request.sections
    ]
    return blocks, [Pool(pool.name, pool.zone_name, pool.capacity) for pool in request.pools]


def new_event(request: catalog_pb2.CreateEventRequest, venue: Venue, now: datetime) -> Event:
    """Returns the draft that a request describes, without what comes from the venue's plan."""
    start_time = wire.read_time(request.start_time, "startTime")
    end_time = (
        wire.read_time(request.end_time, "endTime")
        if request.HasField("end_time")
        else events.default_end(start_time)
    )
    sale_open_time = (
        wire.read_time(request.sale_open_time, "saleOpenTime")
        if request.HasField("sale_open_time")
        else None
    )
    return Event(
        event_id=ids.new_event_id(now),
        organiser_id=venue.organiser_id,
        venue_id=venue.venue_id,
        name=request.name,
        artist_name=request.artist_name,
        venue_name=venue.name,
        city=venue.city,
        country_code=venue.country_code,
        latitude=venue.latitude,
        longitude=venue.longitude,
        time_zone=venue.time_zone,
        category=request.category,
        description=request.description,
        start_time=start_time,
        end_time=end_time,
        sale_open_time=sale_open_time,
        limits=wire.read_limits(request.limits),
        hold_seconds=request.hold_seconds or events.HOLD_SECONDS_DEFAULT,
        create_time=now,
        update_time=now,
    )


def event_changes(request: catalog_pb2.UpdateEventRequest, event: Event) -> EventChanges:
    """Returns what a request changes of an event."""
    texts: dict[str, Any] = {
        name: getattr(request, name)
        for name in ("name", "artist_name", "category", "description")
        if request.HasField(name)
    }
    times: dict[str, Any] = {
        name: wire.read_time(getattr(request, name), json_name)
        for name, json_name in (
            ("start_time", "startTime"),
            ("end_time", "endTime"),
            ("sale_open_time", "saleOpenTime"),
        )
        if request.HasField(name)
    }
    prices = wire.read_prices(request.zone_prices)
    return EventChanges(
        **texts,
        **times,
        zones=reprice(event.zones, prices, event.currency_code) if prices else None,
        limits=wire.read_limits(request.limits) if request.HasField("limits") else None,
    )
