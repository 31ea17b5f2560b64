"""Fixtures: the whole stack, and single servers for tests that need no more."""

import contextlib
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
import redis.asyncio

from tests.integration.kafka import server as kafka
from tests.stack import Stack

LOGS_KEPT = Path(tempfile.gettempdir()) / "onsale-test-logs"


@contextlib.contextmanager
def state_folder(name: str) -> Iterator[Path]:
    """A folder for a stack's state, its logs copied to LOGS_KEPT at the end.

    Not below pytest's own: each new session of pytest shuts that folder to all but its user, and PostgreSQL, which runs
    as another one when we are root, loses its data in the middle of a test.
    """
    folder = Path(tempfile.mkdtemp(prefix=f"onsale-{name}-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        if (folder / "logs").exists():
            shutil.copytree(folder / "logs", LOGS_KEPT / name, dirs_exist_ok=True)
        shutil.rmtree(folder, ignore_errors=True)


SERVER_PARTS = ("postgres", "valkey", "kafka")


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """The whole stack without a demo catalogue, shared by the session; per-address limits off."""
    lifted = {"ONSALE_EDGE_REQUESTS_PER_MINUTE_PER_ADDRESS": "0"}
    with state_folder("stack") as folder, Stack(folder, environment=lifted) as running:
        yield running


@pytest.fixture(scope="session")
def demo_stack() -> Iterator[Stack]:
    """The whole stack as a first `make run` leaves it, with its demo catalogue."""
    lifted = {"ONSALE_EDGE_REQUESTS_PER_MINUTE_PER_ADDRESS": "0"}
    with state_folder("demo") as folder, Stack(folder, demo=True, environment=lifted) as running:
        yield running


@pytest.fixture(scope="session")
def servers() -> Iterator[Stack]:
    """PostgreSQL, Valkey and the broker, without the services: up in two seconds."""
    with state_folder("servers") as folder, Stack(folder, parts=SERVER_PARTS) as running:
        yield running


class PostgresServer:
    """A server on which tests make databases of their own."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack

    def dsn(self, database: str = "postgres") -> str:
        """The superuser's way into a database."""
        return self._stack.database_dsn(database, superuser=True)

    async def create(self, template: str = "template1") -> str:
        """Makes a database from a template and returns its name; template1 has the extensions."""
        name = f"test_{uuid4().hex}"
        await self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    async def drop(self, database: str) -> None:
        """Removes a database, and whoever is still connected to it."""
        await self._execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    async def _execute(self, statement: str) -> None:
        connection = await asyncpg.connect(self.dsn())
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


@pytest.fixture(scope="session")
def postgres(servers: Stack) -> PostgresServer:
    """The session's PostgreSQL server."""
    return PostgresServer(servers)


@pytest.fixture
async def database(postgres: PostgresServer) -> AsyncIterator[str]:
    """The DSN of a database of the test's own, empty but for the extensions."""
    name = await postgres.create()
    yield postgres.dsn(name)
    await postgres.drop(name)


@pytest.fixture
async def valkey(servers: Stack) -> str:
    """The URL of an empty Valkey."""
    url = servers.endpoints["valkey"]
    async with redis.asyncio.from_url(url) as client:
        await client.flushall()
    return url


@pytest.fixture(scope="session")
async def apache_kafka() -> AsyncIterator[str]:
    """The bootstrap address of an Apache Kafka 4, where Java and Maven are."""
    lacks = kafka.missing()
    if lacks:
        pytest.skip(lacks)
    with state_folder("kafka") as folder:
        server = kafka.ApacheKafka(folder)
        server.format()
        try:
            await server.start()
            yield server.bootstrap
        finally:
            server.stop()


@pytest.fixture(scope="session", params=["local", pytest.param("apache", marks=pytest.mark.kafka)])
def broker(request: pytest.FixtureRequest) -> str:
    """The bootstrap address of a broker that has all the topics, shared by the session.

    Whoever asks runs twice: on the local broker, and, marked `kafka`, on Apache Kafka. Others write to it too: consume
    with a group of the test's own, and look for one's own keys.
    """
    if request.param == "apache":
        address: str = request.getfixturevalue("apache_kafka")
        return address
    servers: Stack = request.getfixturevalue("servers")
    return servers.endpoints["kafka"]
