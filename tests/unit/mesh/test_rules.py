"""The field rules of the protos are kept, field by field."""

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from mesh import rules
from protos.inventory.v1 import catalog_pb2, inventory_pb2
from protos.mesh.v1 import money_pb2
from protos.ticket.v1 import gate_pb2


def fields(message: object) -> list[str]:
    return [field for field, _ in rules.violations(message)]  # type: ignore[arg-type]


def venue(**changes: object) -> catalog_pb2.CreateVenueRequest:
    given = {"name": "Hall", "city": "Oslo", "country_code": "NO", "time_zone": "Europe/Oslo"}
    return catalog_pb2.CreateVenueRequest(**{**given, **changes})  # type: ignore[arg-type]


def test_a_good_request_breaks_nothing() -> None:
    assert rules.violations(venue()) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "   "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"country_code": "no"}, "countryCode"),
        ({"latitude": 90.5}, "latitude"),
        ({"latitude": float("nan")}, "latitude"),
        ({"longitude": float("-inf")}, "longitude"),
    ],
)
def test_a_broken_rule_names_its_field(changes: dict[str, object], field: str) -> None:
    assert fields(venue(**changes)) == [field]


def test_what_a_gate_read_may_hold_any_character() -> None:
    scan = gate_pb2.Scan(scan_id="1", code="a\0b")
    assert fields(gate_pb2.ScanTicketsRequest(gate_id="A", scans=[scan])) == []
    named = gate_pb2.Scan(scan_id="a\0b", code="c")
    assert fields(gate_pb2.ScanTicketsRequest(gate_id="A", scans=[named])) == ["scans[0].scanId"]


@pytest.mark.parametrize(
    ("seconds", "nanos"), [(10**15, 0), (-(10**15), 0), (0, -1), (0, 10**9), (-62_135_596_801, 0)]
)
def test_numbers_that_are_no_time_are_refused(seconds: int, nanos: int) -> None:
    scan = gate_pb2.Scan(scan_id="1", scan_time=Timestamp(seconds=seconds, nanos=nanos))
    assert fields(gate_pb2.ScanTicketsRequest(gate_id="A", scans=[scan])) == ["scans[0].scanTime"]


def test_the_first_and_the_last_second_are_times() -> None:
    for seconds in (-62_135_596_800, 253_402_300_799):
        scan = gate_pb2.Scan(scan_id="1", scan_time=Timestamp(seconds=seconds, nanos=999_999_999))
        assert fields(gate_pb2.ScanTicketsRequest(gate_id="A", scans=[scan])) == []


def test_rules_hold_inside_lists_with_the_place_named() -> None:
    request = inventory_pb2.HoldSeatsRequest(
        pools=[inventory_pb2.PoolQuantity(pool_id="p1", quantity=1), inventory_pb2.PoolQuantity()]
    )
    assert fields(request) == ["pools[1].poolId", "pools[1].quantity"]


def test_an_absent_optional_field_is_not_checked_and_a_present_one_is() -> None:
    assert fields(catalog_pb2.UpdateVenueRequest()) == []
    assert fields(catalog_pb2.UpdateVenueRequest(latitude=-91)) == ["latitude"]


def test_a_list_has_a_bound_and_an_unknown_enum_value_is_refused() -> None:
    request = inventory_pb2.HoldSeatsRequest(seat_ids=["s1"] * 101)
    assert fields(request) == ["seatIds"]
    plan = catalog_pb2.ImportPlanRequest(format=99, content="x")  # type: ignore[arg-type]
    assert fields(plan) == ["format"]


def test_a_required_message_must_be_there() -> None:
    assert fields(catalog_pb2.ZonePrice(zone_name="A")) == ["price"]
    assert fields(catalog_pb2.ZonePrice(zone_name="A", price=money_pb2.Money())) == []
