"""The ports are a promise: people, tests and tools rely on each."""

import asyncio
import socket
import struct
from itertools import combinations

import pytest

from deploy.local.errors import PortTaken
from deploy.local.ports import STACK_SPAN, Ports, is_free, reserve

PROMISED = {
    # name: (without a base, added to a base)
    "edge": (8080, 80),
    "accounts": (50050, 50),
    "inventory": (50051, 51),
    "queue": (50052, 52),
    "payment": (50053, 53),
    "ticket": (50054, 54),
    "search": (50055, 55),
    "edge.peer": (50150, 150),
    "inventory.peer": (50151, 151),
    "queue.peer": (50152, 152),
    "payment.peer": (50153, 153),
    "ticket.peer": (50154, 154),
    "search.peer": (50155, 155),
    "mailbox": (8025, 25),
    "smtp": (1025, 26),
    "stripe": (12111, 11),
    "postgres": (55432, 32),
    "valkey": (56379, 79),
    "kafka": (59092, 92),
    "edge.metrics": (9090, 90),
}


@pytest.mark.parametrize(("name", "promise"), PROMISED.items())
def test_every_promised_port_is_where_it_was_promised(name: str, promise: tuple[int, int]) -> None:
    usual, offset = promise
    assert Ports()[name] == usual
    assert Ports(20_000)[name] == 20_000 + offset


@pytest.mark.parametrize("base", [None, 20_000])
def test_no_two_parts_share_a_port(base: int | None) -> None:
    ports = Ports(base)
    for one, other in combinations(ports, 2):
        assert ports[one] != ports[other], f"{one} and {other}"


def test_stacks_a_span_apart_do_not_meet() -> None:
    lower, upper = Ports(20_000), Ports(20_000 + STACK_SPAN)
    assert {lower[name] for name in lower}.isdisjoint({upper[name] for name in upper})


def test_a_port_on_which_somebody_listens_is_not_free() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        assert not is_free(listener.getsockname()[1])


IP_LOCAL_PORT_RANGE = 51
"""Linux's socket option, which Python has no name for yet."""


class ChosenPorts(Ports):
    """Ports of a test's own."""

    def __init__(self, **chosen: int) -> None:
        object.__setattr__(self, "chosen", chosen)

    def __getitem__(self, name: str) -> int:
        return int(self.chosen[name])  # type: ignore[attr-defined]


async def test_every_port_that_somebody_serves_is_named_at_once() -> None:
    with socket.socket() as one, socket.socket() as other:
        for listener in (one, other):
            listener.bind(("127.0.0.1", 0))
            listener.listen()
        taken = ChosenPorts(edge=one.getsockname()[1], kafka=other.getsockname()[1])
        with pytest.raises(PortTaken, match=r"\(edge\).*\(kafka\).*ONSALE_PORT_BASE="):
            await reserve(taken, ["edge", "kafka"])


def connects_from(port: int) -> bool:
    """Whether the system would give this port to an outgoing connection that has no other choice."""
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as outgoing:
        try:
            only = struct.pack("=HH", port, port)
            outgoing.setsockopt(socket.IPPROTO_IP, IP_LOCAL_PORT_RANGE, only)
        except OSError:
            pytest.skip("this kernel is older than 6.3: a connection's own port cannot be narrowed")
        return outgoing.connect_ex(server.getsockname()) == 0


async def test_a_reserved_port_can_be_served_and_is_given_to_no_outgoing_connection() -> None:
    """The last lines are the control: without the reservation the connection gets the port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    reserved = await reserve(ChosenPorts(edge=port), ["edge"])
    assert not connects_from(port)
    with socket.create_server(("127.0.0.1", port)) as server:
        assert server.getsockname()[1] == port
    for one in reserved:
        one.close()
    assert connects_from(port)


async def test_a_port_that_a_closed_connection_lingers_on_is_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("deploy.local.ports.LINGER_POLL_SECONDS", 0.01)
    with socket.create_server(("127.0.0.1", 0)) as server:
        outgoing = socket.create_connection(server.getsockname())
        accepted, _ = server.accept()
        port = outgoing.getsockname()[1]
        waiting = asyncio.create_task(reserve(ChosenPorts(edge=port), ["edge"]))
        await asyncio.wait([waiting], timeout=0.1)
        assert not waiting.done()
        accepted.close()  # the server closes first, so that nothing lingers on the caller's side
        outgoing.close()
        for one in await waiting:
            one.close()
