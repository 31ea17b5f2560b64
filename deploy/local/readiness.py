"""How one finds out that a part serves.

`python -m deploy.local.readiness HOST:PORT` asks a gRPC server once, for a container's health check.
"""

import asyncio
import sys
from contextlib import suppress

import grpc.aio
from grpc_health.v1 import health_pb2, health_pb2_grpc

PROBE_SECONDS = 2.0

_DIRECTLY = (("grpc.enable_http_proxy", 0),)


async def answers_http(host: str, port: int, path: str = "/healthz") -> bool:
    """Whether a GET of the path is answered with 200."""
    with suppress(OSError, TimeoutError):
        async with asyncio.timeout(PROBE_SECONDS):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                request = f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n"
                writer.write(request.encode())
                status_line = await reader.readline()
                return status_line.split()[1:2] == [b"200"]
            finally:
                writer.close()
    return False


async def serves_grpc(address: str) -> bool:
    """Whether the server at the address says SERVING for itself as a whole."""
    # A channel of its own per probe: a kept one would wait out its reconnect backoff first.
    async with grpc.aio.insecure_channel(address, options=_DIRECTLY) as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        try:
            reply = await stub.Check(health_pb2.HealthCheckRequest(), timeout=PROBE_SECONDS)
        except grpc.aio.AioRpcError:
            return False
    return bool(reply.status == health_pb2.HealthCheckResponse.SERVING)


if __name__ == "__main__":
    sys.exit(not asyncio.run(serves_grpc(sys.argv[1])))
