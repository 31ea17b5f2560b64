"""Venues belong to their organiser."""

from typing import Any

import pytest

from protos.inventory.v1 import catalog_pb2
from tests.integration.inventory_catalog.conftest import Catalog, Organiser, venue_request


async def test_a_venue_is_returned_as_it_was_made(organiser: Organiser) -> None:
    made = await organiser.call("CreateVenue", venue_request(name="  Lantern Hall "))
    found = await organiser.call("GetVenue", catalog_pb2.GetVenueRequest(venue_id=made.venue_id))
    assert found == made
    assert made.name == "Lantern Hall"
    assert not made.HasField("plan")


async def test_another_organisers_venue_does_not_exist(catalog: Catalog, venue: Any) -> None:
    other = catalog.organiser()
    for method, request in [
        ("GetVenue", catalog_pb2.GetVenueRequest(venue_id=venue.venue_id)),
        ("UpdateVenue", catalog_pb2.UpdateVenueRequest(venue_id=venue.venue_id, name="Mine")),
        ("ImportPlan", catalog_pb2.ImportPlanRequest(venue_id=venue.venue_id)),  # 404 before 400
        ("GeneratePlan", catalog_pb2.GeneratePlanRequest(venue_id=venue.venue_id)),
        ("CreateEvent", catalog_pb2.CreateEventRequest(venue_id=venue.venue_id)),
    ]:
        assert (await other.refused(method, request)).reason == "VENUE_NOT_FOUND", method


@pytest.mark.parametrize("venue_id", ["", "ven_", "ven_zzzzzzzzzzzzz", "ev_0000000000000", "💥"])
async def test_what_is_not_a_venue_id_is_not_found(organiser: Organiser, venue_id: str) -> None:
    error = await organiser.refused("GetVenue", catalog_pb2.GetVenueRequest(venue_id=venue_id))
    assert error.reason == "VENUE_NOT_FOUND"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "   "}, "name"),
        ({"time_zone": "Europe/Atlantis"}, "timeZone"),
        ({"time_zone": "../../etc/passwd"}, "timeZone"),
        ({"country_code": "no"}, "countryCode"),
        ({"latitude": 91.0}, "latitude"),
        ({"longitude": float("nan")}, "longitude"),
    ],
)
async def test_a_faulty_venue_is_refused_naming_the_field(
    organiser: Organiser, changes: dict[str, Any], field: str
) -> None:
    error = await organiser.refused("CreateVenue", venue_request(**changes))
    assert (error.reason, error.facts()["field"]) == ("INVALID_ARGUMENT", field)


async def test_a_buyer_makes_no_venues(catalog: Catalog) -> None:
    error = await catalog.organiser("buyer").refused("CreateVenue", venue_request())
    assert error.code.name == "PERMISSION_DENIED"


async def test_only_the_given_fields_change(organiser: Organiser, venue: Any) -> None:
    changes = catalog_pb2.UpdateVenueRequest(venue_id=venue.venue_id, city="Bergen", latitude=0.0)
    changed = await organiser.call("UpdateVenue", changes)
    assert (changed.city, changed.latitude, changed.name) == ("Bergen", 0.0, venue.name)
    blank = catalog_pb2.UpdateVenueRequest(venue_id=venue.venue_id, country_code="")
    assert (await organiser.refused("UpdateVenue", blank)).facts()["field"] == "countryCode"


async def test_every_venue_is_on_exactly_one_page(organiser: Organiser) -> None:
    made = [
        (await organiser.call("CreateVenue", venue_request(name=f"Hall {number}"))).venue_id
        for number in range(5)
    ]
    listed, token = [], ""
    for _ in range(3):
        request = catalog_pb2.ListVenuesRequest(page_size=2, page_token=token)
        page = await organiser.call("ListVenues", request)
        listed += [venue.venue_id for venue in page.venues]
        token = page.next_page_token
    assert listed == sorted(made, reverse=True)
    assert token == ""


@pytest.mark.parametrize("token", ["nonsense", "e30", "W1siYSJdLCIiLDFd", "W1sxXSwiIiwxXQ"])
async def test_a_page_token_that_is_not_ours_is_refused(organiser: Organiser, token: str) -> None:
    request = catalog_pb2.ListVenuesRequest(page_token=token)
    assert (await organiser.refused("ListVenues", request)).reason == "PAGE_TOKEN_INVALID"


async def test_the_same_request_makes_one_venue(organiser: Organiser, catalog: Catalog) -> None:
    before = await catalog.count("venues")
    first = await organiser.call("CreateVenue", venue_request(request_id="r1"))
    again = await organiser.call("CreateVenue", venue_request(request_id="r1"))
    assert again == first
    assert await catalog.count("venues") == before + 1
    other = await organiser.refused("CreateVenue", venue_request(request_id="r1", name="Other"))
    assert other.reason == "IDEMPOTENCY_KEY_REUSED"
