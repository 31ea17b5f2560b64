"""Every service that protos/ describes, and where it is served."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import Any

from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.message_factory import GetMessageClass

import protos
from mesh.contract import Rpc, describe

_OWNERS = {"accounts": "edge"}
"""Packages whose owner has another name; onsale.inventory.v1 is inventory's."""


@cache
def services() -> tuple[ServiceDescriptor, ...]:
    """Returns the descriptors of all services, in a stable order."""
    found = []
    for module in pkgutil.walk_packages(protos.__path__, "protos."):
        if module.name.endswith("_pb2"):
            descriptor: Any = importlib.import_module(module.name).DESCRIPTOR
            found += descriptor.services_by_name.values()
    return tuple(sorted(found, key=lambda service: service.full_name))


@cache
def rpcs() -> tuple[Rpc, ...]:
    """Returns all RPCs. Raises ContractIncomplete for one that does not say who may call it."""
    return tuple(rpc for service in services() for rpc in describe(service))


def neighbour_of(method: MethodDescriptor) -> str:
    """Returns the name of the service that serves an RPC, such as "inventory"."""
    package = method.containing_service.file.package.split(".")[1]
    return _OWNERS.get(package, package)


@cache
def message_class(descriptor: Any) -> Any:
    """Returns the class of a message."""
    return GetMessageClass(descriptor)
