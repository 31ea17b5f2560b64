"""Calls to one neighbour: over a stream while there is one, by themselves while there is none."""

from __future__ import annotations

import asyncio
import contextlib
import random
from typing import Any

import grpc

from mesh import telemetry
from mesh.carrier import limits
from mesh.carrier.call_stream import CallStream, Metadata, StreamLost
from mesh.contract import Rpc
from mesh.errors import OnsaleError, from_rpc_error
from mesh.workers import Backoff

STREAM_SECONDS_MAX = 900.0
"""Then another stream follows, maybe to another process behind the same name."""
STREAM_DEADLINE_SECONDS = 3_000.0
"""Less than the contract's hour: calls under way at the end of a stream's time have the rest for their replies."""
RETRY_WAITS_SECONDS = (0.1, 0.2)
"""Between attempts at a call that is answered UNAVAILABLE; gRPC waits as long with calls of their own."""


class Carrier:
    """Keeps a stream to a neighbour, from the first call on."""

    def __init__(self, neighbour: str, channel: Any) -> None:
        self._neighbour = neighbour
        self._channel = channel
        self._unary: dict[str, Any] = {}
        self._stream: CallStream | None = None
        self._keeping: asyncio.Task[None] | None = None
        self._is_away = False

    @property
    def is_away(self) -> bool:
        """True after nobody answered at its address, until somebody does."""
        return self._is_away

    async def call(self, rpc: Rpc, request: bytes, metadata: Metadata) -> bytes:
        """Returns the reply of a call. Raises OnsaleError.

        A call that is answered UNAVAILABLE, or whose stream is lost, is made again within its deadline: a call that
        changes something has a request id.
        """
        if self._keeping is None:
            self._keeping = asyncio.create_task(self._keep())
        now = asyncio.get_running_loop().time
        ends_at = now() + rpc.deadline_seconds
        for wait_seconds in (*RETRY_WAITS_SECONDS, 0.0):
            stream, seconds_left = self._stream, ends_at - now()
            if stream is None or len(request) > limits.CALL_BYTES_MAX:
                break
            try:
                return await stream.ask(rpc.path, request, metadata, seconds_left)
            except StreamLost:
                break
            except OnsaleError as error:
                is_last = wait_seconds == 0.0 or wait_seconds >= ends_at - now()
                if is_last or error.code is not grpc.StatusCode.UNAVAILABLE:
                    raise
            await asyncio.sleep(wait_seconds * random.uniform(0.8, 1.2))  # noqa: S311 - jitter
        return await self._alone(rpc, request, metadata, ends_at - now())

    async def close(self) -> None:
        """Ends the stream; calls under way are lost."""
        if self._keeping:
            self._keeping.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._keeping

    async def _alone(self, rpc: Rpc, request: bytes, metadata: Metadata, seconds: float) -> bytes:
        """Makes a call of its own, which gRPC makes again where it is answered UNAVAILABLE."""
        call = self._unary.get(rpc.path)
        if call is None:
            call = self._unary[rpc.path] = self._channel.unary_unary(rpc.path)
        try:
            reply: bytes = await call(
                request, timeout=max(seconds, 0.0), metadata=grpc.aio.Metadata(*metadata)
            )
        except grpc.aio.AioRpcError as error:
            raise from_rpc_error(error) from None
        return reply

    async def _keep(self) -> None:
        """Opens a stream, and another one whenever it is over."""
        backoff = Backoff()
        while True:
            try:
                stream = await CallStream.open(self._channel, STREAM_DEADLINE_SECONDS)
            except Exception as error:  # whatever it is, calls go alone meanwhile
                self._is_away = _is_unavailable(error)
                wait_seconds = backoff.failed()
                telemetry.log.debug("no stream", neighbour=self._neighbour, error=repr(error))
                await asyncio.sleep(wait_seconds)
                continue
            backoff.succeeded()
            self._is_away = False
            self._stream = stream
            try:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(STREAM_SECONDS_MAX):
                        await stream.over.wait()
            except asyncio.CancelledError:
                await stream.close()
                raise
            finally:
                self._stream = None
                stream.finish()


def _is_unavailable(error: Exception) -> bool:
    return (
        isinstance(error, grpc.aio.AioRpcError) and error.code() is grpc.StatusCode.UNAVAILABLE
    ) or (isinstance(error, OnsaleError) and error.code is grpc.StatusCode.UNAVAILABLE)
