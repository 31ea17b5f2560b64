"""A request as the edge reads it: its headers are looked up by hash, not one after the other."""

from __future__ import annotations

from typing import Any

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import Scope


class HTTPRequest(Request):
    """Starlette's request; a dozen looks at its headers cost one walk over them."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(scope)
        self._headers = IndexedHeaders(scope=scope)


class IndexedHeaders(Headers):
    """Headers by name; of one that is given twice the first counts, as in Starlette's own."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(scope=scope)
        self._first = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in reversed(self._list)
        }

    def __getitem__(self, key: str) -> str:
        return self._first[key.lower()]

    def __contains__(self, key: Any) -> bool:
        return key.lower() in self._first

    def get(self, key: str, default: Any = None) -> Any:
        """Returns a header, or the default."""
        return self._first.get(key.lower(), default)
