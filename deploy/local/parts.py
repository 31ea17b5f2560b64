"""The table of parts: what runs, what it needs first, and how one knows that it serves."""

import sys
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

from deploy.local import readiness
from deploy.local.broker import LocalBroker
from deploy.local.environment import STRIPE_WEBHOOK_SECRET, plain_environment, service_environment
from deploy.local.errors import LocalStackError
from deploy.local.layout import Layout
from deploy.local.objects import PORTS as OBJECT_PORTS
from deploy.local.objects import ObjectStore, require_installed
from deploy.local.ports import LOOPBACK, SERVICES
from deploy.local.processes import Command

SERVERS = ("postgres", "valkey", "objects", "kafka")
"""What the services cannot start without; those that the settings leave out do not count."""

SERVICE_STOP_SECONDS = 12.0
"""A service drains for up to ten."""


async def _nothing() -> None:
    """Most parts need no work around their start."""


@dataclass(frozen=True)
class Part:
    """One process of the stack."""

    name: str
    command: Callable[[], Command]
    is_ready: Callable[[], Awaitable[bool]]
    ports: tuple[str, ...] = ()
    """The names of the ports that it listens on, the one to show to people first."""

    needs: tuple[str, ...] = ()
    """What must serve before its first start."""

    prepare: Callable[[], Awaitable[None]] = field(default=_nothing)
    """Work before each start of the process."""

    settle: Callable[[], Awaitable[None]] = field(default=_nothing)
    """Work after each start, before anybody may rely on the part."""

    stop_seconds: float = 10.0
    """How long it may take to end when asked."""


def all_parts(layout: Layout) -> tuple[Part, ...]:
    """Every part of the stack, in the order in which `make status` shows them."""
    return (
        _postgres(layout),
        _valkey(layout),
        *_broker(layout),
        _stripe(layout),
        _mailbox(layout),
        *(_service(name, layout) for name in SERVICES),
    )


def chosen_parts(layout: Layout, names: Iterable[str]) -> tuple[Part, ...]:
    """The parts of these names; all of them when no name is given."""
    parts = all_parts(layout)
    wanted = set(names)
    unknown = wanted - {part.name for part in parts}
    if unknown:
        known = ", ".join(part.name for part in parts)
        raise LocalStackError(f"no such part: {', '.join(sorted(unknown))}; there are {known}")
    return tuple(part for part in parts if not wanted or part.name in wanted)


def _postgres(layout: Layout) -> Part:
    server = layout.postgres
    return Part(
        "postgres",
        server.command,
        server.is_ready,
        ports=("postgres",),
        prepare=server.prepare,
        settle=server.settle,
    )


def _valkey(layout: Layout) -> Part:
    server = layout.valkey
    return Part("valkey", server.command, server.is_ready, ports=("valkey",))


def _broker(layout: Layout) -> tuple[Part, ...]:
    if layout.settings.kafka_bootstrap:
        return ()
    durable = layout.settings.kafka == "durable"
    objects = ObjectStore(layout.ports, layout.state)
    broker = LocalBroker(layout.ports["kafka"], objects if durable else None)
    kafka = Part(
        "kafka",
        broker.command,
        broker.is_ready,
        ports=("kafka",),
        needs=("objects",),
        settle=broker.settle,
    )
    if not durable:
        return (kafka,)
    require_installed()
    return (Part("objects", objects.command, objects.is_ready, ports=OBJECT_PORTS), kafka)


def _stripe(layout: Layout) -> Part:
    ports = layout.ports
    arguments = [
        "--port",
        str(ports["stripe"]),
        "--state",
        str(layout.state.data / "stripe.db"),
        "--webhook-url",
        f"{ports.url('edge')}/v1/webhooks/stripe",
        "--webhook-secret",
        STRIPE_WEBHOOK_SECRET,
    ]
    return Part(
        "stripe",
        lambda: _module("deploy.local.stripe", *arguments),
        lambda: readiness.answers_http(LOOPBACK, ports["stripe"]),
        ports=("stripe",),
    )


def _mailbox(layout: Layout) -> Part:
    ports = layout.ports
    arguments = [
        "--smtp-port",
        str(ports["smtp"]),
        "--http-port",
        str(ports["mailbox"]),
        "--state",
        str(layout.state.data / "mailbox"),
    ]
    return Part(
        "mailbox",
        lambda: _module("deploy.local.mailbox", *arguments),
        lambda: readiness.answers_http(LOOPBACK, ports["mailbox"]),
        ports=("mailbox", "smtp"),
    )


def _service(name: str, layout: Layout) -> Part:
    ports = layout.ports
    public = ports.public(name)
    http = ("edge",) if name == "edge" else ()

    async def is_ready() -> bool:
        if http and not await readiness.answers_http(LOOPBACK, ports["edge"]):
            return False
        return await readiness.serves_grpc(ports.address(public))

    package = "edge" if name == "edge" else f"{name}_svc"
    environment = service_environment(layout)
    return Part(
        name,
        lambda: Command([sys.executable, "-m", package], environment),
        is_ready,
        ports=(*http, public, f"{name}.peer", f"{name}.metrics"),
        needs=SERVERS,
        stop_seconds=SERVICE_STOP_SECONDS,
    )


def _module(name: str, *arguments: str) -> Command:
    return Command([sys.executable, "-m", name, *arguments], plain_environment())
