"""What a hold costs, step by step: `make profile ROW=hot` (or spread); FLAME=file.svg draws the flame graph.

Two halves: the engine's process by file and function, and PostgreSQL by statement, those inside functions too, with
what they write ahead and how many updates touched no index.
"""

from __future__ import annotations

import sys
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path

import asyncpg
import uvloop

from mesh import telemetry
from tests.bench import hot, spread
from tests.bench.results import Run
from tests.bench.sampling import Samples, draw, sampled
from tests.bench.servers import PARTS, Servers
from tests.bench.usage import Meter
from tests.fixtures_servers import state_folder
from tests.stack import Stack

CONTESTANTS = {"hot": hot.our_contestant, "spread": spread.our_contestant}
SECONDS = 5.0
ROUNDS = 3
"""The kernel looks at its timers every four milliseconds or so: one round is too few samples."""
SHOWN = 25
STATEMENT_WIDTH = 100

STATEMENTS = """
    SELECT regexp_replace(query, '\\s+', ' ', 'g') AS query, calls, total_exec_time AS millis, wal_bytes, toplevel
    FROM pg_stat_statements
    WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
    ORDER BY total_exec_time DESC LIMIT $1
"""
UPDATES = """
    SELECT regexp_replace(relname, '_\\d+$', '') AS name, sum(n_tup_upd) AS updates, sum(n_tup_hot_upd) AS hot
    FROM pg_stat_user_tables GROUP BY 1 HAVING sum(n_tup_upd) > 0 ORDER BY 2 DESC
"""


class WatchedServers(Servers):
    """Servers whose meter also looks at where the time goes."""

    def __init__(self, stack: Stack) -> None:
        super().__init__(stack)
        self.samples = Samples()

    def meter(self) -> Meter:
        """Returns a meter that samples what it measures."""
        return _Watching(self)

    async def connect(self) -> asyncpg.Connection:
        """Connects to the database that the engine works on."""
        return await asyncpg.connect(self.opened[0])


class _Watching(Meter):
    def __init__(self, servers: WatchedServers) -> None:
        super().__init__(servers.stack)
        self._servers = servers
        self._sampling = sampled(servers.samples)

    async def __aenter__(self) -> Meter:
        if not self._servers.samples.count:
            connection = await self._servers.connect()
            await connection.execute("SELECT pg_stat_statements_reset(), pg_stat_reset()")
            await connection.close()
        self._sampling.__enter__()
        return await super().__aenter__()

    async def __aexit__(self, *error: object) -> None:
        await super().__aexit__(*error)
        self._sampling.__exit__(None, None, None)


async def profile(servers: WatchedServers, row: str) -> tuple[Run, str]:
    """Runs our side of a row, watched; returns all rounds as one. The samples stay with the servers."""
    # Statements inside functions too; whoever connects from now on is told so.
    await servers.execute("ALTER SYSTEM SET pg_stat_statements.track = 'all'")
    await servers.execute("SELECT pg_reload_conf()")
    async with AsyncExitStack() as opened:
        contestant = await CONTESTANTS[row](servers, opened)
        run = _added([await contestant(SECONDS) for _ in range(ROUNDS)])
        connection = await servers.connect()
        try:
            return run, await _database(connection, run)
        finally:
            await connection.close()


def _added(runs: list[Run]) -> Run:
    return Run(
        sum(run.done for run in runs),
        sum(run.seconds for run in runs),
        notes={
            name: sum(run.notes[name] for run in runs) for name in ("load", "postgres", "valkey")
        },
    )


async def _database(connection: asyncpg.Connection, run: Run) -> str:
    lines = ["PostgreSQL, statements inside functions indented", "  µs/hold     calls   WAL B/hold"]
    for row in await connection.fetch(STATEMENTS, SHOWN):
        lines.append(
            f"{1000 * row['millis'] / run.done:9.1f} {row['calls']:9,} {row['wal_bytes'] / run.done:12.0f}  "
            f"{'' if row['toplevel'] else '  '}{row['query'][:STATEMENT_WIDTH]}"
        )
    lines.append("Updates that touched no index (HOT)")
    for row in await connection.fetch(UPDATES):
        lines.append(f"  {row['name']}: {row['hot'] / row['updates']:.1%} of {row['updates']:,}")
    return "\n".join(lines)


def show(run: Run, samples: Samples) -> str:
    """Returns the engine's half."""
    process = 1000 * run.notes["load"] / run.done
    lines = [
        f"{run.done:,} holds, {run.per_second:,.0f}/s; CPU for each: "
        + ", ".join(
            f"{name} {1000 * seconds / run.done:.3f} ms"
            for name, seconds in run.notes.items()
            if name in ("load", "postgres", "valkey")
        ),
        "The engine's process by file (a driver counts with whoever called it)",
        *_shares(samples.by_file(), samples, process),
        "and by innermost function",
        *_shares(samples.by_function(), samples, process),
    ]
    return "\n".join(lines)


def _shares(counts: Counter[str], samples: Samples, process_millis: float) -> list[str]:
    return [
        f"{1000 * process_millis * count / samples.count:9.1f} µs {count / samples.count:6.1%}  {name}"
        for name, count in counts.most_common(SHOWN)
    ]


def main(row: str = "hot", flame: str = "") -> None:
    """Profiles a row."""
    telemetry.configure("bench", level="error")
    with state_folder("profile") as folder, Stack(folder, parts=PARTS) as stack:
        servers = WatchedServers(stack)
        run, database = uvloop.run(profile(servers, row))
    print(f"{show(run, servers.samples)}\n{database}")
    if flame:
        draw(servers.samples, f"The engine's process, row {row}", Path(flame))


if __name__ == "__main__":
    main(*sys.argv[1:3])
