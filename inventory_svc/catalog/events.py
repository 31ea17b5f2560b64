"""Events: what makes one, and how it goes from draft to published to cancelled."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from inventory_svc.catalog.prices import Zone, ZonePrices, price_zones
from inventory_svc.errors import EventCancelled, EventOver
from mesh.errors import InvalidArgument

DURATION_DEFAULT = timedelta(hours=3)
HOLD_SECONDS_DEFAULT = 600
SEATS_PER_HOLD_DEFAULT = 8
LIVE_HOLDS_PER_BUYER_DEFAULT = 4
TICKETS_PER_BUYER_DEFAULT = 12

EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
"""Times outside of these are mistakes, and would leave the range of some calendar on the way."""


class State(StrEnum):
    """Where an event is in its life: DRAFT → PUBLISHED → CANCELLED, or DRAFT → CANCELLED."""

    DRAFT = "DRAFT"
    PUBLISHED = "PUBLISHED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True)
class Limits:
    """What one buyer may have."""

    seats_per_hold: int = SEATS_PER_HOLD_DEFAULT
    live_holds_per_buyer: int = LIVE_HOLDS_PER_BUYER_DEFAULT
    tickets_per_buyer: int = TICKETS_PER_BUYER_DEFAULT


@dataclass(frozen=True)
class Event:
    """Something that happens at a venue and is sold."""

    event_id: int
    organiser_id: UUID
    venue_id: int
    name: str
    artist_name: str
    venue_name: str
    city: str
    country_code: str
    latitude: float
    longitude: float
    time_zone: str
    category: str
    description: str
    start_time: datetime
    end_time: datetime
    sale_open_time: datetime | None
    limits: Limits
    hold_seconds: int
    create_time: datetime
    update_time: datetime
    currency_code: str = ""
    """Of every price; set with the prices."""
    capacity: int = 0
    """Every seat and place; set with the plan."""
    zones: tuple[Zone, ...] = ()
    """Zone 1 first; set with the plan and the prices."""
    state: State = State.DRAFT
    publish_time: datetime | None = None
    """None until it is published for the first time."""
    cancel_reason: str = ""
    requires_admission: bool = False
    version: int = 1

    def is_shown_to(self, account_id: UUID | None) -> bool:
        """Whether somebody may see it: everybody from its publication on, before that its organiser."""
        return self.publish_time is not None or self.organiser_id == account_id


@dataclass(frozen=True)
class EventChanges:
    """New values; None leaves what is."""

    name: str | None = None
    artist_name: str | None = None
    category: str | None = None
    description: str | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None
    sale_open_time: datetime | None = None
    zones: tuple[Zone, ...] | None = None
    limits: Limits | None = None


def checked(event: Event) -> Event:
    """Returns the event as it will be kept, or says what is wrong with it. Raises InvalidArgument."""
    event = replace(
        event,
        name=event.name.strip(),
        artist_name=event.artist_name.strip(),
        category=event.category.strip(),
    )
    if not event.name:
        raise InvalidArgument("name", "is empty")
    times = {
        "startTime": event.start_time,
        "endTime": event.end_time,
        "saleOpenTime": event.sale_open_time,
    }
    for field, time in times.items():
        if time is not None and not EARLIEST <= time <= LATEST:
            raise InvalidArgument(field, f"is not between {EARLIEST.year} and {LATEST.year}")
    if event.end_time <= event.start_time:
        raise InvalidArgument("endTime", "is not after startTime")
    if event.sale_open_time is not None and event.sale_open_time >= event.end_time:
        raise InvalidArgument("saleOpenTime", "is not before endTime")
    return event


def of_plan(draft: Event, zone_names: Sequence[str], capacity: int, prices: ZonePrices) -> Event:
    """Returns a draft with what its venue's plan holds, priced. Raises PricesInvalid."""
    zones, currency_code = price_zones(zone_names, prices)
    return replace(draft, zones=zones, currency_code=currency_code, capacity=capacity)


def changed(event: Event, changes: EventChanges, now: datetime) -> Event:
    """Returns the event with new values. An event whose start alone is moved keeps its length.

    Raises EventCancelled, and InvalidArgument.
    """
    if event.state is State.CANCELLED:
        raise EventCancelled
    given = {name: value for name, value in vars(changes).items() if value is not None}
    if changes.start_time is not None and changes.end_time is None:
        given["end_time"] = _add(changes.start_time, event.end_time - event.start_time)
    after = checked(replace(event, **given))
    return event if after == event else _next(after, now)


def published(event: Event, now: datetime) -> Event:
    """Returns the event as it goes on sale; a published one stays as it is. Raises EventCancelled, EventOver."""
    if event.state is State.CANCELLED:
        raise EventCancelled
    if event.state is State.PUBLISHED:
        return event
    if event.end_time <= now:
        raise EventOver(event.end_time)
    return _next(
        replace(
            event,
            state=State.PUBLISHED,
            publish_time=now,
            sale_open_time=event.sale_open_time or now,
        ),
        now,
    )


def cancelled(event: Event, reason: str, now: datetime) -> Event:
    """Returns the event as it sells nothing any more, for good; a cancelled one stays as it is."""
    if event.state is State.CANCELLED:
        return event
    return _next(replace(event, state=State.CANCELLED, cancel_reason=reason.strip()), now)


def guarded(event: Event, requires_admission: bool, now: datetime) -> Event:
    """Returns the event with its seats held with an admission only, or by anybody."""
    if event.requires_admission == requires_admission:
        return event
    return _next(replace(event, requires_admission=requires_admission), now)


def default_end(start_time: datetime) -> datetime:
    """When an event ends that did not say."""
    return _add(start_time, DURATION_DEFAULT)


def _add(time: datetime, duration: timedelta) -> datetime:
    # Far beyond LATEST a sum would leave what a datetime can hold; checked() refuses such a time anyway.
    return time + duration if time <= LATEST else time


def _next(event: Event, now: datetime) -> Event:
    return replace(event, version=event.version + 1, update_time=now)
