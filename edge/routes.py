"""The table of routes, made from the annotations of every RPC."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from google.api import annotations_pb2, http_pb2
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.empty_pb2 import Empty

from edge import descriptors
from edge.path_templates import PathTemplate, compile_template, split_verb
from mesh.contract import Rpc
from protos.mesh.v1 import options_pb2
from protos.ticket.v1 import ticket_pb2

HTTP_BODY = "google.api.HttpBody"

_RENDER = "/onsale.ticket.v1.TicketService/RenderTicket"
_PICTURE = ticket_pb2.RenderTicketRequest
# Addresses that people know a thing by, where an annotation cannot say them: the file ending is the format.
ALIASES: tuple[tuple[str, str, dict[str, Any]], ...] = (
    (_RENDER, "/v1/tickets/{ticket_id}.svg", {"format": _PICTURE.SVG}),
    (_RENDER, "/v1/tickets/{ticket_id}.png", {"format": _PICTURE.PNG}),
    (_RENDER, "/v1/tickets/{ticket_id}.pdf", {"format": _PICTURE.PDF}),
)


class RouteInvalid(ValueError):
    """An annotation names a field that its request does not have."""


@dataclass(frozen=True, eq=False)
class Route:
    """One method and template that lead to an RPC."""

    method: str
    template: PathTemplate
    rpc: Rpc
    neighbour: str
    body: str
    """"*" for the whole request, a field's name, or empty for none."""
    response_body: str
    success_status: int
    fixed: dict[str, Any] = field(default_factory=dict)
    """Fields that the address itself sets."""

    @cached_property
    def is_stream(self) -> bool:
        """True where the reply is a stream of messages."""
        return bool(self.rpc.descriptor.server_streaming)

    @cached_property
    def is_raw(self) -> bool:
        """True where the reply is a body of its own content type."""
        return bool(self.rpc.descriptor.output_type.full_name == HTTP_BODY)

    @cached_property
    def has_request_id(self) -> bool:
        """True where the call may be repeated under an Idempotency-Key."""
        return "request_id" in self.rpc.descriptor.input_type.fields_by_name

    @cached_property
    def name(self) -> str:
        """The route as one reads it, for metrics and documents."""
        return f"{self.method} {self.template.text}"


@dataclass(frozen=True)
class Match:
    """A route that fits, with the fields of its path."""

    route: Route
    fields: dict[str, str]


Shape = tuple[str, int | None, str | None, str | None]
"""A verb, a number of segments, and the first two segments and the last where they are literals: what is compared by
hash, so that a request meets few patterns."""


class RouteTable:
    """Finds the route of a request."""

    def __init__(self, routes: list[Route]) -> None:
        self.routes = routes
        self._by_shape: dict[Shape, list[Route]] = {}
        for route in routes:
            self._by_shape.setdefault(_shape(route.template), []).append(route)
        for alike in self._by_shape.values():
            # A literal is more than a variable, whichever proto was read first.
            alike.sort(key=lambda route: _vagueness(route.template))

    def find(self, method: str, raw_path: str) -> Match | None:
        """Returns the route of a method and raw path; None when there is none."""
        path, verb = split_verb(raw_path)
        for route in self._likely(path, verb):
            if route.method == method:
                fields = route.template.match(path)
                if fields is not None:
                    return Match(route, fields)
        return None

    def methods(self, raw_path: str) -> set[str]:
        """Returns the methods that a path knows; empty when it is no path of ours."""
        path, verb = split_verb(raw_path)
        return {
            route.method
            for route in self._likely(path, verb)
            if route.template.match(path) is not None
        }

    def _likely(self, path: str, verb: str) -> Iterator[Route]:
        """Yields the routes whose literals fit, the more literal first."""
        count, head, tail = path.count("/"), _head(path), _tail(path)
        shapes: tuple[Shape, ...] = (
            (verb, count, head, tail),
            (verb, count, head, None),
            (verb, count, None, tail),
            (verb, count, None, None),
            (verb, None, None, None),
        )
        for shape in shapes:
            yield from self._by_shape.get(shape, ())


def build_routes() -> RouteTable:
    """Returns the routes of every annotation and alias. Raises RouteInvalid for one that cannot be served."""
    routes = []
    for rpc in descriptors.rpcs():
        options: Any = rpc.descriptor.GetOptions()
        if options.HasExtension(annotations_pb2.http):
            rule = options.Extensions[annotations_pb2.http]
            routes += [_route(rpc, binding) for binding in (rule, *rule.additional_bindings)]
    by_path = {rpc.path: rpc for rpc in descriptors.rpcs()}
    for path, text, fixed in ALIASES:
        routes.append(_route(by_path[path], http_pb2.HttpRule(get=text), fixed))
    return RouteTable(routes)


def resolve(descriptor: Any, path: str) -> list[FieldDescriptor]:
    """Returns the fields that a path such as `price.amount_minor` goes through. Raises RouteInvalid."""
    found: list[FieldDescriptor] = []
    for name in path.split("."):
        if descriptor is None or name not in descriptor.fields_by_name:
            raise RouteInvalid(f"no field {path}")
        found.append(descriptor.fields_by_name[name])
        descriptor = found[-1].message_type
    return found


def _route(rpc: Rpc, rule: Any, fixed: dict[str, Any] | None = None) -> Route:
    pattern = rule.WhichOneof("pattern")
    if pattern == "custom":
        method, text = rule.custom.kind, rule.custom.path
    else:
        method, text = pattern.upper(), getattr(rule, pattern)
    request, reply = rpc.descriptor.input_type, rpc.descriptor.output_type
    template = compile_template(text)
    for path in (*template.fields, *([rule.body] if rule.body not in ("", "*") else ())):
        resolve(request, path)
    if rpc.descriptor.client_streaming:
        raise RouteInvalid(f"{rpc.path} wants a stream of requests, which HTTP cannot send")
    options: Any = rpc.descriptor.GetOptions()
    status = options.Extensions[options_pb2.success_status]
    if not status:
        status = 204 if reply.full_name == Empty.DESCRIPTOR.full_name else 200
    return Route(
        method=method,
        template=template,
        rpc=rpc,
        neighbour=descriptors.neighbour_of(rpc.descriptor),
        body=rule.body,
        response_body=rule.response_body,
        success_status=status,
        fixed=fixed or {},
    )


def _shape(template: PathTemplate) -> Shape:
    if template.segment_count is None:
        return (template.verb, None, None, None)
    path, _ = split_verb(template.text)
    return (template.verb, template.segment_count, _head(path), _tail(path))


def _tail(path: str) -> str | None:
    """Returns a path's last segment; None where it holds a variable."""
    last = path.rpartition("/")[2]
    return None if "{" in last or "*" in last else last


def _head(path: str) -> str | None:
    """Returns a path's first two segments; None where they hold a variable."""
    segments = path.split("/", 3)[1:3]
    segments[-1] = segments[-1].partition(":")[0]
    head = "/".join(segments)
    return None if "{" in head or "*" in head else head


def _vagueness(template: PathTemplate) -> tuple[int, int]:
    return (len(template.fields), -len(template.text))
