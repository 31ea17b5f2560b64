"""The demo catalogue keeps what is promised of it."""

from datetime import UTC, datetime, timedelta

from babel.numbers import get_currency_precision

from deploy.local.seed.plan import demo_events, demo_venues
from deploy.local.seed.programme import SOON
from deploy.local.seed.venues import ARENA
from inventory_svc.catalog.prices import price_zones
from inventory_svc.catalog.reading import plan_blocks
from inventory_svc.plans.generator import generate
from mesh.money import from_proto
from protos.inventory.v1 import catalog_pb2

BEGUN = datetime(2030, 1, 1, 12, tzinfo=UTC)


def test_the_demo_is_the_same_at_every_run() -> None:
    assert list(demo_venues()) == list(demo_venues())
    assert list(demo_events(BEGUN)) == list(demo_events(BEGUN))


def test_every_name_in_the_journal_is_used_once_and_fits_a_request_id() -> None:
    names = [new.name for new in demo_venues()] + [new.name for new in demo_events(BEGUN)]
    assert len(set(names)) == len(names) > 2_000
    assert max(len(f"{name}/publish") for name in names) <= 128


def test_every_plan_can_be_drawn_and_every_event_prices_it() -> None:
    plans = {}
    for new in demo_venues():
        assert isinstance(new.plan, catalog_pb2.GeneratePlanRequest)
        plans[new.name] = generate(*plan_blocks(new.plan))
    assert plans[ARENA].seat_count == 20_000
    for new_event in demo_events(BEGUN):
        prices = [(p.zone_name, from_proto(p.price)) for p in new_event.event.zone_prices]
        zones, currency_code = price_zones(plans[new_event.venue_name].zone_names, prices)
        unit = 10 ** get_currency_precision(currency_code)
        assert all(zone.price_minor >= unit and zone.price_minor % unit == 0 for zone in zones)


def test_two_events_have_a_line_open_now_and_soon() -> None:
    sales = {new.event.name: new.event for new in demo_events(BEGUN) if new.room}
    assert not sales["Open Line Night"].HasField("sale_open_time")
    assert sales["Soon On Sale"].sale_open_time.ToDatetime(tzinfo=UTC) == BEGUN + SOON
    lines = {new.event.name: new.room for new in demo_events(BEGUN) if new.room}
    assert set(lines) == {"Open Line Night", "Soon On Sale"}
    open_line, soon = lines["Open Line Night"], lines["Soon On Sale"]
    assert not open_line.HasField("open_time")
    assert soon.open_time.ToDatetime(tzinfo=UTC) == BEGUN + SOON
    assert min(open_line.capacity, soon.capacity) >= 200


def test_many_events_without_a_line_have_many_seats_two_weeks_and_more_ahead() -> None:
    seats = {
        new.name: sum(plan_rows.seats_per_row * plan_rows.rows for plan_rows in new.plan.sections)
        for new in demo_venues()
        if isinstance(new.plan, catalog_pb2.GeneratePlanRequest)
    }
    large = [
        new
        for new in demo_events(BEGUN)
        if new.room is None
        and seats[new.venue_name] >= 400
        and new.event.start_time.ToDatetime(tzinfo=UTC) >= BEGUN + timedelta(days=14)
    ]
    assert len(large) >= 20
