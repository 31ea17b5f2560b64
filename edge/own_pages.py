"""What the edge serves of its own: health, the API's description, the web app."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from edge.caching import etag_of, matches
from edge.problems import MethodNotAllowed
from edge.site import Site

_DOCS_DIR = Path(__file__).parent / "openapi" / "page"
_DOCS = {
    "/docs": ("index.html", "text/html"),
    "/docs/page.js": ("page.js", "text/javascript"),
    "/docs/page.css": ("page.css", "text/css"),
}


class OwnPages:
    """Serves them."""

    def __init__(self, site: Site, openapi: bytes, is_ready: Callable[[], Awaitable[bool]]) -> None:
        self._site = site
        self._is_ready = is_ready
        self._documents = {"/openapi.json": (openapi, "application/json")} | {
            path: ((_DOCS_DIR / name).read_bytes(), kind) for path, (name, kind) in _DOCS.items()
        }

    async def serve(self, http: Request) -> Response:
        """Returns a page. Raises HTTPRefusal."""
        path = http.url.path.rstrip("/") or "/"
        is_own = path in self._documents or path in ("/healthz", "/readyz")
        if not is_own:
            return await self._site.serve(http)
        if http.method == "OPTIONS":
            return Response(status_code=204, headers={"Allow": "GET, HEAD, OPTIONS"})
        if http.method not in ("GET", "HEAD"):
            raise MethodNotAllowed(headers={"Allow": "GET, HEAD, OPTIONS"})
        if path == "/healthz":
            return _health(True)
        if path == "/readyz":
            return _health(await self._is_ready())
        body, kind = self._documents[path]
        headers = {"ETag": etag_of(body), "Cache-Control": "no-cache"}
        if matches(http.headers.get("if-none-match", ""), headers["ETag"]):
            return Response(status_code=304, headers=headers)
        return Response(body, 200, headers, kind)


def _health(is_well: bool) -> Response:
    status = "SERVING" if is_well else "NOT_SERVING"
    return JSONResponse({"status": status}, 200 if is_well else 503, {"Cache-Control": "no-store"})
