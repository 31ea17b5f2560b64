"""A hold that holds nothing: an RPC of our messages that verifies our tokens with our cache; one reply for all.

`python -m tests.bench.verified_echo JWKS REPLY`, both serialised and in hexadecimal, serves it and prints its port.
"""

from __future__ import annotations

import sys

import grpc
import uvloop

from mesh.identity import KeySet, TokenVerifier
from protos.accounts.v1 import accounts_pb2
from protos.inventory.v1 import inventory_pb2

METHOD = "/bench.Echo/HoldSeats"


async def _serve(jwks: accounts_pb2.JWKS, reply: inventory_pb2.Hold) -> None:
    async def fetch() -> accounts_pb2.JWKS:
        return jwks

    verifier = TokenVerifier(KeySet(fetch))

    async def hold_seats(
        request: inventory_pb2.HoldSeatsRequest, context: grpc.aio.ServicerContext
    ) -> inventory_pb2.Hold:
        [header] = [value for key, value in context.invocation_metadata() if key == "authorization"]
        await verifier.verify(header.removeprefix("Bearer "), None)
        return reply

    server = grpc.aio.server()
    handler = grpc.unary_unary_rpc_method_handler(
        hold_seats,
        request_deserializer=inventory_pb2.HoldSeatsRequest.FromString,
        response_serializer=inventory_pb2.Hold.SerializeToString,
    )
    service = grpc.method_handlers_generic_handler("bench.Echo", {"HoldSeats": handler})
    server.add_generic_rpc_handlers((service,))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    print(port, flush=True)
    await server.wait_for_termination()


if __name__ == "__main__":
    uvloop.run(
        _serve(
            accounts_pb2.JWKS.FromString(bytes.fromhex(sys.argv[1])),
            inventory_pb2.Hold.FromString(bytes.fromhex(sys.argv[2])),
        )
    )
