"""The catalogue on the wire and back."""

from collections.abc import Iterable
from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp

from inventory_svc.catalog.events import Event, Limits
from inventory_svc.catalog.prices import ZonePrices
from inventory_svc.catalog.venues import PlanSummary, Venue
from mesh import ids, money, timestamps
from mesh.errors import InvalidArgument
from protos.inventory.v1 import catalog_pb2, events_pb2


def venue_message(venue: Venue) -> catalog_pb2.Venue:
    """Returns a venue for its organiser."""
    return catalog_pb2.Venue(
        venue_id=ids.venue_text(venue.venue_id),
        name=venue.name,
        city=venue.city,
        country_code=venue.country_code,
        latitude=venue.latitude,
        longitude=venue.longitude,
        time_zone=venue.time_zone,
        plan=plan_message(venue.plan) if venue.plan else None,
    )


def plan_message(plan: PlanSummary) -> catalog_pb2.Plan:
    """Returns what a plan holds."""
    return catalog_pb2.Plan(
        seat_count=plan.seat_count,
        pool_capacity=plan.pool_capacity,
        zone_names=plan.zone_names,
        section_count=plan.section_count,
        accessible_count=plan.accessible_count,
    )


def event_message(event: Event) -> catalog_pb2.Event:
    """Returns an event as everybody may see it."""
    sale_open = event.sale_open_time
    return catalog_pb2.Event(
        event_id=ids.event_text(event.event_id),
        name=event.name,
        artist_name=event.artist_name,
        venue_id=ids.venue_text(event.venue_id),
        venue_name=event.venue_name,
        city=event.city,
        country_code=event.country_code,
        latitude=event.latitude,
        longitude=event.longitude,
        time_zone=event.time_zone,
        category=event.category,
        start_time=timestamps.to_proto(event.start_time),
        end_time=timestamps.to_proto(event.end_time),
        sale_open_time=timestamps.to_proto(sale_open) if sale_open else None,
        state=event.state.value,
        requires_admission=event.requires_admission,
        zones=[
            catalog_pb2.Zone(
                zone_id=f"z{zone.zone_no}",
                name=zone.name,
                price=money.Money(zone.price_minor, event.currency_code).to_proto(),
            )
            for zone in event.zones
        ],
        limits=catalog_pb2.Limits(
            seats_per_hold=event.limits.seats_per_hold,
            live_holds_per_buyer=event.limits.live_holds_per_buyer,
            tickets_per_buyer=event.limits.tickets_per_buyer,
        ),
        description=event.description,
        capacity=event.capacity,
        hold_seconds=event.hold_seconds,
        version=event.version,
    )


def facts_message(event: Event) -> catalog_pb2.EventFacts:
    """Returns an event with what only services need to know."""
    return catalog_pb2.EventFacts(
        event=event_message(event), organiser_id=ids.text("acc", event.organiser_id)
    )


def changed_message(event: Event) -> events_pb2.EventChanged:
    """Returns an event as Kafka carries it."""
    return events_pb2.EventChanged(facts=facts_message(event), cancel_reason=event.cancel_reason)


def read_time(stamp: Timestamp, field: str) -> datetime:
    """Reads a time that was sent. Raises InvalidArgument for what no calendar knows."""
    try:
        return stamp.ToDatetime(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise InvalidArgument(field, "is not a time") from None


def read_limits(limits: catalog_pb2.Limits) -> Limits:
    """Reads limits; 0 means the default."""
    defaults = Limits()
    return Limits(
        seats_per_hold=limits.seats_per_hold or defaults.seats_per_hold,
        live_holds_per_buyer=limits.live_holds_per_buyer or defaults.live_holds_per_buyer,
        tickets_per_buyer=limits.tickets_per_buyer or defaults.tickets_per_buyer,
    )


def read_prices(prices: Iterable[catalog_pb2.ZonePrice]) -> ZonePrices:
    """Reads zone prices as they were sent."""
    return [(price.zone_name, money.from_proto(price.price)) for price in prices]
