"""What is put to the test: three inventory processes over one PostgreSQL and one Valkey, and what they sell."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import grpc

from deploy.local.environment import plain_environment
from deploy.local.processes import leashed
from deploy.local.readiness import serves_grpc
from deploy.local.settings import CHECKOUT
from inventory_svc.__main__ import MIGRATIONS
from inventory_svc.catalog.events import Limits
from inventory_svc.plans.generator import Block
from mesh import ids
from mesh.channels import credentials
from mesh.database import open_database
from mesh.keys import KeyRing
from mesh.valkey import connect
from protos.inventory.v1 import allocation_pb2_grpc, inventory_pb2_grpc
from tests.integration.holds.conftest import Office
from tests.polling import eventually
from tests.stack import Stack

PARTS = ("postgres", "valkey", "kafka", "edge")
"""The edge, because it alone knows whose tokens are good."""

PROCESSES = 3
START_SECONDS = 60.0
TOKEN_LIFE = timedelta(hours=6)

# Offsets of the stack's block of ports that no part of it uses.
PUBLIC_OFFSET, PEER_OFFSET, METRICS_OFFSET = 60, 160, 170

CHANNEL_OPTIONS = [
    ("grpc.initial_reconnect_backoff_ms", 50),
    ("grpc.min_reconnect_backoff_ms", 50),
    ("grpc.max_reconnect_backoff_ms", 250),
    ("grpc.enable_retries", 0),  # what is sent again is sent again by us, and recorded
    ("grpc.use_local_subchannel_pool", 1),
]


class InventoryProcess:
    """`python -m inventory_svc` on ports of its own."""

    def __init__(self, stack: Stack, number: int) -> None:
        base = stack.port_base + number
        self._address = f"127.0.0.1:{base + PUBLIC_OFFSET}"
        self._peer_address = f"127.0.0.1:{base + PEER_OFFSET}"
        self._log = stack.state.log_file(f"inventory-{number}")
        self._environment = {
            **plain_environment(),
            **stack.environment,
            "ONSALE_INVENTORY_PUBLIC_PORT": str(base + PUBLIC_OFFSET),
            "ONSALE_INVENTORY_PEER_PORT": str(base + PEER_OFFSET),
            "ONSALE_INVENTORY_METRICS_PORT": str(base + METRICS_OFFSET),
        }
        self._tls_dir = stack.tls_dir
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it; it serves a moment later."""
        command = [sys.executable, "-m", "inventory_svc"]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                leashed(command, death_signal=signal.SIGKILL),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=CHECKOUT,
                env=self._environment,
            )

    async def wait_until_serving(self) -> None:
        """Returns when it answers; starts it again should it end, as whatever runs services does."""

        async def serves() -> bool:
            if self._process is None or self._process.poll() is not None:
                self.start()
            return await serves_grpc(self._address)

        what = f"the start of an inventory process ({self._log})"
        await eventually(serves, within_seconds=START_SECONDS, what=what)

    def signal(self, number: signal.Signals) -> None:
        """Sends it a signal."""
        assert self._process is not None
        os.kill(self._process.pid, number)

    def kill(self) -> None:
        """Ends it as a crash does."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def open_channels(self) -> tuple[Any, Any]:
        """Returns channels to its public and its peer port; there the caller is the payment service."""
        options = [*CHANNEL_OPTIONS, ("grpc.ssl_target_name_override", "inventory")]
        payment = credentials(self._tls_dir, "payment")
        return (
            grpc.aio.insecure_channel(self._address, options=CHANNEL_OPTIONS),
            grpc.aio.secure_channel(self._peer_address, payment, options=options),
        )


class Counter:
    """Where callers ask: one process's services."""

    def __init__(self, process: InventoryProcess) -> None:
        self._channels = process.open_channels()
        public, peer = self._channels
        self.inventory: Any = inventory_pb2_grpc.InventoryServiceStub(public)  # type: ignore[no-untyped-call]
        self.allocation: Any = allocation_pb2_grpc.AllocationServiceStub(peer)  # type: ignore[no-untyped-call]

    async def close(self) -> None:
        """Closes the channels."""
        for channel in self._channels:
            await channel.close(grace=None)


class BoxOffice:
    """The processes, the servers below them, and the event."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.processes = [InventoryProcess(stack, number) for number in range(PROCESSES)]
        self.counters: list[Counter] = []
        self.event_id = 0
        self._keys: KeyRing | None = None

    async def open(self, *blocks: Block, limits: Limits, hold_seconds: int) -> None:
        """Puts the event on sale and opens the counters."""
        database = await open_database(self.stack.database_dsn("inventory"), [MIGRATIONS])
        valkey = connect(self.stack.endpoints["valkey"])
        office = Office([database], await KeyRing.open(database, "admission"), valkey)
        self.event_id = await office.event(*blocks, limits=limits, hold_seconds=hold_seconds)
        await valkey.aclose()
        await database.close()
        accounts = await open_database(self.stack.database_dsn("edge"))
        self._keys = await KeyRing.open(accounts, "session")
        await accounts.close()
        for process in self.processes:
            process.start()
        for process in self.processes:
            await process.wait_until_serving()
        self.counters = [Counter(process) for process in self.processes]

    async def close(self) -> None:
        """Ends the processes."""
        for counter in self.counters:
            await counter.close()
        for process in self.processes:
            process.kill()

    def metadata_of(self, account_id: UUID) -> tuple[tuple[str, str], ...]:
        """Returns what an account's calls carry: a token as signing in brings it."""
        assert self._keys is not None
        now = datetime.now(UTC)
        claims: Mapping[str, Any] = {
            "iss": "onsale",
            "aud": "onsale",
            "sub": ids.text("acc", account_id),
            "roles": ["buyer"],
            "gate_for": [],
            "iat": int(now.timestamp()),
            "exp": int((now + TOKEN_LIFE).timestamp()),
        }
        return (("authorization", f"Bearer {self._keys.sign(dict(claims), 'at+jwt')}"),)

    async def connect_to_database(self) -> Any:
        """Returns a superuser's connection to the inventory's database."""
        return await asyncpg.connect(
            self.stack.database_dsn("inventory", superuser=True), timeout=10, command_timeout=120
        )
