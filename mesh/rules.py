"""Checks requests against the field rules in the protos, once for all services.

The rules are (onsale.mesh.v1.rules): required, the longest length, the range, a pattern, no NUL character. A checker is
compiled for each message type on first use, so that a call pays for the rules its message has and no more.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import cache
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from mesh.errors import InvalidArgument
from protos.mesh.v1 import options_pb2

STRING_LENGTH_MAX_DEFAULT = 256
LIST_LENGTH_MAX_DEFAULT = 1000
VIOLATIONS_MAX = 20
TIME_SECONDS_MIN = -62_135_596_800  # the first second of the year 1
TIME_SECONDS_MAX = 253_402_300_799  # the last of 9999
NANOS_PER_SECOND = 1_000_000_000

Violation = tuple[str, str]
Check = Callable[[Message, str], list[Violation]]

_NUMBERS = {
    FieldDescriptor.CPPTYPE_INT32,
    FieldDescriptor.CPPTYPE_INT64,
    FieldDescriptor.CPPTYPE_UINT32,
    FieldDescriptor.CPPTYPE_UINT64,
    FieldDescriptor.CPPTYPE_DOUBLE,
    FieldDescriptor.CPPTYPE_FLOAT,
}


def violations(request: Message) -> list[Violation]:
    """Returns (field, problem) for every broken rule, at most VIOLATIONS_MAX; fields as JSON names them."""
    found: list[Violation] = []
    for check in _checks(request.DESCRIPTOR):
        found += check(request, "")
        if len(found) >= VIOLATIONS_MAX:
            break
    return found[:VIOLATIONS_MAX]


def fault(request: Message) -> InvalidArgument | None:
    """Returns the error that tells of a message's broken rules; None when it breaks none."""
    found = violations(request)
    return as_error(found) if found else None


def check(message: Message) -> None:
    """Checks one message of a stream against its field rules. Raises InvalidArgument."""
    invalid = fault(message)
    if invalid:
        raise invalid


def as_error(found: list[Violation]) -> InvalidArgument:
    """Returns the error that tells of broken rules."""
    field, problem = found[0]
    listed = [{"field": name, "problem": words} for name, words in found]
    return InvalidArgument(field, problem, violations=listed)


@cache
def _checks(descriptor: Descriptor) -> tuple[Check, ...]:
    return tuple(check for field in descriptor.fields for check in _field_checks(field))


def _field_checks(field: FieldDescriptor) -> list[Check]:
    rules: options_pb2.Rules = _options(field).Extensions[options_pb2.rules]
    checks: list[Check] = []
    if field.is_repeated:
        checks.append(_check_list(field, rules))
    elif rules.required:
        checks.append(_check_required(field))
    if field.cpp_type == FieldDescriptor.CPPTYPE_STRING:
        checks.append(_check_text(field, rules))
    elif field.cpp_type in _NUMBERS:
        checks.append(_check_number(field, rules))
    elif field.cpp_type == FieldDescriptor.CPPTYPE_ENUM:
        checks.append(_check_enum(field))
    elif _is_time(field):
        checks.append(_check_time(field))
    elif _is_ours(field):
        checks.append(_check_message(field))
    return checks


def _options(field: FieldDescriptor) -> Any:
    return field.GetOptions()


def _is_ours(field: FieldDescriptor) -> bool:
    return (
        field.cpp_type == FieldDescriptor.CPPTYPE_MESSAGE
        and field.message_type is not None
        and field.message_type.file.package.startswith("onsale.")
    )


def _is_time(field: FieldDescriptor) -> bool:
    return bool(field.message_type and field.message_type.full_name == "google.protobuf.Timestamp")


def _each(field: FieldDescriptor, fault: Callable[[Any], str]) -> Check:
    """Returns the check of a field's values that are set, from what says what is wrong with one; "" is nothing.

    Names are put together for what is wrong only: nearly every value is right.
    """
    name, json_name = field.name, field.json_name

    def check_items(message: Message, path: str) -> list[Violation]:
        return [
            (f"{path}{json_name}[{index}]", problem)
            for index, item in enumerate(getattr(message, name))
            if (problem := fault(item))
        ]

    def check_one(message: Message, path: str) -> list[Violation]:
        problem = fault(getattr(message, name))
        return [(path + json_name, problem)] if problem else []

    def check_optional(message: Message, path: str) -> list[Violation]:
        return check_one(message, path) if message.HasField(name) else []

    if field.is_repeated:
        return check_items
    return check_optional if field.has_presence else check_one


def _check_required(field: FieldDescriptor) -> Check:
    def check(message: Message, path: str) -> list[Violation]:
        if field.has_presence:
            is_set = message.HasField(field.name)
        else:
            value = getattr(message, field.name)
            is_set = bool(value.strip()) if isinstance(value, str) else bool(value)
        return [] if is_set else [(path + field.json_name, "is required")]

    return check


def _check_list(field: FieldDescriptor, rules: options_pb2.Rules) -> Check:
    limit = rules.max_len or LIST_LENGTH_MAX_DEFAULT

    def check(message: Message, path: str) -> list[Violation]:
        length = len(getattr(message, field.name))
        if rules.required and not length:
            return [(path + field.json_name, "is required")]
        return [(path + field.json_name, f"has more than {limit} items")] if length > limit else []

    return check


def _check_text(field: FieldDescriptor, rules: options_pb2.Rules) -> Check:
    # On a list max_len bounds the items; each item has the default bound.
    limit = (0 if field.is_repeated else rules.max_len) or STRING_LENGTH_MAX_DEFAULT
    pattern = re.compile(rules.pattern) if rules.pattern else None
    takes_nul = rules.any_character or field.type == FieldDescriptor.TYPE_BYTES

    def fault(value: Any) -> str:
        if len(value) > limit:
            return f"is longer than {limit} characters"
        if not takes_nul and "\0" in value:
            return "has a NUL character"
        if pattern and value and not pattern.fullmatch(value):
            return "is not of the right form"
        return ""

    return _each(field, fault)


def _check_number(field: FieldDescriptor, rules: options_pb2.Rules) -> Check:
    low = rules.min if rules.HasField("min") else None
    high = rules.max if rules.HasField("max") else None

    def fault(value: Any) -> str:
        if isinstance(value, float) and not math.isfinite(value):
            return "is not a finite number"
        if low is not None and value < low:
            return f"is less than {low}"
        if high is not None and value > high:
            return f"is more than {high}"
        return ""

    return _each(field, fault)


def _check_enum(field: FieldDescriptor) -> Check:
    known = frozenset(field.enum_type.values_by_number if field.enum_type else ())
    return _each(field, lambda value: "" if value in known else "is not a known value")


def _check_time(field: FieldDescriptor) -> Check:
    """Whoever speaks gRPC may put any numbers into a Timestamp; years 1 to 9999 are times."""

    def fault(value: Any) -> str:
        is_time = (
            TIME_SECONDS_MIN <= value.seconds <= TIME_SECONDS_MAX
            and 0 <= value.nanos < NANOS_PER_SECOND
        )
        return "" if is_time else "is not a time"

    return _each(field, fault)


def _check_message(field: FieldDescriptor) -> Check:
    name, json_name = field.name, field.json_name

    def check(message: Message, path: str) -> list[Violation]:
        if field.is_repeated:
            inners = [
                (f"{path}{json_name}[{index}].", item)
                for index, item in enumerate(getattr(message, name))
            ]
        elif message.HasField(name):
            inners = [(f"{path}{json_name}.", getattr(message, name))]
        else:
            return []
        found: list[Violation] = []
        for at, inner in inners:
            for inner_check in _checks(inner.DESCRIPTOR):
                found += inner_check(inner, at)
            if len(found) >= VIOLATIONS_MAX:
                break
        return found

    return check
