"""pgbench, PostgreSQL's own load generator: as lean a client as there is."""

from __future__ import annotations

import asyncio
import re
import tempfile
from pathlib import Path

from deploy.local.postgres import postgres_program

THREADS = 2
GRACE_SECONDS = 30.0
_RATE = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)
_FAILED = re.compile(r"^number of failed transactions: (\d+)", re.MULTILINE)


async def run(dsn: str, script: str, *, clients: int, seconds: float, log: str = "") -> str:
    """Runs a prepared script for some seconds; returns what pgbench said.

    Args:
        dsn: the database.
        script: what each transaction does.
        clients: how many connections do so at once.
        seconds: for how long.
        log: where to log a fifth of the transactions, as a path's beginning; by default nowhere.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "script.sql"
        file.write_text(script)
        arguments = [
            *("--no-vacuum", "--protocol=prepared", f"--file={file}"),
            *(f"--client={clients}", f"--jobs={THREADS}", f"--time={seconds:.0f}"),
            # Writing all of them would be part of the load.
            *(("--log", f"--log-prefix={log}", "--sampling-rate=0.2") if log else ()),
            dsn,
        ]
        running = await asyncio.create_subprocess_exec(
            str(postgres_program("pgbench")), *arguments, stdout=asyncio.subprocess.PIPE
        )
        out, _ = await asyncio.wait_for(running.communicate(), seconds + GRACE_SECONDS)
    assert running.returncode == 0, out.decode()
    return out.decode()


def rate(said: str) -> float:
    """Reads the transactions per second."""
    found = _RATE.search(said)
    assert found, said
    return float(found[1])


def failures(said: str) -> int:
    """Reads how many transactions failed."""
    found = _FAILED.search(said)
    return int(found[1]) if found else 0
