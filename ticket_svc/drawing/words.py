"""Dates and times as people at the venue read them."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, get_timezone_name

LOCALE = "en_GB"


@dataclass(frozen=True, slots=True)
class LocalTime:
    """A moment in words."""

    date: str
    """Such as "Saturday, 13 June 2026"."""
    time: str
    """Such as "19:30"."""
    zone: str
    """Short, such as "CEST" or "GMT+2"."""
    zone_name: str
    """Such as "Europe/Oslo"."""


def local_time(moment: datetime, time_zone: str) -> LocalTime:
    """Returns a moment by the clock of a time zone; by UTC, and saying so, where the zone is not known."""
    zone: tzinfo = UTC
    zone_name = "UTC"
    # An unknown name must not keep anybody from a ticket.
    with contextlib.suppress(KeyError, ValueError, OSError):
        zone, zone_name = ZoneInfo(time_zone), time_zone
    there = moment.astimezone(zone)
    return LocalTime(
        date=str(format_date(there.date(), "EEEE, d MMMM y", locale=LOCALE)),
        time=str(format_time(there, "HH:mm", locale=LOCALE)),
        zone=str(get_timezone_name(there, "short", locale=LOCALE)),
        zone_name=zone_name,
    )
