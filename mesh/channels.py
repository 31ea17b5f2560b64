"""Calls to neighbours: over mTLS, with the deadline of the contract, the trace, and errors as errors.

One layer retries, and it is this one: a call that the server surely never saw, or that answered UNAVAILABLE, is tried
again within its deadline. Every RPC between services is idempotent, by its ids or its request_id.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, TypeVar

import grpc
from google.protobuf import descriptor_pool

from mesh import identity, telemetry
from mesh.config import MeshSettings
from mesh.contract import Rpc, describe
from mesh.errors import from_rpc_error

MESSAGE_BYTES_MAX = 16 * 1024 * 1024
METADATA_BYTES_MAX = 128 * 1024
"""Errors travel in trailers, and some list facts: a faulty seat plan has 200 faults, about 60 kB. gRPC's own 8 kB would
turn them into RESOURCE_EXHAUSTED."""
ATTEMPTS_MAX = 3
RECONNECT_MILLIS_MAX = 1_000

T = TypeVar("T")

_forward: ContextVar[bool] = ContextVar("forward", default=False)

_OPTIONS = [
    ("grpc.max_receive_message_length", MESSAGE_BYTES_MAX),
    ("grpc.max_send_message_length", MESSAGE_BYTES_MAX),
    ("grpc.max_metadata_size", METADATA_BYTES_MAX),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", RECONNECT_MILLIS_MAX),
    ("grpc.keepalive_time_ms", 30_000),
    (
        "grpc.service_config",
        json.dumps(
            {
                "methodConfig": [
                    {
                        "name": [{}],
                        "retryPolicy": {
                            "maxAttempts": ATTEMPTS_MAX,
                            "initialBackoff": "0.1s",
                            "maxBackoff": "1s",
                            "backoffMultiplier": 2,
                            "retryableStatusCodes": ["UNAVAILABLE"],
                        },
                    }
                ]
            }
        ),
    ),
]


@contextmanager
def as_caller() -> Iterator[None]:
    """Makes the calls inside carry the token of the current caller: the neighbour sees exactly the caller's rights."""
    token = _forward.set(True)
    try:
        yield
    finally:
        _forward.reset(token)


class Peers:
    """A service's channels to its neighbours' peer ports."""

    def __init__(self, name: str, settings: MeshSettings) -> None:
        self._name = name
        self._settings = settings
        self._channels: dict[tuple[str, str, bool], Any] = {}

    def stub(self, stub_class: type[T], neighbour: str) -> T:
        """Returns a stub of a service of a neighbour, such as "inventory"; channels are shared."""
        return stub_class(self.channel(neighbour))  # type: ignore[call-arg]

    def channel(self, neighbour: str) -> Any:
        """Returns the channel to a neighbour's peer port."""
        return self._channel(neighbour, "", is_plain=False)

    def plain_channel(self, neighbour: str, address: str = "") -> Any:
        """Returns a channel that adds no deadline, token or trace: the edge sets its calls' own.

        With an address it leads to that one of the neighbour's processes.
        """
        return self._channel(neighbour, address, is_plain=True)

    async def drop(self, neighbour: str, address: str) -> None:
        """Closes the plain channel to a process that is gone."""
        channel = self._channels.pop((neighbour, address, True), None)
        if channel is not None:
            await channel.close(grace=None)

    def address(self, neighbour: str) -> str:
        """Returns where a neighbour's processes are: an address, several with commas, or `dns:///name:port`."""
        return self._settings.peer_address(neighbour)

    def _channel(self, neighbour: str, address: str, *, is_plain: bool) -> Any:
        key = (neighbour, address, is_plain)
        if key not in self._channels:
            self._channels[key] = grpc.aio.secure_channel(
                address or _target(self.address(neighbour)),
                credentials(self._settings.tls_dir, self._name),
                # The certificate's name is the service's; addresses differ by where it runs.
                options=[*_OPTIONS, ("grpc.ssl_target_name_override", neighbour)],
                interceptors=[] if is_plain else client_chain(),
            )
        return self._channels[key]

    async def close(self) -> None:
        """Closes all channels."""
        for channel in self._channels.values():
            await channel.close(grace=None)


def _target(address: str) -> str:
    """Returns an address as gRPC takes it; of several it connects to the first that answers."""
    return "ipv4:" + address.replace(" ", "") if "," in address else address


def credentials(tls_dir: Path, name: str) -> Any:
    """Returns what a peer shows of itself: its own certificate, and the authority it believes."""
    return grpc.ssl_channel_credentials(
        root_certificates=(tls_dir / "ca.pem").read_bytes(),
        private_key=(tls_dir / f"{name}.key").read_bytes(),
        certificate_chain=(tls_dir / f"{name}.pem").read_bytes(),
    )


def client_chain() -> list[Any]:
    """Returns the interceptors of a client channel; grpc.aio wants one object for each kind of call."""
    return [_UnaryCalls(), _StreamCalls()]


_rpcs: dict[str, Rpc | None] = {}


def _rpc(path: str) -> Rpc | None:
    """Returns an RPC's description; None for those that are not ours, such as health."""
    if path not in _rpcs:
        service, _, _method = path.lstrip("/").rpartition("/")
        try:
            descriptor = descriptor_pool.Default().FindServiceByName(service)
        except KeyError:
            _rpcs[path] = None
        else:
            if service.startswith("onsale."):
                _rpcs.update({rpc.path: rpc for rpc in describe(descriptor)})
            _rpcs.setdefault(path, None)
    return _rpcs[path]


def _details(given: grpc.aio.ClientCallDetails) -> grpc.aio.ClientCallDetails:
    path = given.method.decode() if isinstance(given.method, bytes) else given.method
    rpc = _rpc(path)
    metadata = list(given.metadata or ())
    present = {key for key, _ in metadata}
    if _forward.get() and "authorization" not in present and identity.caller().token:
        metadata.append(("authorization", f"Bearer {identity.caller().token}"))
    if telemetry.traceparent() and "traceparent" not in present:
        metadata.append(("traceparent", telemetry.traceparent()))
    timeout = given.timeout if given.timeout is not None else rpc and rpc.deadline_seconds
    return grpc.aio.ClientCallDetails(
        given.method, timeout, grpc.aio.Metadata(*metadata), given.credentials, given.wait_for_ready
    )


class _UnaryCalls(grpc.aio.UnaryUnaryClientInterceptor):
    async def intercept_unary_unary(
        self, continuation: Any, client_call_details: Any, request: Any
    ) -> Any:
        call = await continuation(_details(client_call_details), request)
        try:
            return await call
        except grpc.aio.AioRpcError as error:
            raise from_rpc_error(error) from None


class _StreamCalls(grpc.aio.UnaryStreamClientInterceptor):
    async def intercept_unary_stream(
        self, continuation: Any, client_call_details: Any, request: Any
    ) -> Any:
        call = await continuation(_details(client_call_details), request)
        return _translated(call)


async def _translated(call: Any) -> AsyncIterator[Any]:
    try:
        async for reply in call:
            yield reply
    except grpc.aio.AioRpcError as error:
        raise from_rpc_error(error) from None
    finally:
        call.cancel()
