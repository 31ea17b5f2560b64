"""An error crosses the wire whole."""

import grpc
import pytest
from google.protobuf import json_format, struct_pb2
from hypothesis import given
from hypothesis import strategies as st

from mesh.errors import Conflict, InvalidArgument, from_status, to_status
from mesh.facts import from_struct, to_struct


class SeatsTaken(Conflict):
    """Some of the seats are taken."""

    code = grpc.StatusCode.ABORTED
    reason = "SEATS_TAKEN"


def test_code_reason_words_facts_and_delay_arrive_with_their_types() -> None:
    sent = SeatsTaken(retry_after_seconds=2.5, seatIds=["s1", "s2"], count=2, deep={"a": [True]})
    got = from_status(to_status(sent))
    assert (got.code, got.reason) == (grpc.StatusCode.ABORTED, "SEATS_TAKEN")
    assert got.message == "Some of the seats are taken."
    assert got.facts() == {"seatIds": ["s1", "s2"], "count": 2, "deep": {"a": [True]}}
    assert got.retry_after_seconds == 2.5


def test_an_invalid_argument_names_its_field() -> None:
    got = from_status(to_status(InvalidArgument("pageSize", "is less than 0")))
    assert got.facts()["field"] == "pageSize"
    assert got.message == "pageSize: is less than 0"


@given(
    st.dictionaries(
        st.text(),
        st.recursive(
            st.none()
            | st.booleans()
            | st.text()
            | st.floats(allow_nan=False, allow_infinity=False),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        ),
    )
)
def test_facts_cross_the_wire_as_protobufs_own_json_maps_them(facts: dict[str, object]) -> None:
    theirs = struct_pb2.Struct()
    json_format.ParseDict(facts, theirs)
    assert to_struct(facts) == theirs
    assert from_struct(theirs) == json_format.MessageToDict(theirs)


def test_what_json_cannot_hold_is_no_fact() -> None:
    with pytest.raises(TypeError):
        to_struct({"when": object()})
