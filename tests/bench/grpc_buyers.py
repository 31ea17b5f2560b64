"""Buyers over gRPC in a process of their own, the same for our service and for the echo beside it.

Told `{address, method, requests, tokens, at_once}`, the requests serialised and in hexadecimal; says
`{seconds, cpu_seconds, codes, latencies, reply}`, the last one a reply in hexadecimal.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from typing import Any

import grpc

from tests.bench import child

CALL_SECONDS = 20.0
CHANNELS = 4
"""Buyers do not share a connection; this many keep the client from being what is measured."""


async def buy(told: dict[str, Any]) -> dict[str, Any]:
    """Sends all requests."""
    options = [("grpc.use_local_subchannel_pool", 1)]
    channels = [
        grpc.aio.insecure_channel(told["address"], options=options) for _ in range(CHANNELS)
    ]
    calls = [channel.unary_unary(told["method"]) for channel in channels]
    requests = iter(
        [
            (bytes.fromhex(request), (("authorization", f"Bearer {token}"),))
            for request, token in zip(told["requests"], told["tokens"], strict=True)
        ]
    )
    codes: Counter[str] = Counter()
    latencies: list[float] = []
    last = b""

    async def work(call: Any) -> None:
        nonlocal last
        for request, metadata in requests:
            begun = time.perf_counter()
            try:
                last = await call(request, metadata=metadata, timeout=CALL_SECONDS)
            except grpc.aio.AioRpcError as error:
                codes[error.code().name] += 1
            else:
                codes["OK"] += 1
                latencies.append(time.perf_counter() - begun)

    cpu, started = time.process_time(), time.perf_counter()
    await asyncio.gather(*[work(calls[number % CHANNELS]) for number in range(told["at_once"])])
    seconds, used = time.perf_counter() - started, time.process_time() - cpu
    for channel in channels:
        await channel.close()
    return {
        "seconds": seconds,
        "cpu_seconds": used,
        "codes": codes,
        "latencies": latencies,
        "reply": last.hex(),
    }


if __name__ == "__main__":
    child.answer(buy)
