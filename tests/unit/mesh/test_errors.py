"""An error crosses the wire whole."""

import grpc

from mesh.errors import Conflict, InvalidArgument, from_status, to_status


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
