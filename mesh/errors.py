"""The error model: nouns with facts, one reason each, one translation per boundary.

A domain raises an OnsaleError. What the call came through (mesh/interceptors.py, mesh/carrier/) turns it into a gRPC
status whose details are a `google.rpc.ErrorInfo` (reason, domain), a `google.protobuf.Struct` (the facts with their
types), and a `google.rpc.RetryInfo` where waiting helps. The caller's side turns that back into a RemoteError; the edge
turns it into a problem+json. Anything that is not an OnsaleError is INTERNAL, and nothing of it leaves the process but
the trace id.
"""

from __future__ import annotations

from typing import ClassVar

import grpc
from google.protobuf import any_pb2, duration_pb2, struct_pb2
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2

from mesh.facts import from_struct, to_struct

DOMAIN = "onsale"
STATUS_DETAILS_KEY = "grpc-status-details-bin"


class OnsaleError(Exception):
    """Something was refused or went wrong."""

    code: ClassVar[grpc.StatusCode] = grpc.StatusCode.UNKNOWN
    reason: ClassVar[str] = "UNKNOWN"
    _summary: ClassVar[str] = "Something was refused or went wrong."

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        # Once for each class: in a crowd refusals are made by the ten thousand.
        cls._summary = (cls.__doc__ or cls.reason).strip().splitlines()[0]

    def __init__(
        self, message: str = "", *, retry_after_seconds: float | None = None, **facts: object
    ) -> None:
        super().__init__(message or self._summary)
        self.retry_after_seconds = retry_after_seconds
        self.wire_status: status_pb2.Status | None = None
        """How it crosses the wire, once it did: a refusal is both sent and remembered."""
        self._facts = facts

    @property
    def message(self) -> str:
        """What happened, in words for a person."""
        return str(self.args[0])

    def facts(self) -> dict[str, object]:
        """Returns what the caller can act on: names in lowerCamelCase, values that JSON can hold."""
        return dict(self._facts)


class InvalidArgument(OnsaleError):
    """The request is not well formed."""

    code = grpc.StatusCode.INVALID_ARGUMENT
    reason = "INVALID_ARGUMENT"

    def __init__(self, field: str = "", problem: str = "", **facts: object) -> None:
        message = f"{field}: {problem}" if field and problem else problem or field
        if field:
            facts["field"] = field
        super().__init__(message)
        self._facts = facts


class Unauthenticated(OnsaleError):
    """Sign in first."""

    code = grpc.StatusCode.UNAUTHENTICATED
    reason = "UNAUTHENTICATED"


class TokenInvalid(Unauthenticated):
    """The access token is expired, foreign or not a token."""

    reason = "TOKEN_INVALID"


class PermissionDenied(OnsaleError):
    """The caller may not do this."""

    code = grpc.StatusCode.PERMISSION_DENIED
    reason = "PERMISSION_DENIED"


class NotFound(OnsaleError):
    """There is no such thing, or it is not the caller's."""

    code = grpc.StatusCode.NOT_FOUND
    reason = "NOT_FOUND"


class Conflict(OnsaleError):
    """The state of things does not allow this."""

    code = grpc.StatusCode.FAILED_PRECONDITION
    reason = "CONFLICT"


class ResourceExhausted(OnsaleError):
    """Too much at once; try again later."""

    code = grpc.StatusCode.RESOURCE_EXHAUSTED
    reason = "RESOURCE_EXHAUSTED"


class Unavailable(OnsaleError):
    """Something that this needs does not answer; nothing is known to have happened. Try again."""

    code = grpc.StatusCode.UNAVAILABLE
    reason = "UNAVAILABLE"

    def __init__(
        self, message: str = "", *, retry_after_seconds: float | None = 1.0, **facts: object
    ) -> None:
        super().__init__(message, retry_after_seconds=retry_after_seconds, **facts)


class DeadlineExceeded(OnsaleError):
    """It took too long; it may or may not have happened. Ask again with the same request id."""

    code = grpc.StatusCode.DEADLINE_EXCEEDED
    reason = "DEADLINE_EXCEEDED"


class Internal(OnsaleError):
    """Something went wrong on our side."""

    code = grpc.StatusCode.INTERNAL
    reason = "INTERNAL"


class RemoteError(OnsaleError):
    """A neighbour refused, with its own code, reason and facts."""

    def __init__(
        self,
        code: grpc.StatusCode,
        reason: str,
        message: str,
        facts: dict[str, object],
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(message or reason, retry_after_seconds=retry_after_seconds, **facts)
        # A neighbour's error keeps its own code and reason; every other error has those of its class.
        self.code = code  # type: ignore[misc]
        self.reason = reason  # type: ignore[misc]


_CODES = {code.value[0]: code for code in grpc.StatusCode}
_INFO, _FACTS, _RETRY = (
    f"type.googleapis.com/{kind.DESCRIPTOR.full_name}"
    for kind in (error_details_pb2.ErrorInfo, struct_pb2.Struct, error_details_pb2.RetryInfo)
)


def to_status(error: OnsaleError) -> status_pb2.Status:
    """Returns an error as the status that crosses the wire. Of one error it is always the same; do not change it."""
    if error.wire_status is None:
        error.wire_status = _status(error)
    return error.wire_status


def _status(error: OnsaleError) -> status_pb2.Status:
    facts = error.facts()
    info = error_details_pb2.ErrorInfo(
        reason=error.reason,
        domain=DOMAIN,
        metadata={
            name: value if isinstance(value, str) else str(value) for name, value in facts.items()
        },
    )
    details: list[any_pb2.Any] = [_packed(_INFO, info)]
    if facts:
        details.append(_packed(_FACTS, to_struct(facts)))
    if error.retry_after_seconds is not None:
        delay = duration_pb2.Duration()
        delay.FromMilliseconds(int(error.retry_after_seconds * 1000))
        details.append(_packed(_RETRY, error_details_pb2.RetryInfo(retry_delay=delay)))
    return status_pb2.Status(code=error.code.value[0], message=error.message, details=details)


def _packed(type_url: str, message: Message) -> any_pb2.Any:
    return any_pb2.Any(type_url=type_url, value=message.SerializeToString())


def from_status(status: status_pb2.Status) -> RemoteError:
    """Reads what to_status wrote; a status without an ErrorInfo gets its code's name as the reason."""
    code = _CODES.get(status.code, grpc.StatusCode.UNKNOWN)
    reason, retry_after_seconds = "", None
    facts: dict[str, object] = {}
    for detail in status.details:
        if detail.type_url == _INFO:
            reason = error_details_pb2.ErrorInfo.FromString(detail.value).reason
        elif detail.type_url == _FACTS:
            facts = from_struct(struct_pb2.Struct.FromString(detail.value))
        elif detail.type_url == _RETRY:
            delay = error_details_pb2.RetryInfo.FromString(detail.value).retry_delay
            retry_after_seconds = delay.ToMilliseconds() / 1000
    return RemoteError(code, reason or code.name, status.message, facts, retry_after_seconds)


def from_rpc_error(error: grpc.aio.AioRpcError) -> OnsaleError:
    """Reads an error of a call: our own status where the server sent one, else what gRPC itself says."""
    for key, value in error.trailing_metadata() or ():
        if key == STATUS_DETAILS_KEY:
            status = status_pb2.Status()
            status.ParseFromString(value)
            return from_status(status)
    if error.code() is grpc.StatusCode.UNAVAILABLE:
        return Unavailable()
    if error.code() is grpc.StatusCode.DEADLINE_EXCEEDED:
        return DeadlineExceeded()
    return RemoteError(error.code(), error.code().name, error.details() or "", {})
