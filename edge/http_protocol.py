"""What is not even HTTP, or has no end of headers, gets a problem too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from edge.body import ClientGone
from edge.problems import CONTENT_TYPE, RequestMalformed, document
from edge.watchers import Watcher

HAND_OVER = "onsale.hand_over"
"""The ASGI extension by which an endless reply takes its connection over: `hand_over(on_gone) → Watcher`."""

HEAD_BYTES_MAX = 64 * 1024
"""The request line and all headers; an access token is under one kilobyte."""


class HeadTooLarge(Exception):
    """Makes the parser give up on a request."""


class EdgeProtocol(HttpToolsProtocol):
    """uvicorn's protocol with a bound on the head and our own words for a refusal."""

    _head_bytes = 0

    def on_message_begin(self) -> None:
        self._head_bytes = 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._count(url)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(name)
        self._count(value)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        scope: Any = self.scope
        scope["extensions"] = {HAND_OVER: self.hand_over}
        super().on_headers_complete()

    def hand_over(self, on_gone: Callable[[Watcher], None]) -> Watcher:
        """Gives the connection away, for good; the head of the reply is to be sent next. Raises ClientGone.

        This protocol, its parser and the request are free to go as soon as the application returns.
        """
        cycle = self.cycle
        if self.pipeline or cycle.disconnected or self.transport.is_closing():
            self.transport.close()  # what was asked for behind an endless reply is never answered
            raise ClientGone
        if self.flow.write_paused:
            # It has not taken the replies before this one. It would be waited for here, by a protocol that is not told
            # of its connection any more.
            self.transport.abort()
            raise ClientGone
        is_chunked = cycle.scope["http_version"] != "1.0"
        # The rest of the reply is none of uvicorn's business.
        cycle.chunked_encoding = None if is_chunked else False
        cycle.keep_alive = False
        cycle.response_complete = True
        self.connections.discard(self)
        connections: Any = self.connections
        return Watcher(self.transport, connections, on_gone, is_chunked=is_chunked)

    def send_400_response(self, msg: str) -> None:
        """Answers what the parser refused, and closes: nobody knows where the next request begins."""
        body = orjson.dumps(document(RequestMalformed()))
        head = (
            b"HTTP/1.1 400 Bad Request\r\n"
            b"content-type: %s\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head % (CONTENT_TYPE.encode(), len(body)) + body)
        self.transport.close()

    def _count(self, part: Any) -> None:
        self._head_bytes += len(part)
        if self._head_bytes > HEAD_BYTES_MAX:
            raise HeadTooLarge
