"""A response whose head is ready: Starlette's own works out from names and types what is known here."""

from __future__ import annotations

from starlette.responses import Response

RawHeaders = list[tuple[bytes, bytes]]
"""Names in lower case, in the order in which they leave."""


class ReadyResponse(Response):
    """A body with its status and headers; its length and type follow those that are given."""

    def __init__(self, body: bytes, status: int, media_type: str, headers: RawHeaders) -> None:
        self.body = body
        self.status_code = status
        self.media_type = media_type
        self.background = None
        self.raw_headers = [
            *headers,
            (b"content-length", b"%d" % len(body)),
            (b"content-type", media_type.encode()),
        ]
