"""Plans as tables."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory_svc.errors import PlanInvalid
from inventory_svc.plans.csv_plan import read_csv
from tests.unit.inventory.plans.samples import is_told_well

HEADER = "section,row,seat,zone"


def faults(content: str) -> dict[str, str]:
    with pytest.raises(PlanInvalid) as refused:
        read_csv(content)
    return {fault["place"]: fault["problem"] for fault in refused.value.facts()["faults"]}


def test_sections_rows_and_seats_stand_in_the_files_order() -> None:
    plan = read_csv(f"{HEADER}\nS,2,9,Gold\nS,1,3,Gold\nS,2,8,Silver\n\nT,1,1,Silver\n")
    drawn = [
        (section.name, [(row.name, [s.number for s in row.seats]) for row in section.rows])
        for section in plan.sections
    ]
    assert drawn == [("S", [("2", ["9", "8"]), ("1", ["3"])]), ("T", [("1", ["1"])])]
    assert plan.zone_names == ("Gold", "Silver")


def test_whoever_is_next_in_the_file_is_next_in_the_row() -> None:
    plan = read_csv(f"{HEADER}\nS,1,12,Z\nS,1,7,Z\nS,1,30,Z\n")
    assert [s.place for s in plan.seats()] == [0, 1, 2]


def test_the_first_row_named_is_in_front() -> None:
    plan = read_csv(HEADER + "".join(f"\nS,{row},{n},Z" for row in "AB" for n in range(5)))
    best = sorted(plan.seats(), key=lambda s: s.rank)
    assert [s.number for s in best[:3]] == ["2", "1", "3"]
    assert best[0].y < best[-1].y


def test_columns_may_stand_in_any_order_with_positions_and_access() -> None:
    plan = read_csv(
        "\ufeffAccessible, y ,x,zone,seat,row,section\r\n"
        "yes,1.5,0,Z,1,A,S\r\ncompanion,1.5,1,Z,2,A,S\r\nno,1.5,5,Z,3,A,S\r\n"
    )
    seats = list(plan.seats())
    assert [(s.accessible, s.companion) for s in seats] == [
        (True, False),
        (False, True),
        (False, False),
    ]
    assert (seats[2].x, seats[2].y) == (5.0, 1.5)


def test_every_fault_is_told_with_its_line() -> None:
    content = (
        f"{HEADER},x,y,accessible\n"
        "S,1,1,Z,0,0,no\n"
        "S,1,1,Z,1,0,no\n"
        "S,1,,Z,2,0,no\n"
        "S,1,3,Z,left,0,no\n"
        "S,1,4,Z,4,inf,maybe\n"
        "S,1,5\n"
    )
    assert faults(content) == {
        "line 3": 'section "S", row 1, seat 1 appears twice, first in line 2',
        "line 4": "seat is empty",
        "line 5": 'x "left" is not a number',
        "line 6": 'accessible "maybe" is not true, false or companion',
        "line 7": "has 3 fields, the header has 7",
    }


def test_positions_are_for_every_seat_or_for_none() -> None:
    assert faults(f"{HEADER},x,y\nS,1,1,Z,1,1\nS,1,2,Z,,\n") == {
        "file": "x and y are given for some seats and not for others"
    }


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ("", "line 1"),
        ("section,row,seat\n", "line 1"),
        (f"{HEADER},x\n", "line 1"),
        (f"{HEADER},colour\n", "line 1"),
        (f"{HEADER},zone\n", "line 1"),
        (f"{HEADER}\n", "file"),
        (f'{HEADER}\nS,1,1,"Z\n', "line 2"),
        (f'{HEADER}\nS,1,1,"{"Z" * 2000}"\n', "line 2"),
        (f"{HEADER}\nS,1,1,{'Z' * 101}\n", "line 2"),
        (f"{HEADER}\nS,1,1,Z\0\n", "line 2"),
    ],
)
def test_a_faulty_table_is_refused(content: str, place: str) -> None:
    assert place in faults(content)


@given(st.text(alphabet=st.sampled_from('Sx1,"\n\r ;é\0\ud800')))
def test_whatever_table_is_sent_it_is_a_plan_or_a_list_of_faults(body: str) -> None:
    plan = refused = None
    try:
        plan = read_csv(f"{HEADER}\n{body}")
    except PlanInvalid as error:
        refused = error
    assert plan.seat_count if plan else is_told_well(refused)


NAMES = (
    st.text(
        st.characters(categories=["L", "N", "P"], include_characters=" "), min_size=1, max_size=20
    )
    .map(str.strip)
    .filter(bool)
)


@given(st.lists(st.tuples(NAMES, NAMES, NAMES, NAMES), min_size=1, unique_by=lambda s: s[:3]))
def test_a_written_table_is_read_back(seats: list[tuple[str, str, str, str]]) -> None:
    written = io.StringIO()
    csv.writer(written).writerows([HEADER.split(","), *seats])
    plan = read_csv(written.getvalue())
    read = [
        (section.name, row.name, s.number, s.zone_name)
        for section in plan.sections
        for row in section.rows
        for s in row.seats
    ]
    assert sorted(read) == sorted(seats)
