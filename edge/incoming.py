"""An HTTP request as the message that its RPC takes."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from edge import descriptors
from edge.json_decode import BodyInvalid, append, decode, parse_json, reader, set_field
from edge.routes import Match, Route, resolve

QUERY_FIELDS_MAX = 200
_FLAGS = {"true": True, "1": True, "false": False, "0": False}


def read_request(match: Match, query: str, body: bytes) -> tuple[Message, BodyInvalid | None]:
    """Returns the request, and what is wrong with it; a faulty one has the fields of its path only."""
    request: Message = descriptors.message_class(match.route.rpc.descriptor.input_type)()
    fault = None
    try:
        _set_body(request, match.route, body)
        _set_query(request, match.route, query)
    except BodyInvalid as invalid:
        request.Clear()
        fault = invalid
    for path, text in match.fields.items():
        try:
            _set_text(request, path, text)
        except BodyInvalid as invalid:
            fault = fault or invalid
    for name, value in match.route.fixed.items():
        setattr(request, name, value)
    return request, fault


def _set_body(request: Message, route: Route, body: bytes) -> None:
    if not route.body or route.method == "DELETE":
        return  # a body that means nothing is not read
    if route.body == "*":
        decode(parse_json(body), request)
    else:
        field = resolve(request.DESCRIPTOR, route.body)[-1]
        set_field(request, field, parse_json(body), field.json_name)


def _set_query(request: Message, route: Route, query: str) -> None:
    if not query:
        return
    try:
        pairs = parse_qsl(query, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        raise BodyInvalid("", "the query is not UTF-8") from None
    if len(pairs) > QUERY_FIELDS_MAX:
        raise BodyInvalid("", f"the query has more than {QUERY_FIELDS_MAX} fields")
    given: set[str] = set()
    for name, text in pairs:
        path = _proto_path(request.DESCRIPTOR, name)
        in_body = route.body == "*" or path.partition(".")[0] == route.body
        if in_body or path in route.template.fields or path in route.fixed:
            raise BodyInvalid(name[:100], "does not belong in the query")
        is_list = resolve(request.DESCRIPTOR, path)[-1].is_repeated
        if path in given and not is_list:
            raise BodyInvalid(name[:100], "is given twice")
        given.add(path)
        _set_text(request, path, text)


def _proto_path(descriptor: Any, name: str) -> str:
    """Returns the path of a field by the names of the proto, from those of JSON."""
    path: list[str] = []
    for part in name.split("."):
        is_ours = descriptor is not None and descriptor.full_name.startswith("onsale.")
        fields = descriptor.fields if is_ours else ()
        found = next((field for field in fields if part in (field.json_name, field.name)), None)
        if found is None or (path and found.is_repeated):
            raise BodyInvalid(name[:100], "is not a known field")
        path.append(found.name)
        descriptor = found.message_type
    return ".".join(path)


def _set_text(request: Message, path: str, text: str) -> None:
    """Sets a field, maybe a nested one, from text."""
    *outer, field = resolve(request.DESCRIPTOR, path)
    target: Any = request
    for step in outer:
        target = getattr(target, step.name)
    name = ".".join(step.json_name for step in (*outer, field))
    value = _value(field, text, name)
    if field.is_repeated:
        append(target, field, value, name)
    else:
        set_field(target, field, value, name)


def _value(field: FieldDescriptor, text: str, name: str) -> Any:
    """Returns text as the JSON value that it stands for."""
    if field.message_type is not None and field.message_type.full_name.startswith("onsale."):
        raise BodyInvalid(name, "is an object; name its fields")
    if field.cpp_type == FieldDescriptor.CPPTYPE_BOOL:
        if text not in _FLAGS:
            raise BodyInvalid(name, "must be true or false")
        return _FLAGS[text]
    if field.cpp_type == FieldDescriptor.CPPTYPE_ENUM and text.isascii() and text.isdigit():
        return int(text[:10])
    if field.message_type is None:
        reader(field)(text, name)  # a fault is told before anything is set
    return text
