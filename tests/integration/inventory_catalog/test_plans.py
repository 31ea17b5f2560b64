"""A plan is given to a venue whole or not at all."""

import json
from typing import Any

import pytest

from protos.inventory.v1 import catalog_pb2
from tests.integration.inventory_catalog.conftest import Catalog, Organiser
from tests.integration.inventory_catalog.plans import (
    generate_request,
    import_pretix,
    pretix_plan,
)

Csv = catalog_pb2.ImportPlanRequest.CSV


async def test_a_pretix_plan_is_counted_and_given_to_the_venue(
    organiser: Organiser, venue: Any
) -> None:
    plan = await organiser.call("ImportPlan", import_pretix(venue))
    assert (plan.seat_count, list(plan.zone_names), plan.section_count) == (8, ["Front", "Back"], 1)
    request = catalog_pb2.GetVenueRequest(venue_id=venue.venue_id)
    assert (await organiser.call("GetVenue", request)).plan == plan


async def test_a_csv_plan_is_read(organiser: Organiser, venue: Any) -> None:
    content = "section,row,seat,zone\nStalls,1,1,Gold\nStalls,1,2,Gold\nBalcony,1,1,Silver\n"
    request = import_pretix(venue, format=Csv, content=content)
    plan = await organiser.call("ImportPlan", request)
    assert (plan.seat_count, list(plan.zone_names)) == (3, ["Gold", "Silver"])


async def test_every_fault_is_told_with_its_place_and_nothing_is_saved(
    organiser: Organiser, venue: Any, catalog: Catalog
) -> None:
    before = await catalog.count("plans")
    plan = pretix_plan()
    seats = plan["zones"][0]["rows"][0]["seats"]
    seats[1]["seat_guid"] = seats[0]["seat_guid"]
    seats[2]["category"] = "Royal"
    seats[3]["position"] = {"x": "left", "y": 0}
    error = await organiser.refused("ImportPlan", import_pretix(venue, plan))
    assert error.reason == "PLAN_INVALID"
    assert error.facts()["faultsTotal"] == 3
    faults = {fault["place"]: fault["problem"] for fault in error.facts()["faults"]}
    assert faults == {
        'zone "Stalls", row A, seat 2': (
            'seat_guid "0-0" appears twice, first at zone "Stalls", row A, seat 1'
        ),
        'zone "Stalls", row A, seat 3': 'category "Royal" is not one of the plan\'s',
        'zone "Stalls", row A, seat 4': "position.x is not a number",
    }
    assert await catalog.count("plans") == before


async def test_a_thousand_faults_still_reach_the_caller(organiser: Organiser, venue: Any) -> None:
    """Errors travel in trailers, whose size is bounded: without a bound of ours the call itself would fail."""
    plan = pretix_plan(rows=20, seats=50)
    for row in plan["zones"][0]["rows"]:
        for seat in row["seats"]:
            seat["category"] = "Nowhere"
    error = await organiser.refused("ImportPlan", import_pretix(venue, plan))
    assert error.facts()["faultsTotal"] == 1000
    assert len(error.facts()["faults"]) == 200


@pytest.mark.parametrize(
    "content",
    ["{", "[]", "null", "NaN", "[" * 100_000, '"\\ud800"', json.dumps({"zones": {}}), "1" * 5000],
)
async def test_what_is_not_a_plan_is_refused_as_one(
    organiser: Organiser, venue: Any, content: str
) -> None:
    error = await organiser.refused("ImportPlan", import_pretix(venue, content=content))
    assert error.reason == "PLAN_INVALID"


async def test_a_drawn_plan_has_its_pools_and_wheelchair_places(
    organiser: Organiser, venue: Any
) -> None:
    plan = await organiser.call("GeneratePlan", generate_request(venue))
    assert (plan.seat_count, plan.pool_capacity, plan.accessible_count) == (18, 120, 4)


async def test_an_impossible_drawing_is_refused_with_its_place(
    organiser: Organiser, venue: Any
) -> None:
    huge = catalog_pb2.GeneratePlanRequest.Section(
        name="Everything", zone_name="Z", rows=200, seats_per_row=200, seats_added_per_row=10
    )
    request = generate_request(venue, sections=[huge] * 2, pools=[])
    error = await organiser.refused("GeneratePlan", request)
    assert error.reason == "PLAN_INVALID"
    assert {fault["place"] for fault in error.facts()["faults"]} == {
        'section "Everything"',
        "plan",
    }
