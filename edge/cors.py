"""Other origins whose pages may call the API; none by default."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import Message, Send

_ALLOWED_HEADERS = "Authorization, Content-Type, Idempotency-Key, Admission-Token, Last-Event-ID"
_ALLOWED_METHODS = "GET, POST, PUT, PATCH, DELETE"
_EXPOSED_HEADERS = "Retry-After, X-Request-Id, ETag"
_PREFLIGHT_SECONDS = "600"


class Cors:
    """Adds what a browser asks for, to the answers for known origins."""

    def __init__(self, origins: tuple[str, ...]) -> None:
        self._origins = frozenset(origins)

    def wrap(self, http: Request, send: Send) -> Send:
        """Returns a send that adds the headers; the same one when the origin is not known."""
        origin = http.headers.get("origin", "")
        if origin not in self._origins:
            return send
        asks_first = http.method == "OPTIONS" and "access-control-request-method" in http.headers

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                headers["Access-Control-Allow-Origin"] = origin
                headers.add_vary_header("Origin")
                headers["Access-Control-Expose-Headers"] = _EXPOSED_HEADERS
                if asks_first:
                    headers["Access-Control-Allow-Headers"] = _ALLOWED_HEADERS
                    headers["Access-Control-Allow-Methods"] = _ALLOWED_METHODS
                    headers["Access-Control-Max-Age"] = _PREFLIGHT_SECONDS
            await send(message)

        return sending
