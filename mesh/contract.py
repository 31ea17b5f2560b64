"""What the protos say about each RPC: who may call, how long it may take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor

from protos.mesh.v1 import options_pb2

PUBLIC = options_pb2.Access.PUBLIC
BUYER = options_pb2.Access.BUYER
ORGANISER = options_pb2.Access.ORGANISER
GATE = options_pb2.Access.GATE
SERVICE = options_pb2.Access.SERVICE


class ContractIncomplete(Exception):
    """An RPC says nothing of its callers or its deadline; its server must not start."""


@dataclass(frozen=True)
class Rpc:
    """An RPC as its proto describes it."""

    path: str
    """As gRPC names it, such as "/onsale.inventory.v1.InventoryService/HoldSeats"."""
    name: str
    allow: frozenset[int]
    peers: frozenset[str]
    deadline_seconds: float
    descriptor: MethodDescriptor


def describe(service: ServiceDescriptor) -> list[Rpc]:
    """Returns the RPCs of a service. Raises ContractIncomplete: default is deny."""
    rpcs = []
    for method in service.methods:
        options: Any = method.GetOptions()
        access = options.Extensions[options_pb2.access]
        deadline_millis = options.Extensions[options_pb2.deadline_millis]
        if not access.allow or options_pb2.Access.CALLER_UNSPECIFIED in access.allow:
            raise ContractIncomplete(f"{method.full_name} has no (onsale.mesh.v1.access)")
        if SERVICE in access.allow and not access.peers:
            raise ContractIncomplete(f"{method.full_name} allows SERVICE but names no peers")
        if not deadline_millis:
            raise ContractIncomplete(f"{method.full_name} has no (onsale.mesh.v1.deadline_millis)")
        rpcs.append(
            Rpc(
                path=f"/{service.full_name}/{method.name}",
                name=method.name,
                allow=frozenset(access.allow),
                peers=frozenset(access.peers),
                deadline_seconds=deadline_millis / 1000,
                descriptor=method,
            )
        )
    return rpcs
