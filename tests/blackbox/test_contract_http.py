"""HTTP as the contract has it: sizes, addresses, methods and the order of checks, before any seat is touched."""

from typing import Any

import pytest

from tests.people import Person, Reply, Site

MEBIBYTE = 1024 * 1024
NO_SUCH_EVENT = "ev_0000000000000"


async def send(site: Site, method: str, path: str, content: bytes = b"", token: str = "") -> Reply:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    reply = await site.client.request(method, path, content=content, headers=headers)
    is_json = reply.content and "json" in reply.headers.get("content-type", "")
    return Reply(reply.status_code, reply.json() if is_json else reply.content, reply.headers)


def assert_problem(reply: Reply, status: int, reason: str) -> None:
    assert (reply.status, reply.reason) == (status, reason), reply.body
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.body["status"] == status
    assert reply.body["title"]
    assert reply.body["detail"]


async def test_a_body_has_its_bound_and_a_plan_has_a_larger_one(
    site: Site, organiser: Person
) -> None:
    venue_id = (await organiser.venue())["venueId"]
    plan_path = f"/v1/venues/{venue_id}:importPlan"
    for path, bound, within in (
        ("/v1/orders", MEBIBYTE, "INVALID_ARGUMENT"),
        (plan_path, 8 * MEBIBYTE, "INVALID_ARGUMENT"),
        ("/v1/webhooks/stripe", MEBIBYTE, "SIGNATURE_INVALID"),
    ):
        reply = await send(site, "POST", path, b"x" * (bound + 1), organiser.token)
        assert_problem(reply, 413, "BODY_TOO_LARGE")
        reply = await send(site, "POST", path, b"x" * bound, organiser.token)
        assert_problem(reply, 400, within)


async def test_size_comes_before_who_and_who_before_role_before_what_before_how(
    site: Site, organiser: Person, gate: Person
) -> None:
    buyer, stranger = await site.sign_in(), await site.sign_in_with("organiser")
    event_id = (await organiser.standing_event(5))["eventId"]
    path = f"/v1/events/{event_id}:cancel"
    nonsense = b'{"nonsense'
    large = b"x" * (MEBIBYTE + 1)
    assert_problem(await send(site, "POST", path, large), 413, "BODY_TOO_LARGE")
    assert_problem(await send(site, "POST", path, nonsense), 401, "UNAUTHENTICATED")
    assert_problem(await send(site, "POST", path, nonsense, "a.b.c"), 401, "TOKEN_INVALID")
    for person in (buyer, gate):
        reply = await send(site, "POST", path, nonsense, person.token)
        assert_problem(reply, 403, "ROLE_REQUIRED")
    reply = await send(site, "POST", path, nonsense, stranger.token)
    assert_problem(reply, 404, "EVENT_NOT_FOUND")
    reply = await send(
        site, "POST", f"/v1/events/{NO_SUCH_EVENT}:cancel", nonsense, organiser.token
    )
    assert_problem(reply, 404, "EVENT_NOT_FOUND")
    reply = await send(site, "POST", path, nonsense, organiser.token)
    assert_problem(reply, 400, "INVALID_ARGUMENT")
    (await organiser.ask("POST", path, {})).expect(200)
    room = await organiser.ask("PUT", f"/v1/events/{event_id}/room", {"capacity": 0})
    assert_problem(room, 400, "INVALID_ARGUMENT")
    room = await organiser.ask("PUT", f"/v1/events/{event_id}/room", {"capacity": 1})
    assert_problem(room, 409, "EVENT_CANCELLED")


async def test_addresses_and_methods_that_are_not_there_are_problems_too(site: Site) -> None:
    for path in ("/v1/nothing", "/v1", "/v1/events/", "/nothing", "/v1/events:nonsense"):
        assert_problem(await send(site, "GET", path), 404, "ROUTE_NOT_FOUND")
    for method, path, allowed in (
        ("DELETE", "/v1/orders", {"GET", "POST"}),
        ("GET", "/v1/sessions", {"POST"}),
        ("GET", "/v1/webhooks/stripe", {"POST"}),
        ("POST", "/openapi.json", {"GET"}),
    ):
        reply = await send(site, method, path)
        assert_problem(reply, 405, "METHOD_NOT_ALLOWED")
        assert allowed <= set(reply.headers["allow"].split(", "))
    assert_problem(await send(site, "NONSENSE", "/v1/events"), 400, "REQUEST_MALFORMED")
    head = await send(site, "HEAD", "/v1/events")
    assert (head.status, head.body) == (200, b"")


@pytest.mark.parametrize(
    "query",
    [
        "pageSize=-1",
        "pageSize=101",
        "pageSize=1000000000",
        "pageSize=99999999999999999999999",
        "pageSize=1&pageSize=2",
        "pageSize=",
        "priceMax=-1",
        "priceMax=99999999999999999999",
        "near=91,0",
        "near=1,1&radiusKm=1e400",
        "sort=distance",
        "startAfter=tomorrow",
        "available=perhaps",
        "query=%ff",
        "query=%00",
        "nonsense=1",
    ],
)
async def test_a_query_that_makes_no_sense_is_refused(site: Site, query: str) -> None:
    assert_problem(await send(site, "GET", f"/v1/events?{query}"), 400, "INVALID_ARGUMENT")


async def test_a_stream_refuses_what_its_service_would_refuse(
    site: Site, organiser: Person
) -> None:
    event_id = (await organiser.standing_event(5))["eventId"]
    path = f"/v1/events/{event_id}/availability:watch"
    for version in ("-1", "abc", "99999999999999999999"):
        refused = await send(site, "GET", f"{path}?fromVersion={version}")
        assert_problem(refused, 400, "INVALID_ARGUMENT")
    unknown = await send(site, "GET", f"/v1/events/{NO_SUCH_EVENT}/availability:watch")
    assert_problem(unknown, 404, "EVENT_NOT_FOUND")


async def test_bodies_are_strict_json(site: Site) -> None:
    buyer = await site.sign_in()
    bodies: list[Any] = [
        b"{",
        b"null",
        b"[]",
        b"holdId=x",
        b'{"holdId": 5}',
        b'{"holdId": "\xff"}',
        b'{"holdId": "x", "nonsense": 1}',
        b"[" * 100_000,
        b"",
    ]
    for body in bodies:
        reply = await send(site, "POST", "/v1/orders", body, buyer.token)
        assert_problem(reply, 400, "INVALID_ARGUMENT")
    reply = await send(site, "POST", "/v1/orders", b'{"holdId": "hld_nonsense"}', buyer.token)
    assert_problem(reply, 404, "HOLD_NOT_FOUND")
