"""What happens around every call, in this order:

    trace → errors → deadline → identity → access → rules → the handler

One interceptor does all of it, because the order is the point: a caller without a token learns that before the server
looks at the body; a wrong body about somebody else's event is 404, not 400.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import grpc
from google.protobuf.message import Message

from mesh import access, contract, identity, rules, telemetry
from mesh.contract import Rpc
from mesh.database import driver_refusal
from mesh.errors import (
    STATUS_DETAILS_KEY,
    DeadlineExceeded,
    Internal,
    InvalidArgument,
    OnsaleError,
    TokenInvalid,
    to_status,
)
from mesh.identity import Caller, TokenVerifier

BODY_INVALID_KEY = "x-body-invalid"
"""Metadata by which the edge says that a body did not parse: "<field>|<problem>"; answered after 401, 403 and 404."""

Locate = Callable[[str, Message], Awaitable[None]]
Context = Any
"""A grpc.aio.ServicerContext; the driver has no types."""


class Chain(grpc.aio.ServerInterceptor):
    """Wraps every handler of one listener."""

    def __init__(self, verifier: TokenVerifier, *, is_peer_port: bool) -> None:
        self._verifier = verifier
        self._is_peer_port = is_peer_port
        self._rpcs: dict[str, tuple[Rpc, Locate | None]] = {}

    def add(self, rpcs: list[Rpc], locate: Locate | None) -> None:
        """Makes RPCs known; any other is refused by gRPC as unimplemented, or passes as health and reflection do."""
        self._rpcs.update({rpc.path: (rpc, locate) for rpc in rpcs})

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler:
        handler = await continuation(handler_call_details)
        known = self._rpcs.get(handler_call_details.method)
        if handler is None or known is None:
            return handler
        rpc, locate = known
        codec = {
            "request_deserializer": handler.request_deserializer,
            "response_serializer": handler.response_serializer,
        }
        if handler.unary_unary:
            call = self._unary(rpc, locate, handler.unary_unary)
            return grpc.unary_unary_rpc_method_handler(call, **codec)
        if handler.unary_stream:
            stream = self._stream(rpc, locate, handler.unary_stream)
            return grpc.unary_stream_rpc_method_handler(stream, **codec)
        stream = self._stream(rpc, None, handler.stream_stream)
        return grpc.stream_stream_rpc_method_handler(stream, **codec)

    def _unary(self, rpc: Rpc, locate: Locate | None, handler: Any) -> Any:
        async def call(request: Message, context: Context) -> Any:
            metadata = _metadata(context)
            with telemetry.traced(rpc.name, metadata.get("traceparent", "")):
                started = time.perf_counter()
                code = "OK"
                try:
                    async with asyncio.timeout(_seconds_left(rpc, context)):
                        await self._enter(rpc, locate, request, context, metadata)
                        return await handler(request, context)
                except Exception as raised:
                    error = _as_onsale_error(rpc, raised)
                    code = error.code.name
                    await _abort(context, error)
                finally:
                    _observe(rpc, code, started)

        return call

    def _stream(self, rpc: Rpc, locate: Locate | None, handler: Any) -> Any:
        async def call(request: Any, context: Context) -> AsyncIterator[Any]:
            metadata = _metadata(context)
            with telemetry.traced(rpc.name, metadata.get("traceparent", "")):
                started = time.perf_counter()
                code = "OK"
                try:
                    async with asyncio.timeout(_seconds_left(rpc, context)):
                        await self._enter(rpc, locate, request, context, metadata)
                        async for reply in handler(request, context):
                            yield reply
                except Exception as raised:
                    error = _as_onsale_error(rpc, raised)
                    code = error.code.name
                    await _abort(context, error)
                finally:
                    _observe(rpc, code, started)

        return call

    async def _enter(
        self,
        rpc: Rpc,
        locate: Locate | None,
        request: Any,
        context: Context,
        metadata: dict[str, str],
    ) -> None:
        who = await self._identify(rpc, context, metadata)
        refused = access.refusal(rpc, who)
        if refused:
            raise refused
        identity.set_current(who, metadata)
        if not isinstance(request, Message):
            return  # a stream's messages are checked by check_message, one by one
        invalid = _body_fault(metadata) or _rule_fault(request)
        if invalid:
            if locate:
                await locate(rpc.name, request)
            raise invalid

    async def _identify(self, rpc: Rpc, context: Context, metadata: dict[str, str]) -> Caller:
        peer = _peer(context) if self._is_peer_port else None
        header = metadata.get("authorization", "")
        if not header:
            return Caller(peer=peer)
        scheme, _, token = header.partition(" ")
        try:
            if scheme.lower() != "bearer" or not token:
                raise TokenInvalid
            return await self._verifier.verify(token.strip(), peer)
        except TokenInvalid:
            if contract.PUBLIC in rpc.allow:
                return Caller(peer=peer)  # a stale tab may still look around
            raise


def check_message(message: Message) -> None:
    """Checks one message of a stream against its field rules. Raises InvalidArgument."""
    fault = _rule_fault(message)
    if fault:
        raise fault


def _rule_fault(request: Message) -> InvalidArgument | None:
    found = rules.violations(request)
    return rules.as_error(found) if found else None


def _body_fault(metadata: dict[str, str]) -> InvalidArgument | None:
    said = metadata.get(BODY_INVALID_KEY)
    if said is None:
        return None
    field, _, problem = said.partition("|")
    return InvalidArgument(field, problem or "is not valid")


def _metadata(context: Context) -> dict[str, str]:
    return {
        key: value for key, value in context.invocation_metadata() or () if isinstance(value, str)
    }


def _peer(context: Context) -> str | None:
    names = context.auth_context().get("x509_common_name", [])
    return names[0].decode() if names else None


def _seconds_left(rpc: Rpc, context: Context) -> float:
    asked = context.time_remaining()
    return rpc.deadline_seconds if asked is None else min(max(asked, 0.0), rpc.deadline_seconds)


def _as_onsale_error(rpc: Rpc, raised: Exception) -> OnsaleError:
    """The one place where what a handler raises becomes what a caller sees."""
    if isinstance(raised, OnsaleError):
        return raised
    if isinstance(raised, TimeoutError):
        return DeadlineExceeded()
    refused = driver_refusal(raised)
    if refused:
        telemetry.log.warning("database away", rpc=rpc.name, error=repr(raised))
        return refused
    telemetry.ERRORS.labels(rpc.name).inc()
    telemetry.log.error(
        "unexpected error", rpc=rpc.name, trace_id=telemetry.trace_id(), exc_info=raised
    )
    return Internal(traceId=telemetry.trace_id())


async def _abort(context: Context, error: OnsaleError) -> None:
    details = to_status(error).SerializeToString()
    await context.abort(
        error.code, error.message, trailing_metadata=((STATUS_DETAILS_KEY, details),)
    )


def _observe(rpc: Rpc, code: str, started: float) -> None:
    telemetry.CALLS.labels(rpc.name, code).inc()
    telemetry.CALL_SECONDS.labels(rpc.name).observe(time.perf_counter() - started)
