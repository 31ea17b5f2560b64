"""Calls to the services' peer ports: bytes in, bytes out, with the caller's own token and no right of the edge's.

The channels have no interceptors: the edge sets every piece of metadata itself, and a hop less matters in a crowd.
Unary calls to a process share a stream (mesh/carrier/); which process it is, where a service has several, the event
decides (processes.py).
"""

from __future__ import annotations

from collections.abc import AsyncGenerator

import grpc

from edge.processes import Processes
from mesh.carrier.call_stream import Metadata
from mesh.channels import Peers
from mesh.contract import Rpc
from mesh.errors import from_rpc_error

__all__ = ["Metadata", "Neighbours"]


class Neighbours:
    """The channels to all services, and what is called on them."""

    def __init__(self, peers: Peers) -> None:
        self._peers = peers
        self._processes: dict[str, Processes] = {}

    async def call(
        self, neighbour: str, rpc: Rpc, request: bytes, metadata: Metadata, of: str = ""
    ) -> bytes:
        """Returns the reply of a call, as bytes; `of` is the event, or the id of something that belongs to one.

        Raises OnsaleError.
        """
        return await self._of(neighbour).call(rpc, request, metadata, of)

    async def stream(
        self, neighbour: str, rpc: Rpc, request: bytes, metadata: Metadata, of: str = ""
    ) -> AsyncGenerator[bytes, None]:
        """Yields the replies of a streaming call, as bytes. Raises OnsaleError."""
        call = (
            self._of(neighbour)
            .channel(of)
            .unary_stream(rpc.path)(
                request, timeout=rpc.deadline_seconds, metadata=grpc.aio.Metadata(*metadata)
            )
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
        for processes in self._processes.values():
            await processes.close()

    def _of(self, neighbour: str) -> Processes:
        processes = self._processes.get(neighbour)
        if processes is None:
            processes = self._processes[neighbour] = Processes(
                neighbour, self._peers.address(neighbour), self._peers
            )
        return processes
