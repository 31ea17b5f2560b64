"""The textbook's hold, by pgbench on the same server: one optimistic UPDATE of one seat, and nothing around it.

No party, no account, no limit, no expiry, no idempotency, no event told: what a hold cannot cost less than.
"""

from __future__ import annotations

import asyncio
import re
import tempfile
from pathlib import Path

import asyncpg

from deploy.local.postgres import postgres_program
from tests.bench.measure import Row
from tests.stack import Stack

SEATS = 100_000
CLIENTS = 64
THREADS = 2
ROW_SECONDS = 8
SAMPLED = 0.2
"""The share of transactions whose latency is logged: writing all of them would be part of the load."""

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
_RATE = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)
_FAILED = re.compile(r"^number of failed transactions: (\d+)", re.MULTILINE)


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
        said = await _pgbench(dsn, Path(folder))
        latencies = _logged(Path(folder))
    rate, failed = _RATE.search(said), _FAILED.search(said)
    assert rate, said
    row = Row(f"optimistic UPDATE by pgbench, {CLIENTS} clients", ROW_SECONDS, latencies)
    row.done = int(float(rate[1]) * ROW_SECONDS)
    if failed and int(failed[1]):
        row.errors["failed"] = int(failed[1])
    return row


async def _pgbench(dsn: str, folder: Path) -> str:
    script = folder / "hold.sql"
    script.write_text(SCRIPT.format(seats=SEATS))
    arguments = [
        *("--no-vacuum", "--protocol=prepared", f"--file={script}"),
        *(f"--client={CLIENTS}", f"--jobs={THREADS}", f"--time={ROW_SECONDS}"),
        *("--log", f"--log-prefix={folder / 'log'}", f"--sampling-rate={SAMPLED}"),
        dsn,
    ]
    running = await asyncio.create_subprocess_exec(
        str(postgres_program("pgbench")), *arguments, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await asyncio.wait_for(running.communicate(), ROW_SECONDS + 30)
    assert running.returncode == 0, out.decode()
    return out.decode()


def _logged(folder: Path) -> list[float]:
    """The latencies of pgbench's logs, in seconds: the third word of each line, in microseconds."""
    return [
        int(line.split()[2]) / 1_000_000
        for log in folder.glob("log.*")
        for line in log.read_text().splitlines()
    ]
