"""What happens around every call, whichever way it came, in this order:

    trace → errors → deadline → identity → access → rules → the handler

One place does all of it, because the order is the point: a caller without a token learns that before the server looks
at the body; a wrong body about somebody else's event is 404, not 400. Calls come by themselves (mesh/interceptors.py)
or many over one stream (mesh/carrier/); both pass here.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import Message

from mesh import access, contract, identity, rules, telemetry
from mesh.contract import Rpc
from mesh.database import driver_refusal
from mesh.errors import DeadlineExceeded, Internal, InvalidArgument, OnsaleError, TokenInvalid
from mesh.identity import Caller, TokenVerifier

BODY_INVALID_KEY = "x-body-invalid"
"""Metadata by which the edge says that a body did not parse: "<field>|<problem>"; answered after 401, 403 and 404."""

Locate = Callable[[str, Message], Awaitable[None]]
Context = Any
"""A grpc.aio.ServicerContext, which has no types; None for a carried call. No handler reads it."""


@dataclass(slots=True)
class Arrival:
    """What came with a call, beside its message."""

    metadata: dict[str, str]
    peer: str | None
    """The name in the client certificate; None on the public port."""
    seconds_left: float | None
    """How long the caller waits; None where it did not say."""


class Served:
    """An RPC as it is served."""

    def __init__(self, rpc: Rpc, locate: Locate | None) -> None:
        self.rpc = rpc
        self.locate = locate
        self._seconds = telemetry.CALL_SECONDS.labels(rpc.name)
        self._counts: dict[str, Any] = {}

    def observe(self, code: str, started: float) -> None:
        """Counts a call that is over."""
        count = self._counts.get(code)
        if count is None:
            count = self._counts[code] = telemetry.CALLS.labels(self.rpc.name, code)
        count.inc()
        self._seconds.observe(time.perf_counter() - started)

    def seconds_left(self, asked: float | None) -> float:
        """Returns how long a call may take: what the caller said, never more than the contract."""
        most = self.rpc.deadline_seconds
        return most if asked is None else min(max(asked, 0.0), most)


class Passage:
    """The way to every handler of one listener. What it raises is an OnsaleError."""

    def __init__(self, verifier: TokenVerifier) -> None:
        self._verifier = verifier

    async def answer(
        self, served: Served, handler: Any, request: Message, arrival: Arrival, context: Context
    ) -> Any:
        """Returns the reply of a unary call."""
        with telemetry.traced(served.rpc.name, arrival.metadata.get("traceparent", "")):
            started = time.perf_counter()
            code = "OK"
            try:
                async with asyncio.timeout(served.seconds_left(arrival.seconds_left)):
                    await self._enter(served, request, arrival)
                    return await handler(request, context)
            except Exception as raised:
                error = _as_onsale_error(served.rpc, raised)
                code = error.code.name
                raise error from None
            finally:
                served.observe(code, started)

    async def stream(
        self, served: Served, handler: Any, request: Any, arrival: Arrival, context: Context
    ) -> AsyncGenerator[Any, None]:
        """Yields the replies of a streaming call."""
        with telemetry.traced(served.rpc.name, arrival.metadata.get("traceparent", "")):
            started = time.perf_counter()
            code = "OK"
            try:
                async with asyncio.timeout(served.seconds_left(arrival.seconds_left)):
                    await self._enter(served, request, arrival)
                    async for reply in handler(request, context):
                        yield reply
            except Exception as raised:
                error = _as_onsale_error(served.rpc, raised)
                code = error.code.name
                raise error from None
            finally:
                served.observe(code, started)

    async def _enter(self, served: Served, request: Any, arrival: Arrival) -> None:
        who = await self._identify(served.rpc, arrival)
        refused = access.refusal(served.rpc, who)
        if refused:
            raise refused
        identity.set_current(who, arrival.metadata)
        if not isinstance(request, Message):
            return  # a stream's messages are checked by rules.check, one by one
        invalid = _body_fault(arrival.metadata) or rules.fault(request)
        if invalid:
            if served.locate:
                await served.locate(served.rpc.name, request)
            raise invalid

    async def _identify(self, rpc: Rpc, arrival: Arrival) -> Caller:
        header = arrival.metadata.get("authorization", "")
        if not header:
            return Caller(peer=arrival.peer)
        scheme, _, token = header.partition(" ")
        try:
            if scheme.lower() != "bearer" or not token:
                raise TokenInvalid
            return await self._verifier.verify(token.strip(), arrival.peer)
        except TokenInvalid:
            if contract.PUBLIC in rpc.allow:
                return Caller(peer=arrival.peer)  # a stale tab may still look around
            raise


def _body_fault(metadata: dict[str, str]) -> InvalidArgument | None:
    said = metadata.get(BODY_INVALID_KEY)
    if said is None:
        return None
    field, _, problem = said.partition("|")
    return InvalidArgument(field, problem or "is not valid")


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
