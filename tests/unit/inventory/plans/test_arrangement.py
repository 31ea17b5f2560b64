"""Who sits beside whom, and which seats are best."""

import itertools
import time
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from inventory_svc.plans.arrangement import arrange_around
from inventory_svc.plans.plan import Plan, Row, Seat, Section
from inventory_svc.plans.pretix import read_pretix
from tests.unit.inventory.plans.samples import pretix, seat, text


def row_of(*positions: float | tuple[float, float]) -> Row:
    points = [p if isinstance(p, tuple) else (float(p), 0.0) for p in positions]
    return Row("A", tuple(Seat(str(i), x, y, "Gold") for i, (x, y) in enumerate(points)))


def arranged(*rows: Row) -> list[list[tuple[str, int]]]:
    """For each row its seats' numbers and places."""
    plan = arrange_around(Plan((Section("S", rows),), zone_names=("Gold",)), (0, -10))
    return [[(s.number, s.place) for s in row.seats] for row in plan.sections[0].rows]


def places(*positions: float | tuple[float, float]) -> list[int]:
    return [place for _, place in arranged(row_of(*positions))[0]]


def test_seats_at_the_usual_distance_are_neighbours() -> None:
    assert places(0, 24, 48, 73, 96) == [0, 1, 2, 3, 4]


def test_an_aisle_leaves_numbers_out() -> None:
    assert places(0, 24, 48, 120, 144) == [0, 1, 2, 5, 6]
    assert places(0, 24, 48, 90, 114) == [0, 1, 2, 4, 5]


def test_a_row_that_runs_from_right_to_left_is_a_row_all_the_same() -> None:
    assert places(0, -24, -48, -120) == [0, 1, 2, 5]


def test_two_seats_far_apart_are_no_neighbours_where_others_stand_close() -> None:
    assert arranged(row_of(0, 24, 48, 72), row_of(0, 300))[1] == [("0", 0), ("1", 12)]


def test_seats_listed_odd_then_even_are_put_in_the_order_in_which_they_stand() -> None:
    [row] = arranged(row_of(0, 20, 40, 10, 30, 50))
    assert row == [("0", 0), ("3", 1), ("1", 2), ("4", 3), ("2", 4), ("5", 5)]


def test_a_row_around_a_corner_stays_in_its_listed_order() -> None:
    corner = [(0.0, 0.0), (0.0, 10.0), (0.0, 20.0), (10.0, 20.0), (20.0, 20.0), (20.0, 10.0)]
    [row] = arranged(row_of(*corner))
    assert row == [(str(n), n) for n in range(6)]


def test_seats_without_positions_of_their_own_are_neighbours() -> None:
    assert places(5, 5, 5) == [0, 1, 2]


def test_the_best_seat_is_the_nearest_to_the_stage_that_the_plan_draws() -> None:
    stage = {"text": {"text": "Main Stage"}, "position": {"x": 55, "y": -20}}
    plan = pretix({"A": [seat(str(n), 10 * n) for n in range(11)]}, areas=[{}, stage])
    best = sorted(read_pretix(text(plan)).seats(), key=lambda s: s.rank)
    assert [s.number for s in best[:4]] == ["5", "6", "4", "7"]


def test_without_a_stage_the_front_centre_is_best() -> None:
    rows = {name: [seat(f"{name}{n}", 10 * n) for n in range(5)] for name in "ABC"}
    best = min(read_pretix(text(pretix(rows))).seats(), key=lambda s: s.rank)
    assert best.number == "A2"


@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)), min_size=1, max_size=15))
def test_wherever_seats_stand_places_rise_and_nobody_is_lost(points: Any) -> None:
    [row] = arranged(row_of(*points))
    assert sorted(number for number, _ in row) == sorted(str(n) for n in range(len(points)))
    assert all(a < b for (_, a), (_, b) in itertools.pairwise(row))


def test_a_section_of_very_many_rows_is_arranged_in_its_own_good_time() -> None:
    """Seen: the usual distance was worked out anew for every row, four minutes for these."""
    rows = [row_of(*range(5)) for _ in range(4_000)]
    started = time.process_time()
    assert len(arranged(*rows)) == 4_000
    assert time.process_time() - started < 20
