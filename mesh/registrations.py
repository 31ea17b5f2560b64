"""What a servicer serves: learnt, and led elsewhere, while its generated code registers it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import grpc


@dataclass(frozen=True, slots=True)
class Unary:
    """A unary RPC's handler and its messages' codec."""

    handler: Callable[[Any, Any], Any]
    read: Callable[[bytes], Any]
    write: Callable[[Any], bytes]


class Registrations:
    """Stands in for a server while a servicer is registered."""

    def __init__(self) -> None:
        self.services: list[str] = []
        self.unary: dict[str, Unary] = {}
        """By path."""

    def add_generic_rpc_handlers(self, handlers: Any) -> None:
        """Takes note of the services' names."""
        for name in (handler.service_name() for handler in handlers):
            if name not in self.services:
                self.services.append(name)

    def add_registered_method_handlers(self, service_name: str, handlers: Any) -> None:
        """Takes note of a service's methods."""
        if service_name not in self.services:
            self.services.append(service_name)
        for method, handler in handlers.items():
            if handler.unary_unary:
                self.unary[f"/{service_name}/{method}"] = Unary(
                    handler.unary_unary, handler.request_deserializer, handler.response_serializer
                )


class Registrar:
    """Registers a servicer's methods with a server, each as `wrap` returns it."""

    def __init__(self, server: Any, wrap: Callable[[str, Any], Any]) -> None:
        self._server = server
        self._wrap = wrap

    def add_generic_rpc_handlers(self, handlers: Any) -> None:
        """Generated code says every method twice; the other way names them."""

    def add_registered_method_handlers(self, service_name: str, handlers: Any) -> None:
        """Registers a service's methods."""
        wrapped = {
            method: self._wrap(f"/{service_name}/{method}", handler)
            for method, handler in handlers.items()
        }
        generic = grpc.method_handlers_generic_handler(service_name, wrapped)
        self._server.add_generic_rpc_handlers((generic,))
