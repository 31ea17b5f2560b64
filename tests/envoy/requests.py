"""The requests that both are given: every unary route, by everybody, right and wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from google.protobuf.descriptor import FieldDescriptor

from edge.routes import Route
from mesh import contract
from tests.access.conftest import World
from tests.access.sample_bodies import body_of

UNKNOWN_IDS = {
    "event_id": "ev_0000000000001",
    "venue_id": "ven_0000000000001",
    "hold_id": "hld_00000000000000000000000000",
    "order_id": "ord_00000000000000000000000000",
    "ticket_id": "tkt_00000000000000000000000000",
    "transfer_id": "trf_00000000000000000000000000",
}
QUERIES = {
    "page_size": ("1", "100", "0", "-1", "101", "x", "99999999999"),
    "page_token": ("nonsense",),
    "query": ("Evening", "Öl", "a%20b+c", ""),
    "limit": ("3", "-1"),
    "near": ("59.91,10.75", "nowhere"),
    "radius_km": ("10", "-1", "x"),
    "category": ("concert",),
    "city": ("Oslo", "Nowhere"),
    "start_after": ("2027-01-01T00:00:00Z", "noon"),
    "available": ("true", "false", "maybe"),
    "together_min": ("2",),
    "price_max": ("10000", "-1", "x"),
    "sort": ("price", "PRICE", "colour"),
    "format": ("SVG", "PNG", "2", "NOPE"),
}
_WRONG: dict[int, Any] = {
    FieldDescriptor.CPPTYPE_STRING: [7],
    FieldDescriptor.CPPTYPE_INT32: ["x", 1.5, 10**30],
    FieldDescriptor.CPPTYPE_INT64: ["x", 1.5, 10**30],
    FieldDescriptor.CPPTYPE_DOUBLE: ["x"],
    FieldDescriptor.CPPTYPE_FLOAT: ["x"],
    FieldDescriptor.CPPTYPE_BOOL: ["yes"],
    FieldDescriptor.CPPTYPE_ENUM: ["NOPE"],
    FieldDescriptor.CPPTYPE_MESSAGE: ["x"],
}


@dataclass(frozen=True)
class Case:
    """One request."""

    route: Route
    who: str
    """Empty for nobody."""
    what: str
    """Which of the kinds below."""
    path: str
    body: Any = None
    raw: bytes | None = None
    """Instead of a body: what is not JSON."""

    def __str__(self) -> str:
        sent = self.raw if self.raw is not None else self.body
        return f"{self.who or 'nobody'}: {self.route.method} {self.path} {sent!r} ({self.what})"


def cases(world: World, route: Route) -> Iterator[Case]:
    """Returns the requests of one route; those that may change something come last."""
    path = path_of(world, route)
    right = body_of(route.rpc.name, world.fields) if route.body else None
    owner = _owner(route)
    yield from _with_wrong_paths(world, route, owner, right)
    yield from _with_queries(route, owner, path, right)
    if route.body:
        yield from _with_wrong_bodies(route, owner, path, right)
    strangers = [who for who in ("", *world.people) if who != owner]
    for who in (*strangers, owner):
        yield Case(route, who, "right", path, _named(route, right))
        if route.body:
            yield Case(route, who, "empty", path, _named(route, {}))
    if route.body:  # Envoy does it
        yield Case(route, owner, "unknown field", path, _named(route, {**right, "nope": 1}))


def path_of(world: World, route: Route, **changes: str) -> str:
    """Returns a route's path with real ids, but for the changes."""
    path = route.template.text
    for name in route.template.fields:
        path = path.replace("{" + name + "}", changes.get(name, world.field(route, name)))
    return path


def _owner(route: Route) -> str:
    """Who may call a route and owns what it names."""
    if contract.PUBLIC in route.rpc.allow:
        return ""
    if contract.BUYER in route.rpc.allow:
        return "buyer"
    return "organiser" if contract.ORGANISER in route.rpc.allow else "gate"


def _named(route: Route, body: Any) -> Any:
    """Returns a body with a request id, so that the second to be asked replays what the first did."""
    if route.has_request_id and isinstance(body, dict):
        return {"requestId": uuid4().hex, **body}
    return body


def _with_wrong_paths(world: World, route: Route, owner: str, right: Any) -> Iterator[Case]:
    for name in route.template.fields:
        for what, strange in (("unknown id", UNKNOWN_IDS[name]), ("malformed id", "x%20y")):
            path = path_of(world, route, **{name: strange})
            yield Case(route, owner, what, path, _named(route, right))
    yield Case(route, owner, "unknown query field", path_of(world, route) + "?nope=1", right)


def _with_queries(route: Route, owner: str, path: str, right: Any) -> Iterator[Case]:
    if route.body:
        return
    for field in route.rpc.descriptor.input_type.fields:
        if field.name in route.template.fields:
            continue
        for value in QUERIES.get(field.name, ()):
            yield Case(route, owner, "query", f"{path}?{field.json_name}={value}", right)
        if field.name in QUERIES:
            value = QUERIES[field.name][0]
            yield Case(route, owner, "proto's name", f"{path}?{field.name}={value}", right)


def _with_wrong_bodies(route: Route, owner: str, path: str, right: Any) -> Iterator[Case]:
    for raw in (b"{", b"nonsense", b"[]", b'"text"', b"null"):
        yield Case(route, owner, "unreadable body", path, raw=raw)
    yield Case(route, "", "unreadable body", path, raw=b"{")
    if not route.has_request_id:  # without one, the second to be asked would do it again
        yield Case(route, owner, "no body", path)
    for field in route.rpc.descriptor.input_type.fields:
        for value in _WRONG[field.cpp_type]:
            wrong = [value] if field.is_repeated else value
            body = _named(route, {**right, field.json_name: wrong})
            yield Case(route, owner, "wrong type", path, body)
        if field.name != "request_id":
            yield Case(route, owner, "null", path, _named(route, {**right, field.json_name: None}))
