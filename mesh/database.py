"""PostgreSQL: the pool, transactions, named SQL, and what a driver's error means.

Only this module and the services' store.py import the driver.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiosql
import asyncpg

from mesh.errors import OnsaleError, Unavailable
from mesh.migrations import migrate

STATEMENT_TIMEOUT_MILLIS = 15_000
LOCK_TIMEOUT_MILLIS = 5_000
IDLE_IN_TRANSACTION_TIMEOUT_MILLIS = 20_000
ACQUIRE_TIMEOUT_SECONDS = 5.0
CONNECT_TIMEOUT_SECONDS = 10.0
# Whoever does not get an answer from a replica asks the primary instead, within the deadline of the same call.
REPLICA_CONNECT_TIMEOUT_SECONDS = 1.0
REPLICA_COMMAND_TIMEOUT_SECONDS = 1.5
POOL_SIZE_MAX_DEFAULT = 12
# A backend that has seen every table keeps some 15 MB; those of a rush are given back soon after it.
IDLE_CONNECTION_SECONDS = 30.0

Connection = Any
"""An asyncpg connection; the driver has no types."""

MESH_MIGRATIONS = Path(__file__).parent / "migrations"

_AWAY = (
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.QueryCanceledError,
    asyncpg.LockNotAvailableError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.InterfaceError,
    # A connection lost in the middle of a statement: the driver finds its own state broken when it gives it back.
    asyncpg.InternalClientError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    ConnectionError,
)


def driver_refusal(raised: BaseException) -> OnsaleError | None:
    """Returns what to tell a caller when the database is away or gave up; None when the error is of another kind."""
    return Unavailable() if isinstance(raised, _AWAY) else None


class Database:
    """One service's database."""

    def __init__(self, pool: Any, dsn: str) -> None:
        self.pool = pool
        self.dsn = dsn

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """Lends a connection; statements commit one by one."""
        async with self.pool.acquire(timeout=ACQUIRE_TIMEOUT_SECONDS) as connection:
            yield connection

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Lends a connection in a READ COMMITTED transaction that commits when the block ends well."""
        async with self.connection() as connection, connection.transaction():
            yield connection

    async def close(self) -> None:
        """Closes the pool, waiting for connections that are lent."""
        await self.pool.close()


async def open_database(
    dsn: str,
    migrations: Sequence[Path] = (),
    *,
    pool_size_max: int = POOL_SIZE_MAX_DEFAULT,
) -> Database:
    """Brings a database up to date and returns its pool. Several processes may do so at once."""
    connection = await asyncpg.connect(dsn, timeout=CONNECT_TIMEOUT_SECONDS)
    try:
        await migrate(connection, [MESH_MIGRATIONS, *migrations])
    finally:
        await connection.close()
    pool = await asyncpg.create_pool(
        dsn,
        min_size=1,
        max_size=pool_size_max,
        timeout=CONNECT_TIMEOUT_SECONDS,
        max_inactive_connection_lifetime=IDLE_CONNECTION_SECONDS,
        reset=_as_it_is,
        command_timeout=STATEMENT_TIMEOUT_MILLIS / 1000 + 5,
        server_settings={
            "application_name": "onsale",
            "statement_timeout": str(STATEMENT_TIMEOUT_MILLIS),
            "lock_timeout": str(LOCK_TIMEOUT_MILLIS),
            "idle_in_transaction_session_timeout": str(IDLE_IN_TRANSACTION_TIMEOUT_MILLIS),
            "timezone": "UTC",
        },
    )
    return Database(pool, dsn)


async def open_replica(dsn: str, *, pool_size_max: int = POOL_SIZE_MAX_DEFAULT) -> Database:
    """Returns the pool of a read-only copy; it connects when it is first asked, so one that is away stops nobody."""
    pool = await asyncpg.create_pool(
        dsn,
        min_size=0,
        max_size=pool_size_max,
        timeout=REPLICA_CONNECT_TIMEOUT_SECONDS,
        max_inactive_connection_lifetime=IDLE_CONNECTION_SECONDS,
        reset=_as_it_is,
        command_timeout=REPLICA_COMMAND_TIMEOUT_SECONDS,
        server_settings={
            "application_name": "onsale",
            "default_transaction_read_only": "on",
            "timezone": "UTC",
        },
    )
    return Database(pool, dsn)


async def _as_it_is(connection: Connection) -> None:
    """Gives a connection back without asking the server to forget the session: nobody leaves anything in it.

    What lasts longer than a transaction (session locks) lives on connect_alone's connections; a transaction that was
    left open is rolled back by the driver before this. It saves a round trip for each use of the pool.
    """


async def connect_alone(dsn: str) -> Connection:
    """Returns a connection outside any pool, for session locks that live as long as a worker; close it."""
    return await asyncpg.connect(dsn, timeout=CONNECT_TIMEOUT_SECONDS, command_timeout=30)


def load_queries(path: Path) -> Any:
    """Reads a queries.sql: `-- name: x`, a sentence, the statement with `:named` parameters."""
    return aiosql.from_path(str(path), "asyncpg", mandatory_parameters=False)
