"""The processes of a neighbour, and which of them serves an event.

Any process may serve any call: rows are locked where it matters. But parties of one event that meet in one process
leave together, and what it knows of the event is true, so callers agree on one by rendezvous hashing (Thaler and
Ravishankar, "Using name-based mappings to increase hit rates", 1998): of all processes, the one whose address hashes
highest together with the event. When one comes or goes, only its own events move.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Protocol

import grpc

from mesh import ids, telemetry
from mesh.carrier.call_stream import Metadata
from mesh.carrier.carrier import Carrier
from mesh.contract import Rpc
from mesh.errors import OnsaleError

RESOLVE_SECONDS = 5.0
"""How often a name is looked up: a process that came is used, and one that went forgotten, after this at the latest."""

PROCESSES_MAX = 64
"""Of one neighbour; more behind one name are left out."""

TRIED_MAX = 2
"""Processes that one call is tried at."""

DNS = "dns:///"

ID_LENGTH_MAX = 64
"""What is longer is no id, and only its beginning counts: what strangers send is not to be remembered at any length."""

GRACE_SECONDS = 15.0
"""A process that is no longer behind the name may still answer what it was asked, for so long."""


class Channels(Protocol):
    """The channels to the processes of all neighbours; `Peers` keeps them. An empty address is where the name leads."""

    def plain_channel(self, neighbour: str, address: str = "") -> Any:
        """Returns the channel to a process."""

    async def drop(self, neighbour: str, address: str) -> None:
        """Closes the channel to a process that is gone."""


class Processes:
    """The processes of one neighbour, as one edge calls them."""

    def __init__(self, neighbour: str, address: str, channels: Channels) -> None:
        self._neighbour = neighbour
        self._address = address
        self._channels = channels
        self._addresses: Sequence[str] = _listed(address)
        self._carriers: dict[str, Carrier] = {}
        self._resolved_at = float("-inf")
        self._resolving: asyncio.Task[None] | None = None
        self._retiring: set[asyncio.Task[None]] = set()

    async def call(self, rpc: Rpc, request: bytes, metadata: Metadata, of: str) -> bytes:
        """Returns the reply of a call about an event, or about what belongs to one. Raises OnsaleError.

        Where its process is away the next one is asked: a call that changes something has a request id.
        """
        addresses = self._in_order(of)
        for address in addresses[:-1]:
            try:
                return await self._carrier(address).call(rpc, request, metadata)
            except OnsaleError as error:
                if error.code is not grpc.StatusCode.UNAVAILABLE:
                    raise
        return await self._carrier(addresses[-1]).call(rpc, request, metadata)

    def channel(self, of: str) -> Any:
        """Returns the channel to the process that serves an event."""
        return self._channels.plain_channel(self._neighbour, self._in_order(of)[0])

    async def close(self) -> None:
        """Ends the streams of calls."""
        for task in (*self._retiring, *([self._resolving] if self._resolving else ())):
            task.cancel()
        for carrier in self._carriers.values():
            await carrier.close()

    def _in_order(self, of: str) -> Sequence[str]:
        """Returns the processes to try, the event's own first; one that is known to be away comes last."""
        self._keep_resolved()
        if len(self._addresses) == 1:
            return self._addresses
        event = event_of(of[:ID_LENGTH_MAX])
        ranked = sorted(
            self._addresses, key=lambda address: (self._is_away(address), -rank(event, address))
        )
        return ranked[:TRIED_MAX]

    def _is_away(self, address: str) -> bool:
        carrier = self._carriers.get(address)
        return carrier is not None and carrier.is_away

    def _carrier(self, address: str) -> Carrier:
        carrier = self._carriers.get(address)
        if carrier is None:
            carrier = Carrier(
                self._neighbour, self._channels.plain_channel(self._neighbour, address)
            )
            self._carriers[address] = carrier
        return carrier

    def _keep_resolved(self) -> None:
        if not self._address.startswith(DNS) or self._resolving:
            return
        if asyncio.get_running_loop().time() - self._resolved_at > RESOLVE_SECONDS:
            self._resolving = asyncio.create_task(self._resolve())

    async def _resolve(self) -> None:
        """Looks up who is behind the neighbour's name; nobody is known until this succeeds, and its name serves."""
        loop = asyncio.get_running_loop()
        host, _, port = self._address.removeprefix(DNS).rpartition(":")
        try:
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            telemetry.log.info("name not found", neighbour=self._neighbour, error=repr(error))
        else:
            addresses = sorted({_joined(*each[4][:2]) for each in found})[:PROCESSES_MAX]
            self._take_in(addresses)
        finally:
            self._resolved_at = loop.time()
            self._resolving = None

    def _take_in(self, addresses: Sequence[str]) -> None:
        # One process is called by the neighbour's name: its address may change before the next look.
        self._addresses = addresses if len(addresses) > 1 else ("",)
        for address in set(self._carriers) - {"", *self._addresses}:
            retiring = asyncio.create_task(self._retire(address, self._carriers.pop(address)))
            self._retiring.add(retiring)
            retiring.add_done_callback(self._retiring.discard)

    async def _retire(self, address: str, carrier: Carrier) -> None:
        await asyncio.sleep(GRACE_SECONDS)
        await carrier.close()
        if address not in self._carriers:
            await self._channels.drop(self._neighbour, address)


def _listed(address: str) -> Sequence[str]:
    """Reads a setting: one address, several with commas, or a name to look up."""
    several = [each.strip() for each in address.split(",") if each.strip()]
    return several[:PROCESSES_MAX] if len(several) > 1 else ("",)


def _joined(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


@lru_cache(maxsize=4_096)
def event_of(of: str) -> str:
    """Returns the event that an id belongs to; an id of nothing stands for itself."""
    prefix, _, _rest = of.partition("_")
    if prefix == "ev":
        return of
    try:
        return ids.event_text(ids.event_of(ids.parse(prefix, of)))
    except ids.MalformedId:
        return of


@lru_cache(maxsize=16_384)
def rank(event: str, address: str) -> int:
    """Returns how much a process is an event's own: the highest is."""
    return int.from_bytes(blake2b(f"{event} {address}".encode(), digest_size=8).digest(), "big")
