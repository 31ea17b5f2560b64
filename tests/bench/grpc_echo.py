"""An RPC that does nothing, on the same gRPC library: what the wire alone costs on this machine.

`python -m tests.bench.grpc_echo` serves it and prints its port.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys

import grpc
import uvloop

from tests.bench.grpc_holds import AT_ONCE, CALL_SECONDS, CHANNELS
from tests.bench.measure import Row, closed_loop

PATH = "/bench.Echo/Echo"
ROW_SECONDS = 5.0


async def echoes() -> Row:
    """Measures empty calls to a server in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.grpc_echo"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: ASYNC220
        try:
            assert server.stdout
            address = f"127.0.0.1:{int(server.stdout.readline())}"
            return await _measure(address)
        finally:
            server.terminate()


async def _measure(address: str) -> Row:
    channels = [
        grpc.aio.insecure_channel(address, options=[("grpc.use_local_subchannel_pool", 1)])
        for _ in range(CHANNELS)
    ]
    calls = [channel.unary_unary(PATH) for channel in channels]

    async def once(worker: int) -> str:
        await calls[worker % CHANNELS](b"", timeout=CALL_SECONDS)
        return ""

    name = f"empty gRPC calls, {AT_ONCE} in flight"
    row = await closed_loop(name, AT_ONCE, ROW_SECONDS, once)
    for channel in channels:
        await channel.close()
    return row


async def _serve() -> None:
    async def echo(request: bytes, context: grpc.aio.ServicerContext) -> bytes:
        return request

    server = grpc.aio.server()
    handlers = {"Echo": grpc.unary_unary_rpc_method_handler(echo)}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("bench.Echo", handlers),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    print(port, flush=True)
    await server.wait_for_termination()


if __name__ == "__main__":
    uvloop.install()
    asyncio.run(_serve())
