"""Errors as HTTP."""

import json

import grpc
import pytest

from edge.problems import BodyTooLarge, MethodNotAllowed, problem
from mesh.errors import Conflict, OnsaleError, RemoteError, Unauthenticated, Unavailable


class SeatsTaken(Conflict):
    """Somebody was faster."""

    code = grpc.StatusCode.ABORTED
    reason = "SEATS_TAKEN"


def _body(error: OnsaleError) -> dict[str, object]:
    body: dict[str, object] = json.loads(bytes(problem(error).body))
    return body


def test_facts_stand_beside_the_members_with_whole_numbers() -> None:
    body = _body(SeatsTaken(seatIds=["s1"], triesLeft=4.0, nearest=[{"row": 2.0}], status="x"))
    assert body["seatIds"] == ["s1"]
    assert repr(body["triesLeft"]) == "4"
    assert body["nearest"] == [{"row": 2}]
    assert (body["status"], body["reason"], body["title"]) == (409, "SEATS_TAKEN", "Conflict")
    assert body["detail"] == "Somebody was faster."


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("INVALID_ARGUMENT", 400),
        ("UNAUTHENTICATED", 401),
        ("PERMISSION_DENIED", 403),
        ("NOT_FOUND", 404),
        ("FAILED_PRECONDITION", 409),
        ("ABORTED", 409),
        ("ALREADY_EXISTS", 409),
        ("RESOURCE_EXHAUSTED", 429),
        ("UNAVAILABLE", 503),
        ("DEADLINE_EXCEEDED", 504),
        ("INTERNAL", 500),
        ("UNKNOWN", 500),
    ],
)
def test_each_code_has_its_status(code: str, status: int) -> None:
    response = problem(RemoteError(grpc.StatusCode[code], "X", "", {}))
    assert response.status_code == status
    assert response.media_type == "application/problem+json"


def test_what_may_be_asked_again_says_when() -> None:
    not_yet = RemoteError(grpc.StatusCode.FAILED_PRECONDITION, "NOT_YET", "", {}, 1.2)
    assert problem(not_yet).headers["retry-after"] == "2"
    assert problem(Unavailable()).headers["retry-after"] == "1"
    assert "retry-after" not in problem(SeatsTaken()).headers


def test_refusals_before_any_service_carry_their_headers() -> None:
    assert problem(MethodNotAllowed(headers={"Allow": "GET"})).headers["allow"] == "GET"
    assert problem(BodyTooLarge(bytesMax=5)).status_code == 413
    assert problem(Unauthenticated()).headers["www-authenticate"] == "Bearer"
