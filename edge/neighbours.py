"""Calls to the services' peer ports: bytes in, bytes out, with the caller's own token and no right of the edge's.

The channels have no interceptors: the edge sets every piece of metadata itself, and a hop less matters in a crowd.
Unary calls to a service share a stream (mesh/carrier/).
"""

from __future__ import annotations

from collections.abc import AsyncGenerator

import grpc

from mesh.carrier.call_stream import Metadata
from mesh.carrier.carrier import Carrier
from mesh.channels import Peers
from mesh.contract import Rpc
from mesh.errors import from_rpc_error

__all__ = ["Metadata", "Neighbours"]


class Neighbours:
    """The channels to all services, and what is called on them."""

    def __init__(self, peers: Peers) -> None:
        self._peers = peers
        self._carriers: dict[str, Carrier] = {}

    async def call(self, neighbour: str, rpc: Rpc, request: bytes, metadata: Metadata) -> bytes:
        """Returns the reply of a call, as bytes. Raises OnsaleError."""
        carrier = self._carriers.get(neighbour)
        if carrier is None:
            carrier = Carrier(neighbour, self._peers.plain_channel(neighbour))
            self._carriers[neighbour] = carrier
        return await carrier.call(rpc, request, metadata)

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

    async def close(self) -> None:
        """Ends the streams of calls."""
        for carrier in self._carriers.values():
            await carrier.close()
