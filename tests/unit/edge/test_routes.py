"""The table of routes."""

import pytest

from edge import descriptors
from edge.routes import RouteTable, build_routes
from mesh.contract import SERVICE


@pytest.fixture(scope="module")
def routes() -> RouteTable:
    return build_routes()


def test_every_route_of_the_design_leads_to_its_rpc(routes: RouteTable) -> None:
    wanted = {
        ("POST", "/v1/sessions"): "StartSession",
        ("POST", "/v1/sessions:verify"): "VerifySession",
        ("GET", "/v1/events"): "SearchEvents",
        ("GET", "/v1/events:suggest"): "Suggest",
        ("GET", "/v1/events/ev_1"): "GetEvent",
        ("GET", "/v1/events/ev_1/seatmap"): "GetSeatMap",
        ("GET", "/v1/events/ev_1/availability:watch"): "WatchAvailability",
        ("POST", "/v1/events/ev_1/room:claim"): "Claim",
        ("PUT", "/v1/events/ev_1/room"): "ConfigureRoom",
        ("POST", "/v1/events/ev_1/holds"): "HoldSeats",
        ("DELETE", "/v1/holds/hld_1"): "ReleaseHold",
        ("POST", "/v1/orders/ord_1:refund"): "RefundTickets",
        ("GET", "/v1/tickets/tkt_1"): "GetTicket",
        ("GET", "/v1/tickets/tkt_1.pdf"): "RenderTicket",
        ("POST", "/v1/gate/scans"): "ScanTickets",
        ("GET", "/.well-known/jwks.json"): "GetJWKS",
    }
    found = {key: routes.find(*key) for key in wanted}
    assert {key: match and match.route.rpc.name for key, match in found.items()} == wanted


def test_a_file_ending_sets_the_format_and_not_the_id(routes: RouteTable) -> None:
    match = routes.find("GET", "/v1/tickets/tkt_1.png")
    assert match is not None
    assert (match.fields, match.route.fixed) == ({"ticket_id": "tkt_1"}, {"format": 2})


def test_an_unknown_verb_is_no_route_even_where_its_resource_is(routes: RouteTable) -> None:
    assert routes.find("GET", "/v1/orders/ord_1:explode") is None
    assert routes.methods("/v1/orders/ord_1:explode") == set()


def test_a_known_path_tells_its_methods(routes: RouteTable) -> None:
    assert routes.methods("/v1/events/ev_1") == {"GET", "PATCH"}


def test_no_route_leads_to_an_rpc_for_services_only(routes: RouteTable) -> None:
    assert [route.name for route in routes.routes if route.rpc.allow == {SERVICE}] == []


def test_what_a_success_is_comes_from_the_proto(routes: RouteTable) -> None:
    statuses = {route.rpc.name: route.success_status for route in routes.routes}
    assert (statuses["HoldSeats"], statuses["ReleaseHold"], statuses["GetHold"]) == (201, 204, 200)


def test_every_service_is_found_by_its_proto() -> None:
    names = {service.name for service in descriptors.services()}
    assert {"CatalogService", "OrderService", "GateService", "AccountService"} <= names
