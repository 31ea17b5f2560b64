"""JSON and query texts into requests: what is wrong is named by its field."""

from typing import Any

import pytest
from google.protobuf.message import Message

from edge.incoming import read_request
from edge.json_decode import BodyInvalid, decode, parse_json
from edge.routes import build_routes
from protos.inventory.v1 import catalog_pb2, inventory_pb2
from protos.search.v1 import search_pb2

ROUTES = build_routes()


def _read(method: str, path: str, query: str = "", body: bytes = b"") -> tuple[Any, Any]:
    match = ROUTES.find(method, path)
    assert match is not None
    return read_request(match, query, body)


@pytest.mark.parametrize(
    ("message", "body", "field"),
    [
        (inventory_pb2.HoldSeatsRequest(), {"seatIds": [1]}, "seatIds[0]"),
        (inventory_pb2.HoldSeatsRequest(), {"seatIds": "s1"}, "seatIds"),
        (inventory_pb2.HoldSeatsRequest(), {"seatIds": [None]}, "seatIds[0]"),
        (inventory_pb2.HoldSeatsRequest(), {"nope": 1}, "nope"),
        (inventory_pb2.HoldSeatsRequest(), {"bestAvailable": []}, "bestAvailable"),
        (
            inventory_pb2.HoldSeatsRequest(),
            {"bestAvailable": {"quantity": 1.5}},
            "bestAvailable.quantity",
        ),
        (
            inventory_pb2.HoldSeatsRequest(),
            {"bestAvailable": {"quantity": True}},
            "bestAvailable.quantity",
        ),
        (
            inventory_pb2.HoldSeatsRequest(),
            {"bestAvailable": {"quantity": 1e30}},
            "bestAvailable.quantity",
        ),
        (
            inventory_pb2.HoldSeatsRequest(),
            {"pools": [{"poolId": "p1"}, {"poolID": "p2"}]},
            "pools[1].poolID",
        ),
        (catalog_pb2.CreateEventRequest(), {"startTime": "tomorrow"}, "startTime"),
        (catalog_pb2.CreateEventRequest(), {"startTime": "2027-02-31T00:00:00Z"}, "startTime"),
        (catalog_pb2.CreateEventRequest(), {"startTime": 5}, "startTime"),
        (
            catalog_pb2.CreateEventRequest(),
            {"zonePrices": [{"price": {"amountMinor": "1e9"}}]},
            "zonePrices[0].price.amountMinor",
        ),
        (
            catalog_pb2.CreateEventRequest(),
            {"zonePrices": [{"price": {"amountMinor": 2**63}}]},
            "zonePrices[0].price.amountMinor",
        ),
        (catalog_pb2.CreateVenueRequest(), {"latitude": "north"}, "latitude"),
        (catalog_pb2.CreateVenueRequest(), {"latitude": True}, "latitude"),
        (catalog_pb2.CreateVenueRequest(), {"latitude": 10**400}, "latitude"),
        (catalog_pb2.CreateVenueRequest(), {"time_zone": "a", "timeZone": "b"}, "timeZone"),
        (catalog_pb2.ImportPlanRequest(), {"format": "DOCX"}, "format"),
        (catalog_pb2.ImportPlanRequest(), {"format": 99}, "format"),
        (catalog_pb2.ImportPlanRequest(), {"format": True}, "format"),
    ],
)
def test_a_fault_is_told_with_the_path_of_its_field(
    message: Message, body: Any, field: str
) -> None:
    with pytest.raises(BodyInvalid) as refused:
        decode(body, message)
    assert refused.value.field == field


@pytest.mark.parametrize("body", [b"{", b"[1,", b"1e400", b"\xff", b'{"a":\x00}', b"[" * 5000])
def test_what_is_not_json_is_refused(body: bytes) -> None:
    with pytest.raises(BodyInvalid):
        parse_json(body)


@pytest.mark.parametrize("body", [b"[]", b'"x"', b"3", b"null", b"true"])
def test_a_body_that_is_no_object_is_refused(body: bytes) -> None:
    request, fault = _read("POST", "/v1/events/ev_1/holds", body=body)
    assert fault is not None
    assert request.event_id == "ev_1"


def test_both_names_of_a_field_and_both_forms_of_a_number_are_taken() -> None:
    event = catalog_pb2.CreateEventRequest()
    decode(
        {"venue_id": "v", "holdSeconds": "60", "zonePrices": [{"price": {"amountMinor": 5}}]}, event
    )
    assert (event.venue_id, event.hold_seconds) == ("v", 60)
    assert event.zone_prices[0].price.amount_minor == 5


def test_null_is_as_if_the_field_were_not_there() -> None:
    event = catalog_pb2.UpdateEventRequest()
    decode({"name": None, "artistName": ""}, event)
    assert not event.HasField("name")
    assert event.HasField("artist_name")


def test_the_path_wins_over_the_body() -> None:
    request, fault = _read("POST", "/v1/events/ev_1/holds", body=b'{"eventId": "ev_2"}')
    assert (fault, request.event_id) == (None, "ev_1")


def test_a_faulty_body_leaves_the_fields_of_the_path() -> None:
    request, fault = _read("POST", "/v1/events/ev_1/holds", body=b'{"seatIds": ["s1"], "x": 1}')
    assert fault is not None
    assert request == inventory_pb2.HoldSeatsRequest(event_id="ev_1")


def test_a_query_sets_fields_of_every_kind() -> None:
    request, fault = _read(
        "GET",
        "/v1/events",
        "query=a%20b&radiusKm=2.5&page_size=7&available=true&priceMax=9500"
        "&startAfter=2027-01-01T00:00:00Z",
    )
    assert fault is None
    wanted = search_pb2.SearchEventsRequest(
        query="a b", radius_km=2.5, page_size=7, available=True, price_max=9500
    )
    wanted.start_after.FromJsonString("2027-01-01T00:00:00Z")
    assert request == wanted


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("colour=red", "colour"),
        ("pageSize=ten", "pageSize"),
        ("pageSize=1e400", "pageSize"),
        ("pageSize=99999999999", "pageSize"),
        ("available=maybe", "available"),
        ("startAfter=noon", "startAfter"),
        ("query=a&query=b", "query"),
        ("startAfter.seconds=1", "startAfter.seconds"),
        ("radiusKm=NaN", "radiusKm"),
    ],
)
def test_a_faulty_query_is_told_by_its_field(query: str, field: str) -> None:
    _, fault = _read("GET", "/v1/events", query)
    assert fault is not None
    assert fault.field == field


def test_a_field_of_the_path_or_the_body_does_not_belong_in_the_query() -> None:
    _, in_path = _read("GET", "/v1/events/ev_1", "eventId=ev_2")
    _, in_body = _read("POST", "/v1/orders", "holdId=hld_1")
    assert (in_path.field, in_body.field) == ("eventId", "holdId")


def test_the_body_of_a_delete_is_not_read() -> None:
    request, fault = _read("DELETE", "/v1/holds/hld_1", body=b"{nonsense")
    assert (request.hold_id, fault) == ("hld_1", None)


def test_a_query_that_is_not_utf8_is_refused() -> None:
    _, fault = _read("GET", "/v1/events", "query=%ff")
    assert fault is not None
