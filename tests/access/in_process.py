"""Every service on one real server, whose handlers only say that they were reached."""

from __future__ import annotations

import asyncio
import importlib
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor

from edge import descriptors
from mesh import ids
from mesh.channels import Peers
from mesh.config import MeshSettings, ServiceSettings
from mesh.contract import Rpc
from mesh.errors import OnsaleError, from_rpc_error
from mesh.identity import ACCESS_TOKEN_AUDIENCE, ACCESS_TOKEN_TYP, KeySet
from mesh.keys import KeyRing
from mesh.server import Server

REACHED = "REACHED"
PEERS = ("inventory", "queue", "payment", "ticket", "search", "edge", "client")
"""Names of certificate files; the file "client" names the operator."""
SERVED_AS = "search"
CARRIER = "onsale.mesh.v1.CarrierService"


@dataclass
class House:
    """The server, and ways to call it."""

    public_channel: Any
    peer_channels: dict[str, Any]
    keys: KeyRing

    def token(self, *roles: str, seconds: int = 300, audience: str = ACCESS_TOKEN_AUDIENCE) -> str:
        """Returns an access token."""
        claims = {
            "sub": ids.text("acc", ids.new_account_id()),
            "aud": audience,
            "exp": int(time.time()) + seconds,
            "roles": ["buyer", *roles],
        }
        return self.keys.sign(claims, ACCESS_TOKEN_TYP)

    async def call(self, rpc: Rpc, token: str = "", peer: str = "") -> str:
        """Returns REACHED, or the name of the status that refused the call."""
        channel = self.peer_channels[peer] if peer else self.public_channel
        metadata = (("authorization", f"Bearer {token}"),) if token else ()
        method = rpc.descriptor
        try:
            if method.client_streaming:
                call = channel.stream_stream(rpc.path)(_nothing_yet(), metadata=metadata)
                async for _ in call:
                    break
                call.cancel()
            elif method.server_streaming:
                async for _ in channel.unary_stream(rpc.path)(b"", metadata=metadata):
                    break
            else:
                await channel.unary_unary(rpc.path)(b"", metadata=metadata, timeout=10)
        except grpc.aio.AioRpcError as error:
            refusal: OnsaleError = from_rpc_error(error)
            # A rule of a field is looked at only by those who may call.
            return (
                REACHED if refusal.code is grpc.StatusCode.INVALID_ARGUMENT else refusal.code.name
            )
        return REACHED


async def _nothing_yet() -> AsyncIterator[bytes]:
    # A message sent into a call that is just being refused is an error of grpc.aio's own, seen once in 900 calls.
    await asyncio.Event().wait()
    yield b""


@asynccontextmanager
async def every_service(tls_dir: Path) -> AsyncIterator[House]:
    """Serves all RPCs on both kinds of port."""
    keys = KeyRing([("test", Ed25519PrivateKey.generate())])

    async def jwks() -> Any:
        return keys.jwks()

    ports = _free_port(), _free_port()
    mesh = MeshSettings(tls_dir=tls_dir, search_peer_address=f"127.0.0.1:{ports[1]}")
    settings = ServiceSettings(
        database_dsn="",
        public_port=ports[0],
        peer_port=ports[1],
        metrics_port=0,
        drain_seconds=0.2,
    )
    peers = {name: Peers(name, mesh) for name in PEERS}
    server = Server(SERVED_AS, settings, mesh, peers[SERVED_AS], session_keys=KeySet(jwks))
    for service in descriptors.services():
        if service.full_name == CARRIER:
            continue  # every server has it, and this one the real one
        server.add(_register(service), _Reached(service))
    running = asyncio.create_task(server.run([]))
    channels = {name: peer.plain_channel(SERVED_AS) for name, peer in peers.items()}
    async with grpc.aio.insecure_channel(f"127.0.0.1:{ports[0]}") as public:
        await public.channel_ready()
        yield House(public, channels, keys)
    for peer in peers.values():
        await peer.close()
    server.stop.set()
    await running


class _Reached:
    """A servicer of any service."""

    def __init__(self, service: ServiceDescriptor) -> None:
        for method in service.methods:
            setattr(self, method.name, _handler(method))


def _handler(method: MethodDescriptor) -> Any:
    reply = descriptors.message_class(method.output_type)

    async def unary(request: Any, context: Any) -> Any:
        return reply()

    async def stream(request: Any, context: Any) -> AsyncIterator[Any]:
        yield reply()

    return stream if method.server_streaming else unary


def _register(service: ServiceDescriptor) -> Any:
    module = service.file.name.removesuffix(".proto").replace("/", ".") + "_pb2_grpc"
    return getattr(importlib.import_module(module), f"add_{service.name}Servicer_to_server")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
