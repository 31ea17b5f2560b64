"""Holds through inventory's public gRPC port: parties of two on seats of their own choice, none wanted twice."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import grpc

from protos.inventory.v1 import inventory_pb2, inventory_pb2_grpc
from tests.bench.measure import Row, closed_loop
from tests.people import Person, Site, seat_ids

AT_ONCE = 64
ROW_SECONDS = 10.0
CALL_SECONDS = 10.0
CHANNELS = 4
"""Buyers do not share a connection; this many keep the client from being what is measured."""
SEED = 7

_OWN_CONNECTION = [("grpc.use_local_subchannel_pool", 1)]


async def holds(site: Site, address: str, buyers: list[Person], event_ids: list[str]) -> Row:
    """Measures holds; goes on to the next event when one has no seats left."""
    parties = await _parties(site, event_ids)
    channels = [
        grpc.aio.insecure_channel(address, options=_OWN_CONNECTION) for _ in range(CHANNELS)
    ]
    stubs: list[Any] = [inventory_pb2_grpc.InventoryServiceStub(channel) for channel in channels]  # type: ignore[no-untyped-call]
    tokens = [(("authorization", f"Bearer {buyer.token}"),) for buyer in buyers]

    async def once(worker: int) -> str:
        party = next(parties, None)
        if party is None:
            return "no seats left to ask for"
        try:
            await stubs[worker % CHANNELS].HoldSeats(
                party, metadata=tokens[worker % len(tokens)], timeout=CALL_SECONDS
            )
        except grpc.aio.AioRpcError as error:
            return str(error.code().name)
        return ""

    row = await closed_loop(f"holds through gRPC, {AT_ONCE} in flight", AT_ONCE, ROW_SECONDS, once)
    for channel in channels:
        await channel.close()
    return row


async def _parties(site: Site, event_ids: list[str]) -> Iterator[inventory_pb2.HoldSeatsRequest]:
    """The requests of all events, one event after the other, neighbouring seats in a random order."""
    requests = []
    shuffled = random.Random(SEED)
    for event_id in event_ids:
        seat_map = (await site.request("GET", f"/v1/events/{event_id}/seatmap")).expect(200)
        seats = seat_ids(seat_map)
        pairs = [seats[place : place + 2] for place in range(0, len(seats) - 1, 2)]
        shuffled.shuffle(pairs)
        requests += [
            inventory_pb2.HoldSeatsRequest(event_id=event_id, seat_ids=pair) for pair in pairs
        ]
    return iter(requests)
