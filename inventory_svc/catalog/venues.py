"""Venues: what makes one, and what may be changed."""

from dataclasses import dataclass, fields, replace
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from mesh.errors import InvalidArgument


@dataclass(frozen=True)
class PlanSummary:
    """What a plan holds, in numbers."""

    seat_count: int
    pool_capacity: int
    section_count: int
    accessible_count: int
    zone_names: tuple[str, ...]
    """In the order of their numbers."""


@dataclass(frozen=True)
class Venue:
    """A place where events happen."""

    venue_id: int
    organiser_id: UUID
    name: str
    city: str
    country_code: str
    latitude: float
    longitude: float
    time_zone: str
    create_time: datetime
    update_time: datetime
    plan_id: UUID | None = None
    plan: PlanSummary | None = None


@dataclass(frozen=True)
class VenueChanges:
    """New values; None leaves what is."""

    name: str | None = None
    city: str | None = None
    country_code: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    time_zone: str | None = None


def found(venue: Venue) -> Venue:
    """Returns a new venue as it will be kept. Raises InvalidArgument."""
    return _checked(replace(venue, name=venue.name.strip(), city=venue.city.strip()))


def changed(venue: Venue, changes: VenueChanges, now: datetime) -> Venue:
    """Returns the venue with new values. Raises InvalidArgument."""
    given: dict[str, Any] = {
        field.name: value.strip() if isinstance(value, str) else value
        for field in fields(changes)
        if (value := getattr(changes, field.name)) is not None
    }
    return _checked(replace(venue, **given, update_time=now)) if given else venue


def _checked(venue: Venue) -> Venue:
    for field in ("name", "city", "countryCode"):
        if not (venue.country_code if field == "countryCode" else getattr(venue, field)):
            raise InvalidArgument(field, "is empty")
    if venue.time_zone not in _time_zones():
        raise InvalidArgument("timeZone", "is not a time zone of the IANA database")
    return venue


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())
