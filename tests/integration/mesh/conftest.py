"""A small real service: search's contract with handlers of the test's own, on free ports with real certificates."""

import asyncio
import contextlib
import datetime
import socket
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import pytest

from deploy.local.tls import ensure_certificates
from mesh import ids
from mesh.channels import Peers
from mesh.config import MeshSettings, ServiceSettings
from mesh.database import open_database
from mesh.identity import ACCESS_TOKEN_AUDIENCE, ACCESS_TOKEN_TYP, KeySet
from mesh.keys import KeyRing
from mesh.server import Server


@dataclass
class Running:
    """A running server, and what a test needs to call it."""

    server: Server
    public_address: str
    mesh: MeshSettings
    keys: KeyRing
    callers: dict[str, Peers] = field(default_factory=dict)

    def public(self) -> Any:
        return grpc.aio.insecure_channel(self.public_address)

    def peer(self, name: str) -> Any:
        return self.callers.setdefault(name, Peers(name, self.mesh)).channel("search")

    def token(self, *roles: str, seconds: int = 60, **claims: object) -> str:
        body = {
            "sub": ids.text("acc", ids.new_account_id()),
            "aud": ACCESS_TOKEN_AUDIENCE,
            "exp": int(time.time()) + seconds,
            "roles": ["buyer", *roles],
        }
        return self.keys.sign({**body, **claims}, ACCESS_TOKEN_TYP)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
async def keys(database: str) -> AsyncIterator[KeyRing]:
    opened = await open_database(database)
    yield await KeyRing.open(opened, "session")
    await opened.close()


@pytest.fixture
def serve(keys: KeyRing, tmp_path: Path) -> Any:
    """Returns a context manager that serves (register, servicer) pairs as the service "search"."""
    ensure_certificates(tmp_path, datetime.datetime.now(datetime.UTC))

    @contextlib.asynccontextmanager
    async def serving(
        *pairs: tuple[Any, Any], again: Running | None = None
    ) -> AsyncIterator[Running]:
        public = free_port()
        peer = int(again.mesh.search_peer_address.split(":")[1]) if again else free_port()
        mesh = MeshSettings(tls_dir=tmp_path, search_peer_address=f"127.0.0.1:{peer}")
        settings = ServiceSettings(
            database_dsn="", public_port=public, peer_port=peer, metrics_port=0, drain_seconds=1
        )

        async def fetch() -> Any:
            return keys.jwks()

        server = Server("search", settings, mesh, Peers("search", mesh), session_keys=KeySet(fetch))
        for register, servicer in pairs:
            server.add(register, servicer)
        task = asyncio.create_task(server.run([]))
        running = Running(server, f"127.0.0.1:{public}", mesh, keys)
        await running.public().channel_ready()
        yield running
        server.stop.set()
        await task

    return serving
