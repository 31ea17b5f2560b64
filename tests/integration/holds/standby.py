"""A streaming replica of a test's PostgreSQL: a base backup that follows the primary's write-ahead log."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from deploy.local.databases import SUPERUSER
from deploy.local.ports import LOOPBACK
from deploy.local.postgres import SETTINGS, postgres_program
from deploy.local.processes import leashed
from deploy.local.unprivileged import give, server_user
from tests.polling import eventually

BACKUP_SECONDS = 60
START_SECONDS = 20.0


class Standby:
    """A replica on a port of its own."""

    def __init__(self, primary_dsn: str, folder: Path, port: int, primary_data: Path) -> None:
        self._primary = urlsplit(primary_dsn)
        self._folder = folder / "standby"
        self._port = port
        self._user = server_user(primary_data)
        self._process: subprocess.Popen[bytes] | None = None

    def dsn(self, database: str, *, role_of: str = "") -> str:
        """How the superuser, or the role of another DSN, reaches a database of the replica."""
        login, _, _ = (urlsplit(role_of) if role_of else self._primary).netloc.rpartition("@")
        return urlunsplit(
            ("postgresql", f"{login}@{LOOPBACK}:{self._port}", f"/{database}", "", "")
        )

    def copy(self) -> None:
        """Copies the primary, which goes on meanwhile."""
        self._folder.mkdir(mode=0o700)
        give(self._folder, self._user)
        command = [
            str(postgres_program("pg_basebackup")),
            *("--pgdata", str(self._folder), "--dbname", urlunsplit(self._primary)),
            *("--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast"),
        ]
        subprocess.run(
            leashed(command, death_signal=signal.SIGKILL, user=self._user),
            check=True,
            capture_output=True,
            timeout=BACKUP_SECONDS,
            cwd="/",
        )

    async def start(self) -> None:
        """Starts the server; returns when it takes connections."""
        options = {**SETTINGS, "port": str(self._port), "unix_socket_directories": ""}
        command = [str(postgres_program("postgres")), "-D", str(self._folder)]
        command += [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        (self._folder / "postmaster.pid").unlink(missing_ok=True)
        self._process = subprocess.Popen(  # noqa: ASYNC220 - returns at once
            leashed(command, death_signal=signal.SIGKILL, user=self._user),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"},
            cwd="/",
            start_new_session=True,
        )
        await eventually(self._answers, within_seconds=START_SECONDS, what="the replica's start")

    def kill(self) -> None:
        """Ends the server as a crash of its machine would."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    async def execute(self, statement: str) -> None:
        """Runs a statement as the superuser."""
        connection = await asyncpg.connect(self.dsn(SUPERUSER), timeout=5)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    def remove(self) -> None:
        """Ends it and drops its data."""
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    async def _answers(self) -> bool:
        try:
            await self.execute("SELECT 1")
        except (OSError, TimeoutError, asyncpg.PostgresError):
            return False
        return True
