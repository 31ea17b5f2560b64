"""What is not even HTTP, or has no end of headers, gets a problem too."""

from __future__ import annotations

from typing import Any

import orjson
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from edge.problems import CONTENT_TYPE, RequestMalformed, document

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
