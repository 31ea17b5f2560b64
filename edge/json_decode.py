"""JSON and text into protobuf messages: strict, each fault with the path of its field."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import orjson
from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from edge.json_codec import is_map

_RANGES = {
    FieldDescriptor.CPPTYPE_INT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.CPPTYPE_INT64: (-(2**63), 2**63 - 1),
    FieldDescriptor.CPPTYPE_UINT32: (0, 2**32 - 1),
    FieldDescriptor.CPPTYPE_UINT64: (0, 2**64 - 1),
}
_INTEGER = re.compile(r"-?[0-9]{1,20}")
_NUMBER = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?")
_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)")
_FLOAT_MAX = 3.4028234663852886e38

Read = Callable[[Any, str], Any]
"""Takes a JSON value and its field's path; returns what protobuf takes, or raises BodyInvalid."""


class BodyInvalid(Exception):
    """A body or query is not what the RPC takes."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}" if field else problem)
        self.field = field
        self.problem = problem


def parse_json(body: bytes) -> Any:
    """Reads JSON; an empty body is an empty object. Raises BodyInvalid."""
    if not body.strip():
        return {}
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BodyInvalid("", f"the body is not JSON: {error}") from None


def decode(value: Any, message: Message, path: str = "") -> None:
    """Sets a message's fields from a JSON value. Raises BodyInvalid."""
    if not isinstance(value, dict):
        raise BodyInvalid(path.rstrip("."), "must be an object")
    fields = _fields(message.DESCRIPTOR)
    seen: set[str] = set()
    for key, item in value.items():
        field = fields.get(key)
        if field is None:
            raise BodyInvalid(f"{path}{key[:100]}", "is not a known field")
        group = field.containing_oneof.name if field.containing_oneof else field.name
        if group in seen:
            raise BodyInvalid(f"{path}{key}", "is given twice, or beside one that it excludes")
        seen.add(group)
        if item is not None:
            set_field(message, field, item, f"{path}{field.json_name}")


def set_field(message: Message, field: FieldDescriptor, value: Any, path: str) -> None:
    """Sets one field from a JSON value. Raises BodyInvalid."""
    if is_map(field):
        _set_map(message, field, value, path)
    elif field.is_repeated:
        if not isinstance(value, list):
            raise BodyInvalid(path, "must be a list")
        for index, item in enumerate(value):
            append(message, field, item, f"{path}[{index}]")
    elif field.message_type is not None:
        _set_message(getattr(message, field.name), value, path)
    else:
        setattr(message, field.name, reader(field)(value, path))


def append(message: Message, field: FieldDescriptor, value: Any, path: str) -> None:
    """Adds an item to a list. Raises BodyInvalid."""
    if field.message_type is not None:
        _set_message(getattr(message, field.name).add(), value, path)
    else:
        getattr(message, field.name).append(reader(field)(value, path))


def _set_message(target: Any, value: Any, path: str) -> None:
    target.SetInParent()
    kind = target.DESCRIPTOR.full_name
    if kind == "google.protobuf.Timestamp":
        _set_time(target, value, path)
    elif kind.startswith("google.protobuf."):
        try:
            json_format.ParseDict(value, target)
        except (json_format.ParseError, ValueError, TypeError, AttributeError, OverflowError):
            raise BodyInvalid(path, f"is not a {target.DESCRIPTOR.name}") from None
    else:
        decode(value, target, f"{path}.")


def _set_time(target: Any, value: Any, path: str) -> None:
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        raise BodyInvalid(path, 'must be a time such as "2027-06-01T19:30:00Z"')
    try:
        target.FromJsonString(value.upper())
    except (ValueError, OverflowError):
        raise BodyInvalid(path, "is not a time of this calendar") from None


def _set_map(message: Message, field: FieldDescriptor, value: Any, path: str) -> None:
    if not isinstance(value, dict):
        raise BodyInvalid(path, "must be an object")
    kind: Any = field.message_type
    entry = kind.fields_by_name
    read_key = reader(entry["key"])
    target = getattr(message, field.name)
    for key, item in value.items():
        at = f"{path}.{key[:100]}"
        if entry["value"].message_type is not None:
            _set_message(target[read_key(key, at)], item, at)
        else:
            target[read_key(key, at)] = reader(entry["value"])(item, at)


@cache
def _fields(descriptor: Descriptor) -> dict[str, FieldDescriptor]:
    """Returns the fields by both of their names."""
    by_name = {field.name: field for field in descriptor.fields}
    return by_name | {field.json_name: field for field in descriptor.fields}


@cache
def reader(field: FieldDescriptor) -> Read:
    """Returns what reads a value of a field that is not a message."""
    kind = field.cpp_type
    if kind in _RANGES:
        low, high = _RANGES[kind]
        return lambda value, path: _read_integer(value, path, low, high)
    if kind == FieldDescriptor.CPPTYPE_DOUBLE:
        return lambda value, path: _read_number(value, path, float("inf"))
    if kind == FieldDescriptor.CPPTYPE_FLOAT:
        return lambda value, path: _read_number(value, path, _FLOAT_MAX)
    if kind == FieldDescriptor.CPPTYPE_BOOL:
        return _read_flag
    if kind == FieldDescriptor.CPPTYPE_ENUM:
        return lambda value, path: _read_enum(value, path, field)
    return _read_bytes if field.type == FieldDescriptor.TYPE_BYTES else _read_text


def _read_integer(value: Any, path: str, low: int, high: int) -> int:
    if (isinstance(value, str) and _INTEGER.fullmatch(value)) or (
        isinstance(value, float) and value.is_integer()
    ):
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise BodyInvalid(path, "must be a whole number")
    if not low <= value <= high:
        raise BodyInvalid(path, f"is not between {low} and {high}")
    return value


def _read_number(value: Any, path: str, limit: float) -> float:
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        value = float(value)
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise BodyInvalid(path, "must be a number")
    try:
        number = float(value)
    except OverflowError:
        number = float("inf")
    if not abs(number) <= limit or number in (float("inf"), float("-inf")):
        raise BodyInvalid(path, "is too large a number")
    return number


def _read_flag(value: Any, path: str) -> bool:
    if not isinstance(value, bool):
        raise BodyInvalid(path, "must be true or false")
    return value


def _read_enum(value: Any, path: str, field: FieldDescriptor) -> int:
    enum: Any = field.enum_type
    values = enum.values_by_name
    if isinstance(value, str) and value in values:
        return int(values[value].number)
    is_number = isinstance(value, int) and not isinstance(value, bool)
    if is_number and value in enum.values_by_number:
        return int(value)
    raise BodyInvalid(path, f"must be one of {', '.join(list(values)[1:])}")


def _read_text(value: Any, path: str) -> str:
    if not isinstance(value, str):
        raise BodyInvalid(path, "must be a text")
    return value


def _read_bytes(value: Any, path: str) -> bytes:
    if not isinstance(value, str):
        raise BodyInvalid(path, "must be base64")
    text = value.replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise BodyInvalid(path, "must be base64") from None
