"""Browsers that watch: each is its connection and nothing else, no task, no queue, no timer.

An endless reply does not need what answers requests. Once its head is sent the connection changes hands: from then on
whoever has news writes them to it.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

BEHIND_BYTES_MAX = 64 * 1024
"""What may wait for a browser in this process; one that reads more slowly is let go, comes back and resumes."""

KERNEL_BUFFER_BYTES = 64 * 1024
"""What may wait for it in the kernel, which would else give a connection that nobody reads some megabytes."""


@dataclass(frozen=True)
class News:
    """Bytes for many browsers, framed once for all of them."""

    body: bytes

    @cached_property
    def chunk(self) -> bytes:
        """As HTTP/1.1 sends a piece of an endless body."""
        return b"%x\r\n%b\r\n" % (len(self.body), self.body)


_LAST_CHUNK = b"0\r\n\r\n"


class Watcher(asyncio.Protocol):
    """One browser. It has nothing more to say; what it still sends is not read."""

    __slots__ = ("_connections", "_is_chunked", "_on_gone", "_transport", "is_ending")

    def __init__(
        self,
        transport: Any,
        connections: set[Any],
        on_gone: Callable[[Watcher], None],
        *,
        is_chunked: bool,
    ) -> None:
        """Takes over a connection.

        Args:
            transport: the connection.
            connections: those that the server waits for when it stops.
            on_gone: called once when the connection is lost, whoever ended it.
            is_chunked: whether the browser knows HTTP/1.1's chunks.
        """
        self.is_ending = False
        self._transport = transport
        self._connections = connections
        self._on_gone = on_gone
        self._is_chunked = is_chunked
        connections.add(self)
        transport.set_protocol(self)
        _bound_kernel_buffer(transport)

    def tell(self, news: News) -> None:
        """Writes news, without waiting; a browser that is too far behind is let go."""
        transport = self._transport
        if transport.is_closing():
            return
        if transport.get_write_buffer_size() > BEHIND_BYTES_MAX:
            transport.abort()
        else:
            transport.write(news.chunk if self._is_chunked else news.body)

    def end(self) -> None:
        """Ends the reply, and the connection once everything is sent."""
        if not self._transport.is_closing():
            self.is_ending = True
            if self._is_chunked:
                self._transport.write(_LAST_CHUNK)
            self._transport.close()

    def abort(self) -> None:
        """Ends the connection now."""
        self._transport.abort()

    def shutdown(self) -> None:
        """Ends the reply: the server stops."""
        self.end()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tells that the browser is gone."""
        self._connections.discard(self)
        self._on_gone(self)


def _bound_kernel_buffer(transport: Any) -> None:
    with contextlib.suppress(OSError):  # it has gone already
        transport.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BUFFER_BYTES
        )
