"""The textbook's hold, by pgbench on the same server: one optimistic UPDATE of one seat, and nothing around it.

No party, no account, no limit, no expiry, no idempotency, no event told: what a hold cannot cost less than.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import asyncpg

from tests.bench import pgbench
from tests.bench.measure import Row
from tests.stack import Stack

SEATS = 100_000
CLIENTS = 64
ROW_SECONDS = 8

TABLE = """
    DROP TABLE IF EXISTS seats;
    CREATE TABLE seats (
        seat_id bigint PRIMARY KEY, status text NOT NULL, held_by bigint, held_until timestamptz,
        version bigint NOT NULL
    );
    INSERT INTO seats SELECT n, 'available', NULL, NULL, 0 FROM generate_series(1, {seats}) AS n;
    ANALYZE seats;
"""
SCRIPT = r"""
\set seat_id random(1, {seats})
UPDATE seats
SET status = 'held', held_by = :client_id, held_until = now() + interval '10 minutes',
    version = version + 1
WHERE seat_id = :seat_id AND status = 'available' AND version = 0;
"""


async def updates(stack: Stack) -> Row:
    """Measures the updates."""
    admin = await asyncpg.connect(stack.database_dsn("postgres", superuser=True))
    try:
        await admin.execute("DROP DATABASE IF EXISTS bench WITH (FORCE)")
        await admin.execute("CREATE DATABASE bench")
    finally:
        await admin.close()
    dsn = stack.database_dsn("bench", superuser=True)
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(TABLE.format(seats=SEATS))
    finally:
        await connection.close()
    with tempfile.TemporaryDirectory() as folder:
        said = await pgbench.run(
            dsn,
            SCRIPT.format(seats=SEATS),
            clients=CLIENTS,
            seconds=ROW_SECONDS,
            log=f"{folder}/log",
        )
        latencies = _logged(Path(folder))
    row = Row(f"optimistic UPDATE by pgbench, {CLIENTS} clients", ROW_SECONDS, latencies)
    row.done = int(pgbench.rate(said) * ROW_SECONDS)
    if failed := pgbench.failures(said):
        row.errors["failed"] = failed
    return row


def _logged(folder: Path) -> list[float]:
    """The latencies of pgbench's logs, in seconds: the third word of each line, in microseconds."""
    return [
        int(line.split()[2]) / 1_000_000
        for log in folder.glob("log.*")
        for line in log.read_text().splitlines()
    ]
