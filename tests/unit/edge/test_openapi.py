"""The API's description."""

import json
import re
from typing import Any

import pytest

from edge.openapi.comments import read_comments
from edge.openapi.document import build_document
from edge.routes import build_routes


@pytest.fixture(scope="module")
def openapi() -> Any:
    return json.loads(build_document(build_routes(), read_comments()))


def _operations(openapi: Any) -> list[tuple[str, str, Any]]:
    return [
        (path, method, operation)
        for path, item in openapi["paths"].items()
        for method, operation in item.items()
    ]


def test_every_route_is_described_once_with_words_and_callers(openapi: Any) -> None:
    operations = _operations(openapi)
    assert len(operations) == len(build_routes().routes)
    assert all(operation["description"] for _, _, operation in operations)
    assert all(operation["x-access"] for _, _, operation in operations)
    names = [operation["operationId"] for _, _, operation in operations]
    assert len(names) == len(set(names))


def test_every_reference_leads_somewhere(openapi: Any) -> None:
    for reference in set(re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(openapi))):
        target = openapi
        for step in reference.split("/"):
            target = target[step]
        assert target


def test_path_parameters_are_those_of_the_path(openapi: Any) -> None:
    for path, _, operation in _operations(openapi):
        named = {p["name"] for p in operation["parameters"] if p["in"] == "path"}
        assert named == set(re.findall(r"\{([^}]+)\}", path))


def test_field_rules_become_limits(openapi: Any) -> None:
    schemas = openapi["components"]["schemas"]
    best = schemas["BestAvailable"]["properties"]["quantity"]
    assert (best["minimum"], best["maximum"]) == (1, 100)
    assert schemas["CreateVenueRequest"]["properties"]["countryCode"]["pattern"] == "^(?:[A-Z]{2})$"
    assert "name" in schemas["CreateVenueRequest"]["required"]
    assert "maxLength" not in schemas["Ticket"]["properties"]["code"]


def test_what_the_path_sets_is_not_in_the_body(openapi: Any) -> None:
    body = openapi["components"]["schemas"]["HoldSeatsRequest"]["properties"]
    assert "eventId" not in body
    assert "requestId" not in body
    assert "seatIds" in body


def test_only_public_routes_go_without_a_token(openapi: Any) -> None:
    for _, _, operation in _operations(openapi):
        assert ("security" in operation) is ("PUBLIC" not in operation["x-access"])
