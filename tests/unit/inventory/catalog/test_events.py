"""An event's life, as rules."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from inventory_svc.catalog.events import (
    Event,
    EventChanges,
    Limits,
    State,
    cancelled,
    changed,
    checked,
    guarded,
    of_plan,
    published,
)
from inventory_svc.catalog.prices import Zone
from inventory_svc.errors import EventCancelled, EventOver, PricesInvalid
from mesh import ids
from mesh.errors import InvalidArgument
from mesh.money import Money

NOW = datetime(2030, 1, 1, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
EUROS_45 = Money(4500, "EUR")


def event(**changes: Any) -> Event:
    made = Event(
        event_id=ids.new_event_id(NOW),
        organiser_id=ids.new_account_id(),
        venue_id=1,
        name="Kites",
        artist_name="",
        venue_name="Lantern Hall",
        city="Oslo",
        country_code="NO",
        latitude=0,
        longitude=0,
        time_zone="Europe/Oslo",
        category="",
        description="",
        start_time=NOW + timedelta(days=30),
        end_time=NOW + timedelta(days=30, hours=3),
        sale_open_time=None,
        limits=Limits(),
        hold_seconds=600,
        create_time=NOW,
        update_time=NOW,
        currency_code="EUR",
        capacity=8,
        zones=(Zone(1, "Gold", 4500),),
    )
    return replace(made, **changes)


def test_publishing_opens_the_sale_now_unless_a_time_was_given() -> None:
    opens = NOW + timedelta(days=1)
    assert published(event(), NOW).sale_open_time == NOW
    assert published(event(sale_open_time=opens), NOW).sale_open_time == opens


def test_publishing_twice_changes_nothing() -> None:
    once = published(event(), NOW)
    assert published(once, LATER) is once


def test_each_change_of_state_is_a_new_version() -> None:
    first = event()
    second = published(first, NOW)
    third = cancelled(second, " Rain ", LATER)
    assert [e.version for e in (first, second, third)] == [1, 2, 3]
    assert (third.state, third.cancel_reason, third.update_time) == (
        State.CANCELLED,
        "Rain",
        LATER,
    )


def test_cancelling_is_for_good() -> None:
    gone = cancelled(event(), "", NOW)
    assert cancelled(gone, "again", LATER) is gone
    with pytest.raises(EventCancelled):
        published(gone, LATER)
    with pytest.raises(EventCancelled):
        changed(gone, EventChanges(name="New"), LATER)


def test_what_is_over_is_not_published() -> None:
    with pytest.raises(EventOver):
        published(event(), NOW + timedelta(days=60))


def test_a_draft_is_seen_by_its_organiser_only_even_when_cancelled() -> None:
    draft = event()
    for state in (draft, cancelled(draft, "", NOW)):
        assert state.is_shown_to(draft.organiser_id)
        assert not state.is_shown_to(None)
        assert not state.is_shown_to(ids.new_account_id())
    assert cancelled(published(draft, NOW), "", LATER).is_shown_to(None)


def test_a_change_to_what_is_already_so_is_no_change() -> None:
    before = event()
    assert changed(before, EventChanges(name="Kites"), LATER) is before
    assert changed(before, EventChanges(), LATER) is before
    assert guarded(before, False, LATER) is before
    assert guarded(before, True, LATER).version == 2


def test_an_event_whose_start_is_moved_keeps_its_length() -> None:
    start = NOW + timedelta(days=90)
    moved = changed(event(), EventChanges(start_time=start), LATER)
    assert moved.end_time - moved.start_time == timedelta(hours=3)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"end_time": NOW}, "endTime"),
        ({"sale_open_time": NOW + timedelta(days=40)}, "saleOpenTime"),
        ({"start_time": datetime(9999, 12, 31, tzinfo=UTC)}, "startTime"),
        ({"start_time": datetime(1, 1, 1, tzinfo=UTC)}, "startTime"),
    ],
)
def test_a_faulty_event_names_the_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidArgument) as refused:
        checked(event(**changes))
    assert refused.value.facts()["field"] == field
    with pytest.raises(InvalidArgument):
        changed(event(), EventChanges(**changes), LATER)


def test_every_zone_of_the_plan_is_priced_once_in_one_currency() -> None:
    made = of_plan(
        event(), ["Gold", "Silver"], 9, [("Silver", Money(0, "EUR")), ("Gold", EUROS_45)]
    )
    assert made.zones == (Zone(1, "Gold", 4500), Zone(2, "Silver", 0))
    assert (made.currency_code, made.capacity) == ("EUR", 9)


@pytest.mark.parametrize(
    "prices",
    [
        [],
        [("Gold", EUROS_45)],
        [("Gold", EUROS_45), ("Silver", EUROS_45), ("Gold ", EUROS_45)],
        [("Gold", EUROS_45), ("Silver", EUROS_45), ("Roof", EUROS_45)],
        [("Gold", EUROS_45), ("Silver", Money(4500, "NOK"))],
        [("Gold", EUROS_45), ("Silver", Money(-1, "EUR"))],
        [("Gold", EUROS_45), ("Silver", Money(10**12 + 1, "EUR"))],
        [("Gold", Money(1, "eur")), ("Silver", Money(1, "eur"))],
        [("Gold", Money(1, "")), ("Silver", Money(1, ""))],
    ],
)
def test_prices_that_do_not_fit_are_refused(prices: list[tuple[str, Money]]) -> None:
    with pytest.raises(PricesInvalid):
        of_plan(event(), ["Gold", "Silver"], 9, prices)
