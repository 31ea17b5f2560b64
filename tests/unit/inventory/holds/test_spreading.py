"""Parties in parts: by examples, and against a search through everything on small maps."""

from dataclasses import replace
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from inventory_svc.holds.houses.best_available import find
from inventory_svc.holds.houses.house import House
from inventory_svc.holds.houses.spreading import spread
from inventory_svc.holds.houses.wishes import Wish
from tests.unit.inventory.holds.drawn_houses import (
    ALL_ZONES,
    apart_worth,
    houses,
    seats_of,
    usable,
    wishes,
)
from tests.unit.inventory.holds.houses import house

FRONT = frozenset((1,))


def rows_of(opened: House, seat_nos: tuple[int, ...] | None) -> list[int]:
    return [seat.row_no for seat in seats_of(opened, seat_nos or ())]


def test_a_large_party_sits_in_rows_behind_one_another() -> None:
    # The first and the last row rank best: a party of six sits in two that are next to each other all the same.
    ranks = [0, 1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15, 4, 5, 6, 7]
    opened = house("....", "....", "....", "....", ranks=ranks)
    assert rows_of(opened, find(opened, Wish(6, FRONT))) == [0, 0, 0, 0, 1, 1]


def test_a_large_party_stays_in_one_section_where_one_has_room() -> None:
    opened = house("...", "...", "...", "...", sections=[1, 2, 2, 3])
    assert rows_of(opened, find(opened, Wish(5, FRONT))) == [1, 1, 1, 2, 2]


def test_parts_sit_straight_behind_each_other() -> None:
    # Five to the right in the first row; in the second, the two to the left would be the better seats.
    opened = house("........", "........", taken=[0, 1, 2, 11, 12])
    assert spread(opened, Wish(7, FRONT)) == (3, 4, 5, 6, 7, 13, 14)


def test_nobody_sits_alone_though_the_longest_run_would_leave_one() -> None:
    # A run of three and two of two: three, two and one would be the greedy way.
    opened = house("...", "..", "..")
    found = spread(opened, Wish(6, FRONT))
    assert rows_of(opened, found) == [0, 0, 1, 1, 2, 2]


def test_wheelchair_places_are_left_where_a_party_fits_without() -> None:
    opened = house("...", ".wc", "...")
    assert rows_of(opened, spread(opened, Wish(6, FRONT))) == [0, 0, 0, 2, 2, 2]


def test_who_needs_a_wheelchair_place_has_the_others_near() -> None:
    opened = house("....", "....", "..wc", "....", "....")
    found = spread(opened, Wish(7, FRONT, accessible=True))
    assert found is not None
    assert {10, 11} <= set(found)
    assert set(rows_of(opened, found)) <= {1, 2, 3}


def test_who_has_a_code_sits_on_allotted_seats_only_where_they_suffice() -> None:
    opened = house("....", "....", "....")
    opened.set_allotments(dict.fromkeys(range(4, 12), 7))
    assert rows_of(opened, spread(opened, Wish(6, FRONT, False, frozenset((7,))))) == [
        1, 1, 1, 1, 2, 2
    ]  # fmt: skip
    assert spread(opened, Wish(6, FRONT)) is None


@settings(max_examples=250, deadline=None)
@given(houses(allotted=False), st.integers(2, 7), st.sampled_from([FRONT, ALL_ZONES]))
def test_no_nearer_seats_are_found_by_trying_everything(
    opened: House, quantity: int, zone_nos: frozenset[int]
) -> None:
    """Set-aside seats, people alone, sections and rows apart, parts: none can be fewer, in this order.

    Tried: filling the longest run without looking at who is left, and looking for the shortest span of rows without
    counting who sits alone: both fail here.
    """
    wish = Wish(quantity, zone_nos)
    found = spread(opened, wish)
    worths = [apart_worth(opened, every) for every in combinations(usable(opened, wish), quantity)]
    assert (found is None) == (not worths)
    if found is not None:
        assert apart_worth(opened, found) == min(worths)


@settings(max_examples=200, deadline=None)
@given(houses(), wishes, st.integers(2, 9))
def test_a_spread_party_is_whole_and_on_seats_that_it_may_have(
    opened: House, wish: Wish, quantity: int
) -> None:
    wish = replace(wish, quantity=quantity)
    before = [opened.is_vacant(seat.seat_no) for seat in opened.seating.seats]
    free = usable(opened, wish)
    has_wheelchair_place = any(seat.accessible for seat in seats_of(opened, free))
    found = spread(opened, wish)
    fits = len(free) >= quantity and (has_wheelchair_place or not wish.accessible)
    assert (found is not None) == fits
    if found is not None:
        assert len(set(found)) == quantity
        assert set(found) <= set(free)
        assert not wish.accessible or any(seat.accessible for seat in seats_of(opened, found))
    assert [opened.is_vacant(seat.seat_no) for seat in opened.seating.seats] == before
