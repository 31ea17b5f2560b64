"""Several processes of a service behind one edge: an event's calls meet in one, and pass to another when it is gone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import grpc
import pytest

from edge.neighbours import Neighbours
from mesh import ids
from mesh.contract import Rpc, describe
from mesh.errors import OnsaleError
from protos.inventory.v1 import inventory_pb2

GET_HOLD: Rpc = next(
    rpc
    for rpc in describe(inventory_pb2.DESCRIPTOR.services_by_name["InventoryService"])
    if rpc.name == "GetHold"
)
EVENTS = [ids.event_text(number << 22 | number) for number in range(1, 21)]


@dataclass
class Processes:
    """Servers that answer any call with their own address."""

    servers: dict[str, Any]

    @classmethod
    async def start(cls, count: int) -> Processes:
        servers: dict[str, Any] = {}
        for _ in range(count):
            server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
            named: list[str] = []

            async def answer(request: bytes, context: Any, named: list[str] = named) -> bytes:
                return named[0].encode()

            handlers = {"GetHold": grpc.unary_unary_rpc_method_handler(answer)}
            service = "onsale.inventory.v1.InventoryService"
            server.add_generic_rpc_handlers(
                (grpc.method_handlers_generic_handler(service, handlers),)
            )
            named.append(f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}")
            await server.start()
            servers[named[0]] = server
        return cls(servers)

    async def stop(self, *addresses: str) -> None:
        for address in addresses:
            await self.servers.pop(address).stop(None)


class InsecurePeers:
    """The channels of an edge without certificates."""

    def __init__(self, addresses: list[str]) -> None:
        self._addresses = addresses
        self._channels: dict[str, Any] = {}

    def address(self, neighbour: str) -> str:
        return ",".join(self._addresses)

    def plain_channel(self, neighbour: str, address: str = "") -> Any:
        return self._channels.setdefault(address, grpc.aio.insecure_channel(address))

    async def drop(self, neighbour: str, address: str) -> None:
        await self._channels.pop(address).close()

    async def close(self) -> None:
        for channel in self._channels.values():
            await channel.close()


@pytest.fixture
async def processes() -> AsyncIterator[Processes]:
    started = await Processes.start(3)
    yield started
    await started.stop(*started.servers)


@pytest.fixture
async def neighbours(processes: Processes) -> AsyncIterator[Neighbours]:
    peers: Any = InsecurePeers(list(processes.servers))
    opened = Neighbours(peers)
    yield opened
    await opened.close()
    await peers.close()


async def served_by(neighbours: Neighbours) -> dict[str, str]:
    return {
        event: (await neighbours.call("inventory", GET_HOLD, b"", (), event)).decode()
        for event in EVENTS
    }


async def test_an_event_is_always_served_by_the_same_process(neighbours: Neighbours) -> None:
    first = await served_by(neighbours)
    assert len(set(first.values())) == 3
    assert await served_by(neighbours) == first


async def test_a_hold_goes_where_its_event_goes(neighbours: Neighbours) -> None:
    first = await served_by(neighbours)
    for event in EVENTS:
        hold = ids.text("hld", ids.new_id(ids.parse_event(event)))
        served = await neighbours.call("inventory", GET_HOLD, b"", (), hold)
        assert served.decode() == first[event]


async def test_the_events_of_a_process_that_is_gone_pass_to_others_and_no_other_moves(
    processes: Processes, neighbours: Neighbours
) -> None:
    first = await served_by(neighbours)
    gone = first[EVENTS[0]]
    await processes.stop(gone)
    after = await served_by(neighbours)
    assert gone not in after.values()
    assert {event for event in EVENTS if after[event] != first[event]} == {
        event for event in EVENTS if first[event] == gone
    }


async def test_when_all_are_gone_the_caller_is_told(
    processes: Processes, neighbours: Neighbours
) -> None:
    await processes.stop(*processes.servers)
    with pytest.raises(OnsaleError) as refused:
        await neighbours.call("inventory", GET_HOLD, b"", (), EVENTS[0])
    assert refused.value.code is grpc.StatusCode.UNAVAILABLE
