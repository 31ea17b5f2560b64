"""Plans in pretix's format: exactly what they say, or every fault."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory_svc.errors import PlanInvalid
from inventory_svc.plans.document import from_document, to_document
from inventory_svc.plans.layout import lay_out
from inventory_svc.plans.pretix import read_pretix
from tests.unit.inventory.plans.samples import (
    ODD_JSON,
    is_told_well,
    pretix,
    seat,
    spoiled_plans,
    text,
)


def faults(content: str) -> dict[str, str]:
    with pytest.raises(PlanInvalid) as refused:
        read_pretix(content)
    return {fault["place"]: fault["problem"] for fault in refused.value.facts()["faults"]}


def test_zones_are_sections_and_categories_are_price_zones() -> None:
    plan = read_pretix(text(pretix({"A": [seat("1", 0), seat("2", 10, category="Silver")]})))
    [section] = plan.sections
    assert (section.name, section.rows[0].name) == ("Stalls", "A")
    assert [(s.number, s.zone_name) for s in plan.seats()] == [("1", "Gold"), ("2", "Silver")]
    assert plan.zone_names == ("Gold", "Silver")


def test_categories_that_no_seat_uses_are_not_priced() -> None:
    assert read_pretix(text(pretix({"A": [seat("1", 0)]}))).zone_names == ("Gold",)


def test_a_seat_stands_where_zone_row_and_seat_add_up() -> None:
    plan = pretix({"A": [seat("1", 5)], "B": [seat("2", 7)]}, position={"x": 100, "y": 50})
    assert [(s.x, s.y) for s in read_pretix(text(plan)).seats()] == [(105, 50), (107, 60)]


def test_rows_and_zones_without_seats_are_left_out() -> None:
    plan = pretix({"A": [seat("1", 0)], "Empty": []})
    plan["zones"].append({"name": "Bar", "position": {"x": 0, "y": 0}, "rows": [], "areas": [{}]})
    read = read_pretix(text(plan))
    assert [[row.name for row in section.rows] for section in read.sections] == [["A"]]


@pytest.mark.parametrize(
    "name", ["INVA", "Wheelchair", "pyörätuolipaikat", "Rollstuhlplätze", "WHEEL CHAIR 2"]
)
def test_a_wheelchair_place_is_known_by_its_name(name: str) -> None:
    plan = pretix({"A": [seat("1", 0, category=name), seat("2", 10)]})
    plan["categories"].append({"name": name})
    assert [s.accessible for s in read_pretix(text(plan)).seats()] == [True, False]


def test_a_street_is_no_wheelchair_place() -> None:
    plan = read_pretix(text(pretix({"A": [seat("1", 0)]}, name="Canvas side")))
    assert plan.accessible_count == 0


def test_every_fault_is_told_with_its_place() -> None:
    plan = pretix(
        {
            "A": [seat("1", 0), seat("1", 10), seat("3", 20, category="Royal")],
            "B": [{"seat_number": "9"}, "not a seat", seat("5", 0, position={"x": 1e300, "y": 0})],
        }
    )
    plan["zones"].append({"name": "Roof"})
    assert faults(text(plan)) == {
        'zone "Stalls", row A, seat 1': (
            'seat_guid "1" appears twice, first at zone "Stalls", row A, seat 1'
        ),
        'zone "Stalls", row A, seat 3': 'category "Royal" is not one of the plan\'s',
        'zone "Stalls", row B, seat 9': "position is missing",
        'zone "Stalls", row B': "seats: item 2 is not an object",
        'zone "Stalls", row B, seat 5': "position.x is beyond ±1,000,000",
        'zone "Roof"': "rows is missing",
    }


def test_a_plan_without_seats_is_a_fault() -> None:
    assert faults(text(pretix({}))) == {"file": "the plan has no seats"}


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ("", "line 1, column 1"),
        ('{"zones": [}', "line 1, column 12"),
        ("[1, 2]", "file"),
        ('{"zones": NaN}', "file"),
        ("[" * 100_000, "file"),
        ('{"x": ' + "9" * 5000 + "}", "file"),
    ],
)
def test_what_is_not_json_or_no_plan_is_one_fault(content: str, place: str) -> None:
    assert list(faults(content)) == [place]


def test_only_so_many_faults_are_listed_but_all_are_counted() -> None:
    rows = {"A": [seat("same", n) for n in range(500)]}
    with pytest.raises(PlanInvalid) as refused:
        read_pretix(text(pretix(rows)))
    facts: dict[str, Any] = refused.value.facts()
    assert (len(facts["faults"]), facts["faultsTotal"]) == (200, 499)


@given(ODD_JSON | spoiled_plans())
def test_whatever_json_is_sent_it_is_a_plan_or_a_list_of_faults(sent: Any) -> None:
    plan = refused = None
    try:
        plan = read_pretix(text(sent))
    except PlanInvalid as error:
        refused = error
    assert lay_out(plan) if plan else is_told_well(refused)


@given(st.text())
def test_whatever_text_is_sent_it_is_refused_as_a_plan(content: str) -> None:
    with pytest.raises(PlanInvalid):
        read_pretix(content)


@given(st.lists(st.integers(1, 12), min_size=1, max_size=6), st.randoms())
def test_every_seat_of_a_plan_is_in_its_layout_once(sizes: list[int], random: Any) -> None:
    rows = {
        f"R{row}": [
            seat(f"{row}-{n}", 10 * n, category=random.choice(["Gold", "Silver"]))
            for n in range(size)
        ]
        for row, size in enumerate(sizes)
    }
    plan = read_pretix(text(pretix(rows)))
    assert from_document(to_document(plan)) == plan
    layout = lay_out(plan)
    assert layout.capacity == plan.seat_count == sum(sizes)
    numbers = [record[0] for record in layout.seats]
    assert numbers == list(range(sum(sizes)))
    assert sorted(record[4] for record in layout.seats) == numbers  # qualities are a ranking
    assert {plan.zone_names[record[5] - 1] for record in layout.seats} == set(plan.zone_names)
