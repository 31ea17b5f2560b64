"""Reading a request's body, never more than its route takes."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.types import Receive

from edge.problems import BodyTooLarge, BodyTooSlow

BODY_BYTES_MAX = 1024 * 1024
BODY_SECONDS_MAX = 30.0
PLAN_BYTES_MAX = 8 * 1024 * 1024
_LARGER = {"/onsale.inventory.v1.CatalogService/ImportPlan": PLAN_BYTES_MAX}


class ClientGone(Exception):
    """The client went away before its request was read; nobody is there to answer."""


def bytes_max(rpc_path: str) -> int:
    """Returns how large a body an RPC takes."""
    return _LARGER.get(rpc_path, BODY_BYTES_MAX)


async def read_body(http: Request, receive: Receive, limit: int) -> bytes:
    """Returns the body. Raises BodyTooLarge, before reading it where its length is said.

    The server reads on and forgets what a refused client still sends: closing the connection would make most clients
    miss the answer.
    """
    said = http.headers.get("content-length", "")
    if said.isascii() and said.isdigit() and int(said[:20]) > limit:
        raise BodyTooLarge(bytesMax=limit)
    try:
        async with asyncio.timeout(BODY_SECONDS_MAX):
            return await _read(receive, limit)
    except TimeoutError:
        raise BodyTooSlow from None


async def _read(receive: Receive, limit: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise BodyTooLarge(bytesMax=limit)
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)
