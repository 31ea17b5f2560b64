"""Which part listens where, at the usual ports or moved to a base of one's own."""

import asyncio
import socket
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import psutil

from deploy.local.errors import PortTaken

LOOPBACK = "127.0.0.1"

SERVICES = ("inventory", "queue", "payment", "ticket", "search", "edge")
"""The six services, in the order in which people read about them."""

LINGER_SECONDS_MAX = 65.0
"""A little more than the minute that a closed connection keeps its port."""

LINGER_POLL_SECONDS = 0.5
ANSWER_SECONDS = 0.5

STACK_SPAN = 200
"""Ports from one base to the next that a stack may use."""

_USUAL_AND_OFFSET = {
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
    # Base + 92 is the broker's, so with a base only the edge's metrics stand beside it.
    "edge.metrics": (9090, 90),
    "inventory.metrics": (9091, 191),
    "queue.metrics": (9092, 192),
    "payment.metrics": (9093, 193),
    "ticket.metrics": (9094, 194),
    "search.metrics": (9095, 195),
    "mailbox": (8025, 25),
    "smtp": (1025, 26),
    "stripe": (12111, 11),
    "postgres": (55432, 32),
    "valkey": (56379, 79),
    "kafka": (59092, 92),
    # The object store below a broker that keeps its topics (ONSALE_KAFKA=durable).
    "objects.s3": (59180, 180),
    "objects.s3.grpc": (59181, 181),
    "objects.master": (59182, 182),
    "objects.master.grpc": (59183, 183),
    "objects.volume": (59184, 184),
    "objects.volume.grpc": (59185, 185),
    "objects.filer": (59186, 186),
    "objects.filer.grpc": (59187, 187),
}


@dataclass(frozen=True)
class Ports:
    """The ports of one stack, by name."""

    base: int | None = None

    def __getitem__(self, name: str) -> int:
        usual, offset = _USUAL_AND_OFFSET[name]
        return usual if self.base is None else self.base + offset

    def __iter__(self) -> Iterator[str]:
        return iter(_USUAL_AND_OFFSET)

    def address(self, name: str) -> str:
        """`host:port` of a name."""
        return f"{LOOPBACK}:{self[name]}"

    def url(self, name: str) -> str:
        """`http://host:port` of a name."""
        return f"http://{self.address(name)}"

    def public(self, service: str) -> str:
        """The name of a service's public gRPC port; the edge's is that of the accounts."""
        return "accounts" if service == "edge" else service


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of the loopback address now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # A closed connection's TIME_WAIT does not keep a server from its port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
            probe.listen(1)
        except OSError:
            return False
        return True


async def reserve(ports: Ports, names: Iterable[str]) -> list[socket.socket]:
    """Binds every port without listening; a part can still bind and listen, and no outgoing connection is given it.

    The usual ports lie among those that the system gives to outgoing connections: on a busy machine one of some
    thousand is in the way, for the minute that a closed connection lingers. That minute is waited for; a port that
    somebody listens on is refused at once.

    Returns:
        The sockets; the ports are reserved while they are open.

    Raises:
        PortTaken: with every taken port and who has it, if the system tells.
    """
    deadline = time.monotonic() + LINGER_SECONDS_MAX
    reserved: list[socket.socket] = []
    left = list(names)
    while True:
        bound = {name: _bound(ports[name]) for name in left}
        reserved += [probe for probe in bound.values() if probe]
        left = [name for name, probe in bound.items() if probe is None]
        if not left:
            return reserved
        holders = _holders()
        served = [name for name in left if ports[name] in holders or _answers(ports[name])]
        if served or time.monotonic() > deadline:
            for probe in reserved:
                probe.close()
            raise PortTaken(
                [
                    f"port {ports[n]} ({n}) is taken by {holders.get(ports[n], 'another program')}"
                    for n in served or left
                ],
                suggest_base(),
            )
        await asyncio.sleep(LINGER_POLL_SECONDS)


def _bound(port: int) -> socket.socket | None:
    """A socket bound to the port; None when something is in the way."""
    probe = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        probe.bind((LOOPBACK, port))
    except OSError:
        probe.close()
        return None
    return probe


def _answers(port: int) -> bool:
    """Whether somebody listens on the port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as caller:
        caller.settimeout(ANSWER_SECONDS)
        return caller.connect_ex((LOOPBACK, port)) == 0


def suggest_base() -> int:
    """A base whose every port is free now; the last candidate if none is."""
    # Below 32768: no outgoing connection is ever given one of these as its own port.
    candidates = range(20_000, 32_000, STACK_SPAN)
    return next((base for base in candidates if is_base_free(base)), candidates[-1])


def is_base_free(base: int) -> bool:
    """Whether a whole stack could start at this base now."""
    ports = Ports(base)
    return all(is_free(ports[name]) for name in ports)


def _holders() -> dict[int, str]:
    """Listening port → the program's name and process id."""
    try:
        connections = psutil.net_connections(kind="tcp")
    except psutil.AccessDenied:
        return {}
    holders: dict[int, str] = {}
    for connection in connections:
        if connection.status == psutil.CONN_LISTEN and connection.pid and connection.laddr:
            try:
                name = psutil.Process(connection.pid).name()
            except psutil.Error:
                continue
            holders[connection.laddr.port] = f"{name} (pid {connection.pid})"
    return holders
