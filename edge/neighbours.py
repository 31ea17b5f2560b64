"""Calls to the services' peer ports: bytes in, bytes out, with the caller's own token and no right of the edge's.

The channels have no interceptors: the edge sets every piece of metadata itself, and a hop less matters in a crowd.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

import grpc

from mesh.channels import Peers
from mesh.contract import Rpc
from mesh.errors import from_rpc_error

Metadata = tuple[tuple[str, str], ...]
"""Keys in lower case and printable values, as gRPC wants them."""


class Neighbours:
    """The channels to all services, and what is called on them."""

    def __init__(self, peers: Peers) -> None:
        self._peers = peers
        self._calls: dict[str, Any] = {}

    async def call(self, neighbour: str, rpc: Rpc, request: bytes, metadata: Metadata) -> bytes:
        """Returns the reply of a call, as bytes. Raises OnsaleError."""
        call = self._calls.get(rpc.path)
        if call is None:
            call = self._peers.plain_channel(neighbour).unary_unary(rpc.path)
            self._calls[rpc.path] = call
        try:
            reply: bytes = await call(
                request, timeout=rpc.deadline_seconds, metadata=grpc.aio.Metadata(*metadata)
            )
        except grpc.aio.AioRpcError as error:
            raise from_rpc_error(error) from None
        return reply

    async def stream(
        self, neighbour: str, rpc: Rpc, request: bytes, metadata: Metadata
    ) -> AsyncGenerator[bytes, None]:
        """Yields the replies of a streaming call, as bytes. Raises OnsaleError."""
        channel = self._peers.plain_channel(neighbour)
        call = channel.unary_stream(rpc.path)(
            request, timeout=rpc.deadline_seconds, metadata=grpc.aio.Metadata(*metadata)
        )
        try:
            async for reply in call:
                yield reply
        except grpc.aio.AioRpcError as error:
            raise from_rpc_error(error) from None
        finally:
            call.cancel()
