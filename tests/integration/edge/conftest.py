"""The edge on a real port, before services whose handlers are the test's own; everything between is real."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge.assembly import assemble
from edge.config import EdgeSettings
from edge.http_server import HTTPServer
from edge.neighbours import Neighbours
from edge.rate_limits import RateLimits
from edge.streams import EventStreams
from mesh import ids
from mesh.config import MeshSettings
from mesh.contract import describe
from mesh.identity import ACCESS_TOKEN_AUDIENCE, ACCESS_TOKEN_TYP, KeySet, TokenVerifier
from mesh.interceptors import Chain
from mesh.keys import KeyRing
from tests.integration.edge.fakes import Fakes
from tests.polling import eventually


@dataclass
class RunningEdge:
    """An edge, the services behind it, and a client before it."""

    client: httpx.AsyncClient
    fakes: Fakes
    keys: KeyRing
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    def token(self, *roles: str, seconds: int = 60, **claims: object) -> str:
        """Returns an access token of a new account."""
        body = {
            "sub": ids.text("acc", ids.new_account_id()),
            "aud": ACCESS_TOKEN_AUDIENCE,
            "exp": int(time.time()) + seconds,
            "roles": ["buyer", *roles],
        }
        return self.keys.sign({**body, **claims}, ACCESS_TOKEN_TYP)

    def bearer(self, *roles: str, **claims: Any) -> dict[str, str]:
        """Returns the header of a new account."""
        return {"Authorization": f"Bearer {self.token(*roles, **claims)}"}


class _PlainChannels:
    """Stands in for the mTLS channels: one server is every service."""

    def __init__(self, address: str) -> None:
        self._channel = grpc.aio.insecure_channel(address)

    def address(self, neighbour: str) -> str:
        return "localhost"

    def plain_channel(self, neighbour: str, address: str = "") -> Any:
        return self._channel

    async def close(self) -> None:
        await self._channel.close()


@pytest.fixture
def edge_settings(tmp_path: Path) -> EdgeSettings:
    """Defaults, without limits per address; a test overrides this to say otherwise."""
    return EdgeSettings(requests_per_minute_per_address=0, web_dir=tmp_path / "dist")


@pytest.fixture
async def edge(edge_settings: EdgeSettings) -> AsyncIterator[RunningEdge]:
    keys = KeyRing([("test", Ed25519PrivateKey.generate())])
    verifier = TokenVerifier(KeySet(lambda: _jwks(keys)))
    fakes = Fakes()
    server, address = await _serve(fakes, verifier)
    channels: Any = _PlainChannels(address)
    neighbours = Neighbours(channels)
    streams = EventStreams(edge_settings.streams_max)
    app = assemble(
        edge_settings,
        MeshSettings(),
        neighbours=neighbours,
        verifier=verifier,
        limits=RateLimits.of(edge_settings),
        streams=streams,
        is_ready=_ready,
    )
    port = _free_port()
    http = HTTPServer(app, "127.0.0.1", port, 3.0, streams.end)
    base = f"http://127.0.0.1:{port}"
    async with httpx.AsyncClient(base_url=base, timeout=10, trust_env=False) as client:
        running = RunningEdge(client, fakes, keys)
        task = asyncio.create_task(http.run(running.stop))
        await eventually(lambda: _answers(client), within_seconds=5, what="the edge's start")
        yield running
        running.stop.set()
        await task
    await neighbours.close()
    await channels.close()
    await server.stop(None)


async def _serve(fakes: Fakes, verifier: TokenVerifier) -> tuple[Any, str]:
    chain = Chain(verifier, is_peer_port=False)
    server = grpc.aio.server()
    for service, register, servicer in fakes.services():
        chain.add(describe(service), getattr(servicer, "locate", None))
        register(servicer, chain.before(server))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    return server, f"127.0.0.1:{port}"


async def _jwks(keys: KeyRing) -> Any:
    return keys.jwks()


async def _ready() -> bool:
    return True


async def _answers(client: httpx.AsyncClient) -> bool:
    with contextlib.suppress(httpx.TransportError):
        return (await client.get("/healthz")).status_code == 200
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
