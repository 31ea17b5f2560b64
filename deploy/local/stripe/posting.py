"""Posting bodies over kept connections, at a tenth of a general client's cost.

Webhooks are most of what this server does under load; a sale of 100 orders a second is 600 of
them a second.
"""

import asyncio
from collections import defaultdict
from typing import Final, cast
from urllib.parse import SplitResult, urlsplit

import httptools

IDLE_CONNECTIONS_MAX: Final = 32
"""Connections kept open to one server between two posts."""
REPLY_BYTES_MAX: Final = 1_000_000

Origin = tuple[str, str, int]
"""Scheme, host and port."""


class NotAnswered(Exception):
    """The server could not be reached, or did not answer in HTTP."""


class Poster:
    """Posts, and keeps the connections for the next time."""

    def __init__(self) -> None:
        self._idle: dict[Origin, list[_Connection]] = defaultdict(list)

    async def post(self, url: str, headers: dict[str, str], body: bytes) -> int:
        """Posts a body and gives the status of the answer.

        Raises:
            NotAnswered: There was none.
        """
        address = urlsplit(url)
        origin = _origin(address)
        connection = self._take(origin) or await _connect(origin)
        try:
            status = await connection.exchange(_request(address, headers, body))
        except BaseException:
            connection.close()
            raise
        idle = self._idle[origin]
        if connection.reusable and len(idle) < IDLE_CONNECTIONS_MAX:
            idle.append(connection)
        else:
            connection.close()
        return status

    def close(self) -> None:
        for connections in self._idle.values():
            for connection in connections:
                connection.close()
        self._idle.clear()

    def _take(self, origin: Origin) -> "_Connection | None":
        idle = self._idle[origin]
        while idle:
            connection = idle.pop()
            if connection.reusable:
                return connection
            connection.close()
        return None


class _Connection(asyncio.Protocol):
    """One connection, on which one exchange at a time takes place."""

    def __init__(self) -> None:
        self.reusable = True
        self._transport: asyncio.Transport | None = None
        self._status: asyncio.Future[int] | None = None
        self._parser: httptools.HttpResponseParser | None = None
        self._received = 0

    async def exchange(self, request: bytes) -> int:
        """Sends a request and waits for the whole answer."""
        assert self._transport is not None
        self._parser = httptools.HttpResponseParser(self)
        self._received = 0
        self._status = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._status

    def close(self) -> None:
        self.reusable = False
        if self._transport is not None:
            self._transport.close()

    # Called by the transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are none by inheritance, only by behaviour.
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._received += len(data)
        if self._parser is None or self._received > REPLY_BYTES_MAX:
            self._fail("sent more than an answer")
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as fault:
            self._fail(f"sent no HTTP: {fault}")

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(f"closed the connection: {exc}")

    # Called by the parser

    def on_message_complete(self) -> None:
        assert self._parser is not None
        self.reusable = self.reusable and self._parser.should_keep_alive()
        if self._status is not None and not self._status.done():
            self._status.set_result(self._parser.get_status_code())
        self._parser = None

    def _fail(self, what: str) -> None:
        self.reusable = False
        if self._status is not None and not self._status.done():
            self._status.set_exception(NotAnswered(f"the server {what}"))


def _origin(address: SplitResult) -> Origin:
    port = address.port or (443 if address.scheme == "https" else 80)
    return address.scheme, address.hostname or "", port


async def _connect(origin: Origin) -> _Connection:
    scheme, host, port = origin
    secure = True if scheme == "https" else None
    loop = asyncio.get_running_loop()
    try:
        _, connection = await loop.create_connection(_Connection, host, port, ssl=secure)
    except OSError as fault:
        raise NotAnswered(f"the server cannot be reached: {fault}") from fault
    return connection


def _request(address: SplitResult, headers: dict[str, str], body: bytes) -> bytes:
    target = address.path or "/"
    if address.query:
        target += f"?{address.query}"
    lines = [f"POST {target} HTTP/1.1", f"Host: {address.netloc.rpartition('@')[2]}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body
