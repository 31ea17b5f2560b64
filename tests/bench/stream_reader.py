"""Thousands of watchers in one process, each a bare socket: `python -m tests.bench.stream_reader PORT PATH COUNT`.

Says `ready` once every watcher was told its first event. After a line `begin` it counts, after a line `end` it says as
JSON what came: events and bytes of all watchers, connections lost, and what one of them was sent.
"""

from __future__ import annotations

import base64
import json
import select
import socket
import sys
import time

READ_BYTES = 256 * 1024
CONNECTING_MAX = 200
"""Watchers that wait for their first event at once: a crowd that comes in over some seconds."""
READY_SECONDS_MAX = 120.0
EVENT = b"event: "


class Readers:
    """All the watchers."""

    def __init__(self, port: int, path: str) -> None:
        self._address = ("127.0.0.1", port)
        self._request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
        self._poll = select.epoll()
        self._sockets: dict[int, socket.socket] = {}
        self._waiting: set[int] = set()
        self._sample = -1
        self.forget()

    def forget(self) -> None:
        """Counts from nothing."""
        self.events = self.bytes = self.lost = 0
        self.sent: list[bytes] = []

    def connect(self, count: int) -> None:
        """Opens connections until so many watch."""
        deadline = time.monotonic() + READY_SECONDS_MAX
        while len(self._sockets) < count or self._waiting:
            if time.monotonic() > deadline or self.lost:
                sys.exit(f"{len(self._sockets)} of {count} watch, {self.lost} were lost")
            if len(self._sockets) < count and len(self._waiting) < CONNECTING_MAX:
                self._open()
            else:
                self.read(0.05)

    def read(self, timeout_seconds: float) -> bool:
        """Reads what came; returns whether a line can be read from standard input."""
        is_told = False
        for number, _ in self._poll.poll(timeout_seconds):
            if number == sys.stdin.fileno():
                is_told = True
            else:
                self._take(number)
        return is_told

    def listen(self) -> None:
        """Makes `read` return when standard input has a line."""
        self._poll.register(sys.stdin.fileno(), select.EPOLLIN)

    def _open(self) -> None:
        opened = socket.create_connection(self._address)
        opened.sendall(self._request)
        opened.setblocking(False)
        number = opened.fileno()
        self._sockets[number] = opened
        self._waiting.add(number)
        self._sample = number
        self._poll.register(number, select.EPOLLIN)

    def _take(self, number: int) -> None:
        data = self._sockets[number].recv(READ_BYTES)
        if not data:
            self.lost += 1
            self._poll.unregister(number)
            return
        self.bytes += len(data)
        events = data.count(EVENT)
        self.events += events
        if events:
            self._waiting.discard(number)
        if number == self._sample:
            self.sent.append(data)


def main() -> None:
    """Reads until told to end."""
    port, path, count = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    readers = Readers(port, path)
    readers.connect(count)
    readers.listen()
    print("ready", flush=True)
    while True:
        if not readers.read(1.0):
            continue
        if sys.stdin.readline().strip() == "begin":
            readers.forget()
        else:
            break
    sent = base64.b64encode(b"".join(readers.sent)).decode()
    said = {"events": readers.events, "bytes": readers.bytes, "lost": readers.lost, "sent": sent}
    print(json.dumps(said), flush=True)


if __name__ == "__main__":
    main()
