"""Tables of venues and events, row by row; a row that cannot be loaded is passed over and counted, with its reason."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.numbers import is_currency

from deploy.local.catalogue import NewEvent, NewVenue
from deploy.local.importer.files import Row
from deploy.local.importer.terms import (
    CAPACITY_DEFAULT,
    CAPACITY_DRAWN,
    CAPACITY_OF_KIND,
    Terms,
    is_time_zone,
    to_money,
)
from mesh.timestamps import to_proto
from protos.inventory.v1 import catalog_pb2
from protos.mesh.v1 import money_pb2

CAPACITY_MAX = 1_000_000
DAYS_AHEAD_MIN = 14
START_DEFAULT = time(20, 0)
ZONE = "Entry"

_NUMBER = re.compile(r"\d+(?:[.,]\d{1,2})?")


class RowUnfit(Exception):
    """The row lacks something that an event or venue must have."""


@dataclass
class Tables:
    """Turns rows into what is to be made; remembers the venues that events need."""

    terms: Terms
    passed_over: Counter[str] = field(default_factory=Counter)
    _venues: dict[str, NewVenue] = field(default_factory=dict)

    def venues(self, rows: Iterable[Row]) -> Iterator[NewVenue]:
        """The venues of a table."""
        for row in rows:
            try:
                venue = _venue(f"venues/{_present(row, 'venue_id')}", row["name"], row)
            except RowUnfit as unfit:
                self.passed_over[f"venue: {unfit}"] += 1
                continue
            self._venues[venue.name] = venue
            yield venue

    def events(self, rows: Iterable[Row]) -> Iterator[tuple[NewVenue, NewEvent]]:
        """The events of a table, each with its venue: the one of the venues' table, else one made from the event."""
        for row in rows:
            try:
                venue = self._venue_of(row)
                yield venue, self._event(venue, row)
            except RowUnfit as unfit:
                self.passed_over[f"event: {unfit}"] += 1

    def _venue_of(self, row: Row) -> NewVenue:
        known = self._venues.get(f"venues/{row.get('venue_id', '')}")
        if known is not None:
            return known
        title = _present(row, "venue")
        name = f"venues/{title}, {row.get('city', '')}"[:100]
        if name not in self._venues:
            self._venues[name] = _venue(name, title, row)
        return self._venues[name]

    def _event(self, venue: NewVenue, row: Row) -> NewEvent:
        performers = ", ".join(part for part in row.get("performers", "").split("|") if part)
        about = "\n\n".join(filter(None, [row.get("description", ""), _guess(venue)]))
        price = catalog_pb2.ZonePrice(zone_name=ZONE, price=self._price(row))
        return NewEvent(
            name=f"events/{_present(row, 'event_id')}"[:100],
            venue_name=venue.name,
            event=catalog_pb2.CreateEventRequest(
                name=_present(row, "name")[:300],
                artist_name=performers[:300],
                category=row.get("category", "")[:60],
                description=about[:10_000],
                start_time=to_proto(self._start(venue, row)),
                zone_prices=[price],
            ),
        )

    def _start(self, venue: NewVenue, row: Row) -> datetime:
        """The first return of the day and hour that is two weeks ahead: files are mostly of the past."""
        try:
            day = date.fromisoformat(row.get("start_date", ""))
            hour = time.fromisoformat(row.get("start_time", "") or START_DEFAULT.isoformat())
        except ValueError:
            raise RowUnfit("no date") from None
        earliest = (self.terms.begun + timedelta(days=DAYS_AHEAD_MIN)).date()
        year = max(day.year, earliest.year)
        while (moved := _in_year(day, year)) < earliest:
            year += 1
        zone = ZoneInfo(venue.venue.time_zone)
        return datetime.combine(moved, hour.replace(tzinfo=None), zone).astimezone(UTC)

    def _price(self, row: Row) -> money_pb2.Money:
        currency_code = row.get("currency", "").upper()
        if not is_currency(currency_code):
            currency_code = self.terms.currency_code
        found = _NUMBER.search(row.get("price", ""))
        if row.get("free") == "1":
            return to_money(Decimal(0), currency_code)
        if found is None:
            return self.terms.default_price()
        return to_money(Decimal(found.group().replace(",", ".")), currency_code)


def _venue(name: str, title: str, row: Row) -> NewVenue:
    country_code = row.get("country_code", "")
    time_zone = row.get("timezone", "")
    if not title:
        raise RowUnfit("no name")
    if not re.fullmatch("[A-Z]{2}", country_code):
        raise RowUnfit("no country")
    if not is_time_zone(time_zone):
        raise RowUnfit("no time zone")
    request = catalog_pb2.CreateVenueRequest(
        name=title[:200],
        city=_present(row, "city")[:200],
        country_code=country_code,
        latitude=_degrees(row, "lat", 90),
        longitude=_degrees(row, "lng", 180),
        time_zone=time_zone,
    )
    return NewVenue(name, request, catalog_pb2.GeneratePlanRequest(pools=[_pool(row)]))


def _pool(row: Row) -> catalog_pb2.GeneratePlanRequest.Pool:
    written = row.get("capacity", "")
    known = int(written) if written.isascii() and written.isdigit() else 0
    guess = CAPACITY_OF_KIND.get(row.get("kind", ""), CAPACITY_DEFAULT)
    return catalog_pb2.GeneratePlanRequest.Pool(
        name=ZONE if known else f"{ZONE} (capacity not known)",
        zone_name=ZONE,
        capacity=min(known or guess, CAPACITY_MAX),
    )


def _guess(venue: NewVenue) -> str:
    plan = venue.plan
    is_known = isinstance(plan, catalog_pb2.ImportPlanRequest) or plan.pools[0].name == ZONE
    return "" if is_known else CAPACITY_DRAWN


def _present(row: Row, column: str) -> str:
    value = row.get(column, "")
    if not value:
        raise RowUnfit(f"no {column}")
    return value


def _degrees(row: Row, column: str, most: float) -> float:
    try:
        degrees = float(row.get(column, ""))
    except ValueError:
        raise RowUnfit("no coordinates") from None
    if not abs(degrees) <= most:
        raise RowUnfit("no coordinates")
    return degrees


def _in_year(day: date, year: int) -> date:
    try:
        return day.replace(year=year)
    except ValueError:  # 29 February
        return day.replace(year=year, day=28)
