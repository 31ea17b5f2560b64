"""Bytes that are no proper request, straight into the socket."""

import asyncio
import json
from typing import Any

import pytest

from tests.integration.edge.conftest import RunningEdge

ODD = {
    "no HTTP at all": b"hello\r\n\r\n",
    "a method that is none": b"GE T / HTTP/1.1\r\nHost: x\r\n\r\n",
    "a path with raw bytes": b"GET /v1/events/\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
    "a header without end": b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 200_000 + b"\r\n\r\n",
    "thousands of headers": b"GET / HTTP/1.1\r\n" + b"X-Y: z\r\n" * 20_000 + b"\r\n",
    "a path of a megabyte": b"GET /" + b"a" * 1_000_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "two lengths": b"POST /v1/orders HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n"
    b"Content-Length: 2\r\n\r\nab",
}


async def _send(edge: RunningEdge, sent: bytes) -> tuple[int, str, Any]:
    url = edge.client.base_url
    reader, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(sent)
    async with asyncio.timeout(10):
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.partition("content-length: ")[2].partition("\r\n")[0])
        body = await reader.readexactly(length)
    writer.close()
    return int(head.split()[1]), head, json.loads(body)


@pytest.mark.parametrize("what", ODD)
async def test_what_is_no_request_is_a_problem(edge: RunningEdge, what: str) -> None:
    status, head, body = await _send(edge, ODD[what])
    assert (status, body["reason"]) == (400, "REQUEST_MALFORMED")
    assert "application/problem+json" in head
    assert (await edge.client.get("/healthz")).status_code == 200


async def test_pipelined_requests_are_answered_in_order(edge: RunningEdge) -> None:
    url = edge.client.base_url
    reader, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(
        b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /v1/nope HTTP/1.1\r\nHost: x\r\n\r\n"
    )
    async with asyncio.timeout(10):
        first = await reader.readuntil(b"}")
        second = await reader.readuntil(b"}")
    writer.close()
    assert (first[9:12], second[9:12]) == (b"200", b"404")
