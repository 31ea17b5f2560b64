"""Errors as application/problem+json (RFC 9457): the one place where a refusal becomes HTTP."""

from __future__ import annotations

import math
from functools import cache
from http import HTTPStatus
from typing import Any, ClassVar

import grpc
import orjson
from starlette.responses import Response

from edge.ready_response import ReadyResponse
from mesh import telemetry
from mesh.errors import OnsaleError

CONTENT_TYPE = "application/problem+json"

_STATUS_OF_CODE = {
    grpc.StatusCode.INVALID_ARGUMENT: 400,
    grpc.StatusCode.OUT_OF_RANGE: 400,
    grpc.StatusCode.UNAUTHENTICATED: 401,
    grpc.StatusCode.PERMISSION_DENIED: 403,
    grpc.StatusCode.NOT_FOUND: 404,
    grpc.StatusCode.FAILED_PRECONDITION: 409,
    grpc.StatusCode.ABORTED: 409,
    grpc.StatusCode.ALREADY_EXISTS: 409,
    grpc.StatusCode.RESOURCE_EXHAUSTED: 429,
    grpc.StatusCode.CANCELLED: 499,
    grpc.StatusCode.UNIMPLEMENTED: 501,
    grpc.StatusCode.UNAVAILABLE: 503,
    grpc.StatusCode.DEADLINE_EXCEEDED: 504,
}
_RETRY_SECONDS_DEFAULT = {429: 5.0, 503: 1.0}
_OWN_MEMBERS = {"type", "status", "title", "detail", "reason", "traceId"}


class HTTPRefusal(OnsaleError):
    """The request is refused before it reaches any service."""

    status: ClassVar[int] = 400
    headers: dict[str, str]

    def __init__(
        self, message: str = "", *, headers: dict[str, str] | None = None, **facts: Any
    ) -> None:
        super().__init__(message, **facts)
        self.headers = headers or {}


class RequestMalformed(HTTPRefusal):
    """This is not an HTTP request that anybody can read."""

    reason = "REQUEST_MALFORMED"


class RouteNotFound(HTTPRefusal):
    """There is nothing at this address."""

    status = 404
    reason = "ROUTE_NOT_FOUND"


class MethodNotAllowed(HTTPRefusal):
    """This address does not know this method."""

    status = 405
    reason = "METHOD_NOT_ALLOWED"


class BodyTooLarge(HTTPRefusal):
    """The body is larger than this address takes."""

    status = 413
    reason = "BODY_TOO_LARGE"


class BodyTooSlow(HTTPRefusal):
    """The body did not arrive in time."""

    status = 408
    reason = "BODY_TOO_SLOW"


class RateLimited(HTTPRefusal):
    """Too many requests; wait a little."""

    status = 429
    reason = "RATE_LIMITED"


class Overloaded(HTTPRefusal):
    """More people are here than this can serve; try again."""

    status = 503
    reason = "OVERLOADED"


def status_of(error: OnsaleError) -> int:
    """Returns the HTTP status of an error."""
    if isinstance(error, HTTPRefusal):
        return error.status
    return _STATUS_OF_CODE.get(error.code, 500)


def document(error: OnsaleError) -> dict[str, Any]:
    """Returns an error's problem document."""
    status = status_of(error)
    said = error.facts()
    facts = {name: _whole(fact) for name, fact in said.items() if name not in _OWN_MEMBERS}
    return {
        "type": "about:blank",
        "status": status,
        "title": _title(status),
        "detail": error.message,
        "reason": error.reason,
        **facts,
        "traceId": said.get("traceId") or telemetry.trace_id(),
    }


def _whole(fact: object) -> object:
    """Returns a fact with its counts as whole numbers: on their way every number became a double."""
    if isinstance(fact, float) and fact.is_integer():
        return int(fact)
    if isinstance(fact, list):
        return [_whole(item) for item in fact]
    if isinstance(fact, dict):
        return {name: _whole(item) for name, item in fact.items()}
    return fact


def problem(error: OnsaleError) -> Response:
    """Returns an error as a response."""
    status = status_of(error)
    body = orjson.dumps(document(error), default=str)
    headers = [(b"cache-control", b"no-store")]
    wait_seconds = error.retry_after_seconds
    if wait_seconds is None:
        wait_seconds = _RETRY_SECONDS_DEFAULT.get(status)
    if wait_seconds is not None:
        headers.append((b"retry-after", b"%d" % max(1, math.ceil(wait_seconds))))
    if status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    if isinstance(error, HTTPRefusal):
        headers += [(name.lower().encode(), said.encode()) for name, said in error.headers.items()]
    return ReadyResponse(body, status, CONTENT_TYPE, headers)


@cache
def _title(status: int) -> str:
    return "Client Closed Request" if status == 499 else HTTPStatus(status).phrase
