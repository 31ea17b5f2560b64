"""A service's server: two listeners over the same handlers, health, reflection, graceful drain.

The public port takes tokens only; the peer port also wants a client certificate, whose name is the peer. Python's gRPC
cannot make a client certificate optional, hence two ports (docs/adr).
"""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import Coroutine
from typing import Any

import grpc
import uvloop
from google.protobuf import descriptor_pool
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from mesh import reflection, telemetry
from mesh.carrier.handlers import CarrierHandlers
from mesh.channels import MESSAGE_BYTES_MAX, Peers
from mesh.config import MeshSettings, ServiceSettings
from mesh.contract import ContractIncomplete, describe
from mesh.identity import KeySet, TokenVerifier
from mesh.interceptors import Chain
from mesh.registrations import Registrations
from mesh.workers import Worker, run_all
from protos.accounts.v1 import accounts_pb2, accounts_pb2_grpc
from protos.mesh.v1 import carrier_pb2_grpc

# What gRPC holds back while a process is overloaded; lanes and queues of our own refuse long before.
CONCURRENT_CALLS_MAX = 10_000

# How many new objects make Python look for cycles. At its default of 700 the looking is a tenth of a call's cost, and
# calls make few cycles.
GC_OBJECTS = 20_000

_OPTIONS = [
    ("grpc.max_receive_message_length", MESSAGE_BYTES_MAX),
    ("grpc.max_send_message_length", MESSAGE_BYTES_MAX),
    ("grpc.so_reuseport", 0),  # a port already taken is an error, not a lottery
    ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
]


class Server:
    """Serves handlers on both ports until SIGTERM or SIGINT."""

    def __init__(
        self,
        name: str,
        settings: ServiceSettings,
        mesh: MeshSettings,
        peers: Peers,
        *,
        session_keys: KeySet | None = None,
    ) -> None:
        self._name = name
        self._settings = settings
        self._mesh = mesh
        verifier = TokenVerifier(session_keys or session_keys_of(peers))
        self._chains = [
            Chain(verifier, is_peer_port=False),
            Chain(verifier, is_peer_port=True),
        ]
        self._listeners = [
            grpc.aio.server(options=_OPTIONS, maximum_concurrent_rpcs=CONCURRENT_CALLS_MAX)
            for _ in self._chains
        ]
        self._health = health.aio.HealthServicer()
        self._services: list[str] = []
        self._carrier = CarrierHandlers(self._chains[1])
        self.stop = asyncio.Event()
        self.add(carrier_pb2_grpc.add_CarrierServiceServicer_to_server, self._carrier)

    def add(self, register: Any, servicer: Any) -> None:
        """Adds a servicer by its generated `add_…Servicer_to_server`. Raises ContractIncomplete for a silent RPC."""
        found = Registrations()
        register(servicer, found)
        self._carrier.add(found.unary)
        for service_name in found.services:
            rpcs = describe(_descriptor(service_name))
            for chain in self._chains:
                chain.add(rpcs, getattr(servicer, "locate", None))
            self._services.append(service_name)
        for chain, listener in zip(self._chains, self._listeners, strict=True):
            register(servicer, chain.before(listener))

    async def run(self, workers: list[Worker]) -> None:
        """Serves until told to stop, then lets calls and workers finish."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop.set)
        await self._start()
        telemetry.serve_metrics(self._settings.bind_host, self._settings.metrics_port)
        working = asyncio.create_task(run_all(workers, self.stop, self._settings.drain_seconds))
        await self._health.set("", health_pb2.HealthCheckResponse.SERVING)
        telemetry.log.info("serving", port=self._settings.public_port)
        try:
            await self.stop.wait()
        finally:
            await self._health.enter_graceful_shutdown()
            self._carrier.drain()
            drain = self._settings.drain_seconds
            await asyncio.gather(*[listener.stop(drain) for listener in self._listeners])
            await working
            telemetry.log.info("stopped")

    async def _start(self) -> None:
        for listener in self._listeners:
            health_pb2_grpc.add_HealthServicer_to_server(self._health, listener)
        if self._mesh.reflection:
            reflection.enable(self._services, self._listeners[0])
        public, peer = self._listeners
        host = self._settings.bind_host
        if self._mesh.public_tls:
            public.add_secure_port(f"{host}:{self._settings.public_port}", self._tls(False))
        else:
            public.add_insecure_port(f"{host}:{self._settings.public_port}")
        peer.add_secure_port(f"{host}:{self._settings.peer_port}", self._tls(True))
        await asyncio.gather(public.start(), peer.start())

    def _tls(self, wants_client: bool) -> Any:
        folder = self._mesh.tls_dir
        key = (folder / f"{self._name}.key").read_bytes()
        certificate = (folder / f"{self._name}.pem").read_bytes()
        authority = (folder / "ca.pem").read_bytes() if wants_client else None
        return grpc.ssl_server_credentials([(key, certificate)], authority, wants_client)


def _descriptor(service_name: str) -> Any:
    try:
        return descriptor_pool.Default().FindServiceByName(service_name)
    except KeyError:
        raise ContractIncomplete(f"{service_name} is not described by a proto") from None


def session_keys_of(peers: Peers) -> KeySet:
    """Returns the keys of access tokens, which the edge issues."""

    async def fetch() -> accounts_pb2.JWKS:
        accounts: Any = peers.stub(accounts_pb2_grpc.AccountServiceStub, "edge")
        keys: accounts_pb2.JWKS = await accounts.GetSessionKeys(
            accounts_pb2.GetSessionKeysRequest()
        )
        return keys

    return KeySet(fetch)


def run(main: Coroutine[Any, Any, None]) -> None:
    """Runs a service's main on uvloop."""
    gc.set_threshold(GC_OBJECTS)
    uvloop.run(main)
