"""Every route against every kind of person, on the whole stack: made from the annotations.

Nobody gets what is another's; it is 404 for them, as if it were not there, and nothing is written.
"""

from __future__ import annotations

from typing import Any

import pytest

from edge.routes import Route, build_routes
from mesh import contract
from tests.access.conftest import World
from tests.access.sample_bodies import body_of
from tests.people import Reply

pytestmark = pytest.mark.stack

ROUTES = {route.name: route for route in build_routes().routes}
ROLES = {
    "buyer": {"buyer"},
    "other buyer": {"buyer"},
    "gate": {"buyer", "gate"},
    "other gate": {"buyer", "gate"},
    "organiser": {"buyer", "organiser"},
    "other organiser": {"buyer", "organiser"},
}
_OWNED_BY_BUYER = {"hold_id", "order_id", "ticket_id", "transfer_id"}
_OWNED_BY_ORGANISER = {"venue_id", "event_id"}
# Ids that name what is owned, where the body has them.
_IN_BODY = {"CreateOrder": "hold_id", "ScanTickets": "event_id", "CreateEvent": "venue_id"}


def path_of(world: World, route: Route) -> str:
    """Returns a route's path with real ids."""
    path = route.template.text
    for name in route.template.fields:
        path = path.replace("{" + name + "}", world.field(route, name))
    return path


async def ask(world: World, route: Route, who: str, body: Any = None) -> Reply:
    """Makes a route's request as somebody, or as nobody."""
    token = world.people[who].token if who else ""
    sent = body if route.body else None
    return await world.site.request(route.method, path_of(world, route), body=sent, token=token)


def may_by_role(route: Route, who: str) -> bool:
    """Tells whether somebody's roles open a route."""
    wanted = {contract.BUYER: "buyer", contract.ORGANISER: "organiser", contract.GATE: "gate"}
    opens = {wanted[kind] for kind in route.rpc.allow if kind in wanted}
    return contract.PUBLIC in route.rpc.allow or bool(opens & ROLES[who])


def owners(route: Route) -> set[str] | None:
    """Returns who owns what a route names; None where it names nothing that is owned."""
    named = {*route.template.fields, _IN_BODY.get(route.rpc.name, "")}
    is_for_staff = not route.rpc.allow & {contract.PUBLIC, contract.BUYER}
    if named & _OWNED_BY_BUYER:
        return {"buyer"}
    if named & _OWNED_BY_ORGANISER and is_for_staff:
        return {"organiser", "gate"}
    return None


@pytest.mark.parametrize("name", ROUTES)
async def test_nobody_is_asked_to_sign_in(world: World, name: str) -> None:
    route = ROUTES[name]
    if contract.PUBLIC in route.rpc.allow:
        pytest.skip("for everybody")
    for body in ({}, {"nonsense": 1}, body_of(route.rpc.name, world.fields)):
        reply = await ask(world, route, "", body)
        assert (reply.status, reply.reason) == (401, "UNAUTHENTICATED"), reply.body


@pytest.mark.parametrize("name", ROUTES)
async def test_who_lacks_the_role_is_told_so_whatever_the_body(world: World, name: str) -> None:
    route = ROUTES[name]
    strangers = [who for who in ROLES if not may_by_role(route, who)]
    if not strangers:
        pytest.skip("for everybody who is signed in")
    for who in strangers:
        for body in ({"nonsense": 1}, body_of(route.rpc.name, world.fields)):
            reply = await ask(world, route, who, body)
            assert (reply.status, reply.reason) == (403, "ROLE_REQUIRED"), (who, reply.body)


@pytest.mark.parametrize("name", ROUTES)
async def test_what_is_anothers_is_not_there(world: World, name: str) -> None:
    """404 for a right body and for a wrong one, and every table as long as before."""
    route = ROUTES[name]
    owned_by = owners(route)
    if owned_by is None:
        pytest.skip("names nothing that is owned")
    before = await world.row_counts()
    for who in ROLES:
        if who in owned_by or not may_by_role(route, who):
            continue
        bodies = [body_of(route.rpc.name, world.fields)]
        if route.template.fields:
            bodies.append({"nonsense": 1})
        for body in bodies:
            reply = await ask(world, route, who, body)
            assert reply.status == 404, (who, body, reply.body)
            assert reply.reason.endswith("_NOT_FOUND"), reply.body
    assert await world.row_counts() == before


@pytest.mark.parametrize("name", [name for name, r in ROUTES.items() if r.method == "GET"])
async def test_who_may_look_sees(world: World, name: str) -> None:
    route = ROUTES[name]
    if route.is_stream:
        pytest.skip("followed in other tests")
    owned_by = owners(route)
    for who in ROLES:
        if not may_by_role(route, who) or (owned_by is not None and who not in owned_by):
            continue
        reply = await ask(world, route, who)
        assert reply.status == 200, (who, reply.body)
