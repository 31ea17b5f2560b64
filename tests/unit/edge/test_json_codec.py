"""Messages as JSON: the same as protobuf's own mapping, for every message that there is."""

import json
import math
from typing import Any

import pytest
from google.protobuf import json_format
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from hypothesis import given, settings
from hypothesis import strategies as st

from edge import descriptors, json_codec
from edge.json_decode import decode
from edge.openapi.schemas import Schemas
from protos.inventory.v1 import catalog_pb2, inventory_pb2

_FLOATS = st.floats(width=32, allow_nan=False, allow_infinity=False)
_SCALARS: dict[int, st.SearchStrategy[Any]] = {
    FieldDescriptor.CPPTYPE_INT32: st.integers(-(2**31), 2**31 - 1),
    FieldDescriptor.CPPTYPE_INT64: st.integers(-(2**63), 2**63 - 1),
    FieldDescriptor.CPPTYPE_UINT32: st.integers(0, 2**32 - 1),
    FieldDescriptor.CPPTYPE_UINT64: st.integers(0, 2**64 - 1),
    FieldDescriptor.CPPTYPE_DOUBLE: st.floats(allow_nan=False, allow_infinity=False),
    FieldDescriptor.CPPTYPE_FLOAT: _FLOATS,
    FieldDescriptor.CPPTYPE_BOOL: st.booleans(),
}
REPLIES = sorted(
    {
        rpc.descriptor.output_type.full_name: rpc.descriptor.output_type
        for rpc in descriptors.rpcs()
    }.items()
)


def _fill(draw: st.DrawFn, message: Any, depth: int = 0) -> None:
    if message.DESCRIPTOR.full_name == "google.protobuf.Timestamp":
        message.seconds = draw(st.integers(-62135596800, 253402300799))
        message.nanos = draw(st.sampled_from([0, 500_000_000, 123_456_000, 999_999_999]))
        return
    for field in message.DESCRIPTOR.fields:
        count = draw(st.integers(0, 2))
        if field.message_type is not None:
            if depth > 3 or not count:
                continue
            target = getattr(message, field.name)
            for _ in range(count if field.is_repeated else 1):
                _fill(draw, target.add() if field.is_repeated else target, depth + 1)
            if not field.is_repeated:
                target.SetInParent()
        elif field.is_repeated:
            getattr(message, field.name).extend([_value(draw, field) for _ in range(count)])
        elif count:
            setattr(message, field.name, _value(draw, field))


def _value(draw: st.DrawFn, field: FieldDescriptor) -> Any:
    if field.enum_type is not None:
        return draw(st.sampled_from(list(field.enum_type.values_by_number)))
    if field.type == FieldDescriptor.TYPE_BYTES:
        return draw(st.binary(max_size=8))
    if field.type == FieldDescriptor.TYPE_STRING:
        return draw(st.text(max_size=8))
    return draw(_SCALARS[field.cpp_type])


@st.composite
def _messages(draw: st.DrawFn) -> Message:
    _, descriptor = draw(st.sampled_from([r for r in REPLIES if r[0].startswith("onsale.")]))
    message = descriptors.message_class(descriptor)()
    _fill(draw, message)
    return message


@settings(max_examples=300, deadline=None)
@given(_messages())
def test_a_message_is_encoded_as_protobuf_does_it(message: Message) -> None:
    ours = json.loads(json_codec.encode(message))
    theirs = json_format.MessageToDict(message, always_print_fields_with_no_presence=True)
    assert ours == json.loads(json.dumps(theirs))


@settings(max_examples=200, deadline=None)
@given(_messages())
def test_what_was_encoded_decodes_to_the_same_message(message: Message) -> None:
    copy = type(message)()
    decode(json.loads(json_codec.encode(message)), copy)
    assert copy == message


def test_zeros_and_empty_lists_are_printed_and_int64_is_a_string() -> None:
    sent = json.loads(json_codec.encode(inventory_pb2.Availability()))
    assert sent == {"sections": [], "states": "", "pools": [], "version": "0"}


def test_an_unset_message_is_left_out() -> None:
    sent = json.loads(json_codec.encode(catalog_pb2.Venue(name="Hall")))
    assert "plan" not in sent
    assert sent["latitude"] == 0


@pytest.mark.parametrize(("value", "text"), [(math.inf, "Infinity"), (-math.inf, "-Infinity")])
def test_what_json_cannot_say_is_said_as_text(value: float, text: str) -> None:
    sent = json.loads(json_codec.encode(catalog_pb2.Venue(latitude=value)))
    assert sent["latitude"] == text


@pytest.mark.parametrize("name", [name for name, _ in REPLIES if name.startswith("onsale.")])
def test_the_schema_of_a_reply_names_what_the_reply_has(name: str) -> None:
    descriptor = dict(REPLIES)[name]
    schemas = Schemas({})
    reference = schemas.of(descriptor)["$ref"].rpartition("/")[2]
    named = set(schemas.components[reference]["properties"])
    assert named == {field.json_name for field in descriptor.fields}
