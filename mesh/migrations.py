"""Brings a database's schema up to date: numbered SQL files, each once, in order, under one lock.

A file is one transaction. A file whose text changed after it was applied stops the start: history is not edited.
Expand before contract: a file must let the code of the release before it go on working.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

# Any number that nothing else locks; "onsale" in ASCII.
MIGRATION_LOCK = 0x6F6E73616C65
# A migration that waits for a lock makes everybody behind it wait: rather fail, and be run again.
LOCK_TIMEOUT = "4s"


class MigrationChanged(Exception):
    """A migration that was applied has another text now."""


async def migrate(connection: Any, folders: Sequence[Path]) -> list[str]:
    """Applies what is missing; returns the names of what it applied, such as "inventory_svc/0001_catalog"."""
    await connection.execute("SELECT pg_advisory_lock($1)", MIGRATION_LOCK)
    try:
        await connection.execute(
            "CREATE TABLE IF NOT EXISTS schema_migrations ("
            "name text PRIMARY KEY, checksum text NOT NULL, "
            "applied_time timestamptz NOT NULL DEFAULT clock_timestamp())"
        )
        rows = await connection.fetch("SELECT name, checksum FROM schema_migrations")
        known = {row["name"]: row["checksum"] for row in rows}
        applied = []
        for folder in folders:
            for path in sorted(folder.glob("*.sql")):
                if await _apply(connection, path, path.read_text(encoding="utf-8"), known):
                    applied.append(path.stem)
        return applied
    finally:
        await connection.execute("SELECT pg_advisory_unlock($1)", MIGRATION_LOCK)


async def _apply(connection: Any, path: Path, sql: str, known: dict[str, str]) -> bool:
    name = f"{path.parent.parent.name}/{path.stem}"
    checksum = hashlib.sha256(sql.encode()).hexdigest()
    if name in known:
        if known[name] != checksum:
            raise MigrationChanged(
                f"{name} was changed after it was applied; add a new file instead"
            )
        return False
    async with connection.transaction():
        await connection.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
        await connection.execute(sql)
        await connection.execute(
            "INSERT INTO schema_migrations (name, checksum) VALUES ($1, $2)", name, checksum
        )
    return True
