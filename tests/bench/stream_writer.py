"""What the same bytes cost when nothing is done but writing them: `python -m tests.bench.stream_writer FILE SECONDS`.

A bare uvloop server. Says its port; after a line `begin` it sends all who are connected the pieces of a file, spread
over so many seconds; then it says how many seconds of CPU that took.
"""

from __future__ import annotations

import asyncio
import base64
import json
import sys
import time
from pathlib import Path
from typing import Any

import uvloop

HELLO = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nf\r\nevent: hello\n\n\r\n\r\n"


class Follower(asyncio.Protocol):
    """One connection."""

    def __init__(self, transports: list[Any]) -> None:
        self._transports = transports

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._transports.append(transport)

    def data_received(self, data: bytes) -> None:
        self._transport.write(HELLO)


async def serve(pieces: list[bytes], seconds: float) -> None:
    """Serves once."""
    loop = asyncio.get_running_loop()
    transports: list[Any] = []
    server = await loop.create_server(lambda: Follower(transports), "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.readline)
    started, cpu_started = time.monotonic(), time.process_time()
    for number, piece in enumerate(pieces):
        await asyncio.sleep(started + number * seconds / len(pieces) - time.monotonic())
        for transport in transports:
            transport.write(piece)
    await asyncio.sleep(0)
    print(time.process_time() - cpu_started, flush=True)
    await loop.run_in_executor(None, sys.stdin.readline)


def main() -> None:
    """Runs the server."""
    pieces = json.loads(Path(sys.argv[1]).read_text())
    uvloop.run(serve([base64.b64decode(piece) for piece in pieces], float(sys.argv[2])))


if __name__ == "__main__":
    main()
