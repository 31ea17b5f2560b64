"""A walk through every route with everything that a careless or hostile client may send.

Each request is made by somebody who may make it, and is wrong in one place. It is refused with a problem that has a
reason; nothing breaks, and nothing is written.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from google.protobuf.descriptor import FieldDescriptor

from edge.routes import Route, build_routes
from mesh import contract
from tests.access.conftest import World
from tests.access.sample_bodies import body_of

pytestmark = pytest.mark.stack

ROUTES = {route.name: route for route in build_routes().routes}
REFUSALS = {400, 401, 403, 404, 409, 413}
NOT_JSON = [b"{", b"[1,", b'{"a":}', b"\xff\xfe", b"1e400", b"nonsense", b"[" * 3000, b'{"\x00":1}']
NOT_AN_OBJECT = [b"[]", b'"text"', b"7", b"true", b"null"]
STRANGE_IDS = [
    "0", "x" * 2000, "ev_0", "ev_zzzzzzzzzzzzz", "ord_zzzzzzzzzzzzzzzzzzzzzzzzzz", "hld_",
    "tkt_00000000000000000000000000", "ven_0000000000000", "%00", "%ff%fe", "%F0%9F%8E%AB",
    "..%2f..%2fetc", "' OR 1=1 --", "EV_0AMC6FHQYCQYJ", "-1", "null", "ev_ıııııııııııı",
]  # fmt: skip
RAW = "\x01raw:"
"""Marks a number that JSON of the standard library cannot write."""
_INTEGERS = ["x", 1.5, True, [], {}, "1e9", 10**30, f"{RAW}1e400", f"{RAW}-1e400"]
_FLOATS = ["x", True, [], {}, "NaN", f"{RAW}1e400", f"{RAW}NaN"]
_WRONG: dict[int, list[Any]] = {
    FieldDescriptor.CPPTYPE_STRING: [7, True, [], {}],
    FieldDescriptor.CPPTYPE_INT32: _INTEGERS,
    FieldDescriptor.CPPTYPE_INT64: _INTEGERS,
    FieldDescriptor.CPPTYPE_DOUBLE: _FLOATS,
    FieldDescriptor.CPPTYPE_FLOAT: _FLOATS,
    FieldDescriptor.CPPTYPE_BOOL: ["yes", 1, [], {}],
    FieldDescriptor.CPPTYPE_ENUM: ["NOPE", 99, True, [], {}],
}
_WRONG_TIMES = ["noon", 7, {}, [], "2027-13-01T00:00:00Z", "2027-06-01", "99999-01-01T00:00:00Z"]
_WRONG_MESSAGES = ["x", 7, [], True]


def _may(route: Route) -> str:
    """Returns who may call a route and owns what it names; empty for nobody in particular."""
    if contract.PUBLIC in route.rpc.allow:
        return ""
    if contract.BUYER in route.rpc.allow:
        return "buyer"
    return "organiser" if contract.ORGANISER in route.rpc.allow else "gate"


def _wrong_values(field: FieldDescriptor) -> list[Any]:
    if field.is_repeated:
        return ["x", 7, {}, [None], *[[value] for value in _wrong_items(field)]]
    return _wrong_items(field)


def _wrong_items(field: FieldDescriptor) -> list[Any]:
    if field.message_type is not None:
        is_time = field.message_type.full_name == "google.protobuf.Timestamp"
        return _WRONG_TIMES if is_time else _WRONG_MESSAGES
    return _WRONG[field.cpp_type]


def _set_somewhere(body: Any, message: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yields (what, body) for every field of a message, and of those inside it, with each wrong value."""
    for field in message.fields:
        name = field.json_name
        for value in _wrong_values(field):
            yield f"{path}{name}={value!r:.40}", {**body, name: value}
        if field.message_type is None or not field.message_type.full_name.startswith("onsale."):
            continue
        inner = body.get(name) or {}
        item = inner[0] if isinstance(inner, list) and inner else {} if field.is_repeated else inner
        for what, wrong in _set_somewhere(item, field.message_type, f"{path}{name}."):
            yield what, {**body, name: [wrong] if field.is_repeated else wrong}


def _written(body: Any) -> bytes:
    text = json.dumps(body)
    marker = json.dumps(RAW)[1:-1]
    while marker in text:
        before, _, rest = text.partition(f'"{marker}')
        number, _, after = rest.partition('"')
        text = before + number + after
    return text.encode()


class Walker:
    """Makes the requests of one route."""

    def __init__(self, world: World, route: Route) -> None:
        self.world = world
        self.route = route
        self.count = 0
        self.faults: list[str] = []

    def path(self, **changes: str) -> str:
        """Returns the route's path with real ids, but for the changes."""
        path = self.route.template.text
        for name in self.route.template.fields:
            own = self.world.field(self.route, name)
            path = path.replace("{" + name + "}", changes.get(name, own))
        return path

    async def ask(
        self,
        what: str,
        wanted: set[int],
        *,
        path: str = "",
        content: bytes | None = None,
        headers: dict[str, bytes] | None = None,
    ) -> None:
        """Makes one request, and takes note when it is not refused as it should be."""
        who = _may(self.route)
        sent = {"Content-Type": b"application/json"}
        if who:
            sent["Authorization"] = f"Bearer {self.world.people[who].token}".encode()
        reply = await self.world.site.client.request(
            self.route.method, path or self.path(), content=content, headers=sent | (headers or {})
        )
        self.count += 1
        kind = reply.headers.get("content-type", "")
        is_problem = kind == "application/problem+json" and reply.json().get("reason")
        if reply.status_code not in wanted or not is_problem:
            self.faults.append(f"{what}: {reply.status_code} {reply.text[:160]}")


@pytest.fixture
def walker(world: World, request: pytest.FixtureRequest) -> Walker:
    return Walker(world, ROUTES[request.param])


def _every(routes: list[str]) -> Any:
    return pytest.mark.parametrize("walker", routes, indirect=True)


_WITH_BODY = [name for name, route in ROUTES.items() if route.body]
_WITH_IDS = [name for name, route in ROUTES.items() if route.template.fields]


@_every(_WITH_BODY)
async def test_a_wrong_body_is_refused(walker: Walker) -> None:
    route, world = walker.route, walker.world
    before = await world.row_counts()
    for content in (*NOT_JSON, *NOT_AN_OBJECT):
        await walker.ask(f"{content[:20]!r}", {400}, content=content)
    right = body_of(route.rpc.name, world.fields)
    await walker.ask("unknown field", {400}, content=_written({**right, "nope": 1}))
    message = route.rpc.descriptor.input_type
    for what, body in _set_somewhere(right, message):
        await walker.ask(what, {400}, content=_written(body))
    assert walker.faults == []
    assert walker.count > len(NOT_JSON)
    assert await world.row_counts() == before


@_every(_WITH_BODY)
async def test_texts_that_are_too_long_or_odd_are_refused(walker: Walker) -> None:
    """Ids in a body that are of nothing are 404 or 409, as the RPC has it; never 5xx, and never kept."""
    route, world = walker.route, walker.world
    before = await world.row_counts()
    right = body_of(route.rpc.name, world.fields)
    for field in route.rpc.descriptor.input_type.fields:
        is_text = field.type == FieldDescriptor.TYPE_STRING and not field.is_repeated
        if not is_text or field.name in (*route.template.fields, "request_id", "content"):
            continue
        for value in ("x" * 20_000, "a\0b"):
            body = {**right, field.json_name: value}
            await walker.ask(f"{field.name} {value[:5]!r}", REFUSALS, content=_written(body))
    assert walker.faults == []
    assert await world.row_counts() == before


@_every(_WITH_BODY)
async def test_a_body_that_is_too_large_is_refused_before_anything_else(walker: Walker) -> None:
    is_plan = walker.route.rpc.name == "ImportPlan"
    size = (10 if is_plan else 2) * 1024 * 1024
    await walker.ask("large", {413}, content=b'{"x":"' + b"y" * size + b'"}')
    headers = {"Authorization": b"Bearer none"}
    await walker.ask("large, nobody", {413}, content=b" " * size, headers=headers)
    assert walker.faults == []


@_every(_WITH_IDS)
async def test_an_id_of_nothing_is_not_found(walker: Walker) -> None:
    route, world = walker.route, walker.world
    before = await world.row_counts()
    right = _written(body_of(route.rpc.name, world.fields)) if route.body else None
    for name in route.template.fields:
        for strange in STRANGE_IDS:
            await walker.ask(
                strange[:30], {404}, path=walker.path(**{name: strange}), content=right
            )
    assert walker.faults == []
    assert await world.row_counts() == before


@_every([name for name, route in ROUTES.items() if route.method == "GET" and not route.is_stream])
async def test_a_wrong_query_is_refused(walker: Walker) -> None:
    route = walker.route
    await walker.ask("unknown", {400}, path=f"{walker.path()}?nope=1")
    await walker.ask("not UTF-8", {400}, path=f"{walker.path()}?nope=%ff")
    names = {field.name for field in route.rpc.descriptor.input_type.fields}
    wrong = {
        "page_size": ["-1", "101", "1000000000", "x", "1e400", "99999999999999999999", "1.5", ""],
        "page_token": ["x", "%00", "W10", "x" * 2000, "bnVsbA", "WzEsMiwzXQ"],
        "limit": ["-1", "1000000000", "x"],
        "near": ["x", "1", "1,2,3", "91,", "999,999", "nan,nan"],
        "radius_km": ["-1", "NaN", "1e400", "x", "99999999"],
        "start_after": ["noon", "7"],
        "price_max": ["-1", "1e400", "x", "99999999999999999999"],
        "available": ["maybe"],
        "together_min": ["-1", "1000"],
        "sort": ["colour"],
        "query": ["x" * 5000, "%00"],
    }
    for name in names & wrong.keys():
        json_name = route.rpc.descriptor.input_type.fields_by_name[name].json_name
        for value in wrong[name]:
            path = f"{walker.path()}?{json_name}={value}"
            await walker.ask(f"{name}={value[:30]}", {400}, path=path)
    assert walker.faults == []


@_every(list(ROUTES))
async def test_a_token_that_is_none_and_headers_that_are_odd_break_nothing(walker: Walker) -> None:
    route, world = walker.route, walker.world
    right = _written({**body_of(route.rpc.name, world.fields), "nope": 1}) if route.body else None
    if contract.PUBLIC not in route.rpc.allow:
        other = world.fields["ticket_id"]
        for token in ("x", "x.y.z", "é", "a" * 30_000, other, "null"):
            headers = {"Authorization": f"Bearer {token}".encode()}
            await walker.ask(f"token {token[:10]}", {401}, content=right, headers=headers)
    if route.has_request_id and route.body:
        for key in ("", "x" * 129, "é" * 10):
            headers = {"Idempotency-Key": key.encode()}
            await walker.ask(f"key {key[:10]}", {400}, content=right, headers=headers)
    assert walker.faults == []
