"""What the audit reads: the owners' databases, and the processor's own books."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import httpx

from mesh.database import load_queries

OWNERS = ("inventory", "queue", "payment", "ticket", "search", "edge")
PROCESSOR_PAGE_SIZE = 100
PROCESSOR_PAGES_MAX = 10_000
PROCESSOR_TIMEOUT_SECONDS = 30.0

_queries = load_queries(Path(__file__).with_name("queries.sql"))


class Evidence:
    """One look at the system; each owner's rows as of one snapshot."""

    def __init__(self, connections: dict[str, Any], processor: httpx.AsyncClient) -> None:
        self._connections = connections
        self._processor = processor

    async def rows(self, owner: str, query: str) -> list[Any]:
        """Returns what a named query finds in an owner's database."""
        statement: str = getattr(_queries, query).sql
        rows: list[Any] = await self._connections[owner].fetch(statement)
        return rows

    async def count(self, owner: str, query: str) -> int:
        """Returns the number that a named query counts."""
        return int((await self.rows(owner, query))[0][0])

    async def texts(self, owner: str, query: str) -> list[str]:
        """Returns each row of a named query as a line for people."""
        return [" ".join(map(str, row.values())) for row in await self.rows(owner, query)]

    async def processor_list(self, path: str) -> list[dict[str, Any]]:
        """Returns everything that the processor lists under a path, page by page."""
        found: list[dict[str, Any]] = []
        after: dict[str, str] = {}
        for _ in range(PROCESSOR_PAGES_MAX):
            reply = await self._processor.get(path, params={"limit": PROCESSOR_PAGE_SIZE, **after})
            reply.raise_for_status()
            page = reply.json()
            found += page["data"]
            if not page["has_more"]:
                break
            after = {"starting_after": page["data"][-1]["id"]}
        return found


@asynccontextmanager
async def look(endpoints: dict[str, str], processor_key: str) -> AsyncIterator[Evidence]:
    """Opens one look: a repeatable-read snapshot of every database."""
    connections: dict[str, Any] = {}
    try:
        for owner in OWNERS:
            dsn = _in_database(endpoints["postgres"], owner)
            connections[owner] = await asyncpg.connect(dsn)
            await connections[owner].execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        async with httpx.AsyncClient(
            base_url=endpoints["stripe"].removesuffix("/v1"),
            auth=(processor_key, ""),
            timeout=PROCESSOR_TIMEOUT_SECONDS,
            trust_env=False,
        ) as processor:
            yield Evidence(connections, processor)
    finally:
        for connection in connections.values():
            await connection.close()


def read_endpoints(folder: Path) -> dict[str, str]:
    """Returns where everything answers."""
    endpoints: dict[str, str] = json.loads((folder / "endpoints.json").read_text(encoding="utf-8"))
    return endpoints


def _in_database(dsn: str, name: str) -> str:
    parts = urlsplit(dsn)
    return urlunsplit(parts._replace(path=f"/{name}"))
