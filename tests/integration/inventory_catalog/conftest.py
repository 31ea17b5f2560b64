"""The catalogue's real handlers behind the real server, shared by the session: every test has organisers of its own."""

import asyncio
import datetime
import socket
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import grpc
import pytest

from deploy.local.tls import ensure_certificates
from inventory_svc.__main__ import MIGRATIONS
from inventory_svc.catalog.handlers import CatalogHandlers
from inventory_svc.config import InventorySettings
from mesh import ids
from mesh.channels import Peers
from mesh.clock import SystemClock
from mesh.config import MeshSettings
from mesh.database import Database, open_database
from mesh.errors import OnsaleError, from_rpc_error
from mesh.identity import ACCESS_TOKEN_AUDIENCE, ACCESS_TOKEN_TYP, KeySet
from mesh.keys import KeyRing
from mesh.server import Server
from protos.inventory.v1 import catalog_pb2, catalog_pb2_grpc
from tests.fixtures_servers import PostgresServer

METADATA_BYTES_MAX = 256 * 1024


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Organiser:
    """An account, and how it calls the catalogue on the public port."""

    account_id: UUID
    stub: Any
    token: str

    async def call(self, method: str, request: Any) -> Any:
        """Calls; raises what the server said as an OnsaleError."""
        metadata = (("authorization", f"Bearer {self.token}"),) if self.token else ()
        try:
            return await getattr(self.stub, method)(request, metadata=metadata)
        except grpc.aio.AioRpcError as error:
            raise from_rpc_error(error) from None

    async def refused(self, method: str, request: Any) -> OnsaleError:
        """Returns the refusal of a call that must not succeed."""
        with pytest.raises(OnsaleError) as caught:
            await self.call(method, request)
        return caught.value


@dataclass
class Catalog:
    """The running service."""

    database: Database
    keys: KeyRing
    address: str
    peers: Peers

    def organiser(self, *roles: str) -> Organiser:
        """Returns a new account, by default an organiser."""
        account_id = ids.new_account_id()
        claims = {
            "sub": ids.text("acc", account_id),
            "aud": ACCESS_TOKEN_AUDIENCE,
            "exp": int(time.time()) + 300,
            "roles": ["buyer", *(roles or ("organiser",))],
        }
        token = self.keys.sign(claims, ACCESS_TOKEN_TYP)
        return Organiser(account_id, self._stub(), token)

    def nobody(self) -> Organiser:
        """Returns a caller without a token."""
        return Organiser(ids.new_account_id(), self._stub(), "")

    def service(self) -> Any:
        """Returns a stub as search calls it, on the peer port."""
        return self.peers.stub(catalog_pb2_grpc.CatalogServiceStub, "inventory")

    def _stub(self) -> Any:
        options = [("grpc.max_metadata_size", METADATA_BYTES_MAX)]
        channel = grpc.aio.insecure_channel(self.address, options=options)
        return catalog_pb2_grpc.CatalogServiceStub(channel)

    async def count(self, table: str) -> int:
        """How many rows a table has."""
        return int((await self.rows(f"SELECT count(*) FROM {table}"))[0][0])

    async def rows(self, statement: str, *arguments: object) -> list[Any]:
        """Looks into the database, which no client can."""
        async with self.database.connection() as connection:
            return list(await connection.fetch(statement, *arguments))


@pytest.fixture(scope="session")
async def catalog(
    postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Catalog]:
    tls_dir = tmp_path_factory.mktemp("tls")
    ensure_certificates(tls_dir, datetime.datetime.now(datetime.UTC))
    database = await postgres.create()
    opened = await open_database(postgres.dsn(database), [MIGRATIONS])
    keys = await KeyRing.open(opened, "session")
    public, peer = free_port(), free_port()
    mesh = MeshSettings(tls_dir=tls_dir, inventory_peer_address=f"127.0.0.1:{peer}")
    settings = InventorySettings(
        database_dsn=opened.dsn, public_port=public, peer_port=peer, metrics_port=0, drain_seconds=1
    )

    async def fetch() -> Any:
        return keys.jwks()

    peers = Peers("search", mesh)
    server = Server("inventory", settings, mesh, peers, session_keys=KeySet(fetch))
    server.add(
        catalog_pb2_grpc.add_CatalogServiceServicer_to_server,
        CatalogHandlers(opened, SystemClock()),
    )
    serving = asyncio.create_task(server.run([]))
    running = Catalog(opened, keys, f"127.0.0.1:{public}", peers)
    async with grpc.aio.insecure_channel(running.address) as channel:
        await channel.channel_ready()
    yield running
    server.stop.set()
    await serving
    await peers.close()
    await opened.close()
    await postgres.drop(database)


@pytest.fixture
def organiser(catalog: Catalog) -> Organiser:
    return catalog.organiser()


def venue_request(**changes: Any) -> catalog_pb2.CreateVenueRequest:
    fields: dict[str, Any] = {
        "name": "Lantern Hall",
        "city": "Oslo",
        "country_code": "NO",
        "latitude": 59.91,
        "longitude": 10.75,
        "time_zone": "Europe/Oslo",
    }
    return catalog_pb2.CreateVenueRequest(**fields | changes)


@pytest.fixture
async def venue(organiser: Organiser) -> Any:
    """A venue of the organiser, without a plan."""
    return await organiser.call("CreateVenue", venue_request())
