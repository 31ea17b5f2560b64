"""What the rows of the engine run on: a PostgreSQL and a Valkey of their own, and databases to fill."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import asyncpg

from tests.bench.box_office import BoxOffice, box_office
from tests.bench.usage import Meter
from tests.stack import Stack

PARTS = ("postgres", "valkey")


class Servers:
    """The servers of a stack, and what their processes use."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.valkey_url = stack.endpoints["valkey"]
        self.opened: list[str] = []
        """DSNs of the databases in use."""

    @asynccontextmanager
    async def database(self) -> AsyncIterator[str]:
        """Makes an empty database; gives its DSN."""
        name = f"bench_{uuid4().hex[:12]}"
        await self.execute(f"CREATE DATABASE {name}")
        dsn = self.stack.database_dsn(name, superuser=True)
        self.opened.append(dsn)
        try:
            yield dsn
        finally:
            self.opened.remove(dsn)
            await self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    @asynccontextmanager
    async def office(self) -> AsyncIterator[BoxOffice]:
        """Opens our engine on an empty database."""
        async with self.database() as dsn, box_office(dsn, self.valkey_url) as office:
            yield office

    async def checkpoint(self) -> None:
        """Writes what was filled to the disk now, so that it is not written while a row is measured."""
        await self.execute("CHECKPOINT")

    def meter(self) -> Meter:
        """Returns a meter of everything that works for a row."""
        return Meter(self.stack)

    async def execute(self, statement: str) -> None:
        """Tells the server something."""
        connection = await asyncpg.connect(self.stack.database_dsn("postgres", superuser=True))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()
