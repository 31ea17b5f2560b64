"""Files of venues, events and drawings, as tools and people write them."""

import gzip
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.local.catalogue import NewEvent, NewVenue
from deploy.local.importer.files import Kind, UnknownFile, read, rows
from deploy.local.importer.svg import DrawingInvalid, svg_to_csv
from deploy.local.importer.tables import DAYS_AHEAD_MIN, Tables
from deploy.local.importer.terms import Terms
from inventory_svc.plans.csv_plan import read_csv
from protos.inventory.v1 import catalog_pb2

BEGUN = datetime(2030, 3, 1, tzinfo=UTC)
TERMS = Terms(Decimal("45.50"), "EUR", "Helsinki", "FI", 60.0, 25.0, "Europe/Helsinki", BEGUN)

VENUES = """venue_id,name,city,country_code,lat,lng,timezone,kind,capacity
v1,Old Mill,Ghent,BE,51.05,3.72,Europe/Brussels,club,350
v2,Sea Hall,Ostend,BE,51.2,2.9,Europe/Brussels,theatre,
v3,Nowhere,,BE,51.2,2.9,Europe/Brussels,club,
v4,Lost,Ghent,BE,,,Europe/Brussels,club,
v5,Timeless,Ghent,BE,1,1,Mars/Olympus,club,
"""

EVENT_COLUMNS = (
    "event_id,name,start_date,start_time,timezone,venue,venue_id,city,country_code,lat,lng,performers,"
    "price,currency,free"
)
EVENTS = f"""{EVENT_COLUMNS}
e1,First,1931-05-04,20:30,Europe/Brussels,Old Mill,v1,Ghent,BE,51.05,3.72,Ann A|Bob B,12.50,EUR,0
e2,Second,2030-03-10,,Europe/Brussels,Barge,,Ghent,BE,51.0,3.7,,,,1
e3,Third,soon,,Europe/Brussels,Barge,,Ghent,BE,51.0,3.7,,,,
e4,Fourth,2029-02-28,19:00,,Unknown,,,,,,,,,
"""


def loaded() -> tuple[Tables, list[NewVenue], list[tuple[NewVenue, NewEvent]]]:
    tables = Tables(TERMS)
    venues = list(tables.venues(rows(VENUES)))
    return tables, venues, list(tables.events(rows(EVENTS)))


def capacities(venues: list[NewVenue]) -> Iterator[tuple[str, int]]:
    for new in venues:
        assert isinstance(new.plan, catalog_pb2.GeneratePlanRequest)
        [pool] = new.plan.pools
        yield pool.name, pool.capacity


def test_venues_have_their_capacity_or_a_guess_that_says_so() -> None:
    _, venues, _ = loaded()
    assert [new.venue.name for new in venues] == ["Old Mill", "Sea Hall"]
    assert list(capacities(venues)) == [("Entry", 350), ("Entry (capacity not known)", 800)]


def test_rows_that_cannot_be_loaded_are_counted_with_their_reason() -> None:
    tables, _, _ = loaded()
    assert tables.passed_over == {
        "venue: no city": 1,
        "venue: no coordinates": 1,
        "venue: no time zone": 1,
        "event: no date": 1,
        "event: no country": 1,
    }


def test_an_event_finds_its_venue_or_gets_one_from_its_own_columns() -> None:
    _, _, events = loaded()
    assert [(venue.venue.name, new.venue_name) for venue, new in events] == [
        ("Old Mill", "venues/v1"),
        ("Barge", "venues/Barge, Ghent"),
    ]


def test_prices_are_the_files_free_or_the_default() -> None:
    _, _, events = loaded()
    assert [new.event.zone_prices[0].price.amount_minor for _, new in events] == [1250, 0]
    assert TERMS.default_price().amount_minor == 4550


def test_performers_are_listed_and_past_dates_come_again() -> None:
    _, _, [(_, first), (_, second)] = loaded()
    assert first.event.artist_name == "Ann A, Bob B"
    start = first.event.start_time.ToDatetime(tzinfo=UTC)
    assert start == datetime(2030, 5, 4, 18, 30, tzinfo=UTC)
    # Nine days ahead is too soon for a sale: a year later, at the usual hour.
    assert second.event.start_time.ToDatetime(tzinfo=UTC) == datetime(2031, 3, 10, 19, tzinfo=UTC)


@given(st.dates(min_value=datetime(1842, 1, 1).date(), max_value=datetime(2060, 1, 1).date()))
def test_every_date_comes_again_two_weeks_ahead_or_later(day: object) -> None:
    table = EVENT_COLUMNS + f"\ne,E,{day},12:00,Europe/Brussels,V,,Ghent,BE,1,1,,,,\n"
    [(_, new)] = Tables(TERMS).events(rows(table))
    start = new.event.start_time.ToDatetime(tzinfo=UTC)
    assert start >= BEGUN + timedelta(days=DAYS_AHEAD_MIN - 1)


def test_files_are_told_apart_gzipped_or_not(tmp_path: Path) -> None:
    packed = tmp_path / "venues.csv.gz"
    packed.write_bytes(gzip.compress(VENUES.encode()))
    assert read(packed) == (Kind.VENUES, VENUES)
    for name, text, kind in [
        ("hall.json", "{}", Kind.PRETIX_PLAN),
        ("round.SVG", "<svg/>", Kind.SVG_PLAN),
        ("seats.csv", "section,row,seat,zone\n", Kind.CSV_PLAN),
        ("events.csv", EVENTS, Kind.EVENTS),
    ]:
        path = tmp_path / name
        path.write_text(text)
        assert read(path)[0] is kind


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"\xff\xfe"])
def test_other_files_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.csv"
    path.write_bytes(content)
    with pytest.raises(UnknownFile):
        read(path)


DRAWING = """<svg xmlns="http://www.w3.org/2000/svg"><rect id="stage"/><g>
<ellipse id="seat-10-A-1" cx="90" cy="5"/><ellipse id="seat-2-A-1" cx="10" cy="5"/>
<circle id="seat-1-B-1" cx="0" cy="20"/><ellipse id="seat-1-A-2" cx="-50" cy="5"/>
<ellipse id="lamp" cx="1" cy="1"/></g></svg>"""


def test_a_drawing_becomes_a_plan_with_its_seats_in_order() -> None:
    plan = read_csv(svg_to_csv(DRAWING))
    drawn = [
        (section.name, row.name, [(seat.number, seat.x) for seat in row.seats])
        for section in plan.sections
        for row in section.rows
    ]
    assert drawn == [
        ("Section 1", "A", [("2", 10.0), ("10", 90.0)]),
        ("Section 1", "B", [("1", 0.0)]),
        ("Section 2", "A", [("1", -50.0)]),
    ]


@pytest.mark.parametrize("content", ["", "<svg>", "<svg/>", "not a drawing"])
def test_a_drawing_without_seats_is_refused(content: str) -> None:
    with pytest.raises(DrawingInvalid):
        svg_to_csv(content)
