"""Buyers over HTTP, as lean as Python can be: kept connections that write prepared bytes and read what they must.

Told `{port, path, bodies, tokens, at_once}`: each request is one of the bodies with one of the tokens, in their order;
each connection sends its next as soon as it has its reply. Says `{seconds, cpu_seconds, statuses, latencies}`.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from typing import Any

from tests.bench import child

END_OF_HEAD = b"\r\n\r\n"
LENGTH = b"content-length:"


class Connection(asyncio.Protocol):
    """One buyer's browser after the other."""

    def __init__(
        self, requests: deque[bytes], statuses: Counter[str], latencies: list[float]
    ) -> None:
        self._requests = requests
        self._statuses = statuses
        self._latencies = latencies
        self._read = bytearray()
        self.is_done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        self._read += data
        end = self._read.find(END_OF_HEAD)
        if end < 0:
            return
        head = self._read[:end].lower()
        length = int(head[head.index(LENGTH) + len(LENGTH) :].split(b"\r\n", 1)[0])
        if len(self._read) < end + len(END_OF_HEAD) + length:
            return
        self._latencies.append(time.perf_counter() - self._sent_at)
        self._statuses[head[9:12].decode()] += 1
        self._read.clear()
        self._send()

    def connection_lost(self, lost: Exception | None) -> None:
        if not self.is_done.done():
            self._statuses["lost"] += 1
            self.is_done.set_result(None)

    def _send(self) -> None:
        if not self._requests:
            self.is_done.set_result(None)
            self._transport.close()
            return
        self._sent_at = time.perf_counter()
        self._transport.write(self._requests.popleft())


async def buy(told: dict[str, Any]) -> dict[str, Any]:
    """Sends all requests."""
    requests = deque(
        _request(told, body, token)
        for body, token in zip(told["bodies"], told["tokens"], strict=True)
    )
    statuses: Counter[str] = Counter()
    latencies: list[float] = []
    loop = asyncio.get_running_loop()
    cpu, started = time.process_time(), time.perf_counter()
    opened = [
        await loop.create_connection(
            lambda: Connection(requests, statuses, latencies), "127.0.0.1", told["port"]
        )
        for _ in range(told["at_once"])
    ]
    await asyncio.gather(*[connection.is_done for _, connection in opened])
    return {
        "seconds": time.perf_counter() - started,
        "cpu_seconds": time.process_time() - cpu,
        "statuses": statuses,
        "latencies": latencies,
    }


def _request(told: dict[str, Any], body: str, token: str) -> bytes:
    return (
        f"POST {told['path']} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


if __name__ == "__main__":
    child.answer(buy)
