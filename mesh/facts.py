"""An error's facts as a google.protobuf.Struct and back.

The same mapping as google.protobuf.json_format, without its general machinery: a refusal that everybody gets when seats
run out must cost little.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from google.protobuf import struct_pb2


def to_struct(facts: Mapping[str, object]) -> struct_pb2.Struct:
    """Returns facts as a Struct. Raises TypeError for what JSON cannot hold."""
    struct = struct_pb2.Struct()
    for name, fact in facts.items():
        _set(struct.fields[name], fact)
    return struct


def from_struct(struct: struct_pb2.Struct) -> dict[str, object]:
    """Returns a Struct's facts; every number is a float."""
    return {name: _get(value) for name, value in struct.fields.items()}


def _set(target: struct_pb2.Value, fact: Any) -> None:
    if isinstance(fact, str):
        target.string_value = fact
    elif isinstance(fact, bool):
        target.bool_value = fact
    elif isinstance(fact, (int, float)):
        target.number_value = fact
    elif fact is None:
        target.null_value = struct_pb2.NULL_VALUE
    elif isinstance(fact, Mapping):
        target.struct_value.SetInParent()
        for name, inner in fact.items():
            _set(target.struct_value.fields[name], inner)
    elif isinstance(fact, Sequence):
        target.list_value.SetInParent()
        for inner in fact:
            _set(target.list_value.values.add(), inner)
    else:
        raise TypeError(f"{type(fact).__name__} is no fact that JSON can hold")


def _get(value: struct_pb2.Value) -> object:
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        return from_struct(value.struct_value)
    if kind == "list_value":
        return [_get(inner) for inner in value.list_value.values]
    if kind is None or kind == "null_value":
        return None
    fact: object = getattr(value, kind)
    return fact
