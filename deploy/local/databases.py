"""A database and a role for each owner, on a server that has just started."""

from collections.abc import Callable

import asyncpg

from deploy.local.ports import SERVICES

SUPERUSER = "postgres"

EXTENSIONS = (
    "pg_trgm",
    "unaccent",
    "cube",
    "earthdistance",
    "btree_gin",
    "btree_gist",
    "pg_stat_statements",
)

CONNECT_SECONDS = 2.0
STATEMENT_SECONDS = 30.0


async def make_missing(dsn: Callable[[str, str], str], password: Callable[[str], str]) -> None:
    """Makes what is not there yet: on all but the first start, nothing.

    Args:
        dsn: how a role reaches a database.
        password: the password of a role.
    """
    connection = await _connect(dsn(SUPERUSER, SUPERUSER))
    try:
        rows = await connection.fetch("SELECT datname FROM pg_database")
        missing = [owner for owner in SERVICES if owner not in {row[0] for row in rows}]
        if missing:
            await _fill_template(dsn(SUPERUSER, "template1"))
        for owner in missing:
            await _make(connection, owner, password(owner))
    finally:
        await connection.close()


async def _fill_template(dsn: str) -> None:
    """Puts the extensions where every new database is copied from."""
    connection = await _connect(dsn)
    try:
        for extension in EXTENSIONS:
            await connection.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
    finally:
        await connection.close()


async def _make(connection: asyncpg.Connection, owner: str, password: str) -> None:
    if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", owner):
        # Our passwords are URL-safe base 64: no character in them needs quoting.
        await connection.execute(f"CREATE ROLE {owner} LOGIN PASSWORD '{password}'")
    await connection.execute(f"CREATE DATABASE {owner} OWNER {owner}")
    # None reads another's.
    await connection.execute(f"REVOKE CONNECT ON DATABASE {owner} FROM PUBLIC")


async def _connect(dsn: str) -> asyncpg.Connection:
    return await asyncpg.connect(dsn, timeout=CONNECT_SECONDS, command_timeout=STATEMENT_SECONDS)
