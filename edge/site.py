"""The web app: files built into edge/web/dist, and its one page for every address that is not a file."""

from __future__ import annotations

import os
from http import HTTPStatus
from pathlib import Path

import anyio
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.staticfiles import StaticFiles

from edge.problems import MethodNotAllowed, RouteNotFound

_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_EACH_TIME = "no-cache"
_NOT_BUILT = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Onsale</title>
<main style="font: 1.1rem/1.5 system-ui; max-width: 40rem; margin: 4rem auto; padding: 0 1rem">
<h1>The web app is not built yet</h1>
<p>The API is here all the same: <a href="/docs">its description</a>. <code>make web</code> builds the pages.</p>
</main></html>
"""


class Site:
    """Serves the web app."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = StaticFiles(directory=folder, check_dir=False)

    async def serve(self, request: Request) -> Response:
        """Returns a file, or the app's page where a browser navigates. Raises RouteNotFound."""
        path = request.url.path.lstrip("/")
        known, stat = await anyio.to_thread.run_sync(self._look_up, path or "index.html")
        if stat is None and not (path == "" or _navigates(request)):
            raise RouteNotFound
        if request.method not in ("GET", "HEAD"):
            raise MethodNotAllowed(headers={"Allow": "GET, HEAD"})
        if stat is not None:
            return self._file(request, known, stat)
        index, stat = await anyio.to_thread.run_sync(self._look_up, "index.html")
        if stat is None:
            return HTMLResponse(_NOT_BUILT, HTTPStatus.OK)
        return self._file(request, index, stat)

    def _look_up(self, path: str) -> tuple[str, os.stat_result | None]:
        if "\0" in path:
            return "", None
        full, stat = self._files.lookup_path(os.path.normpath(path))
        is_file = stat is not None and Path(full).is_file()
        return full, stat if is_file else None

    def _file(self, request: Request, full: str, stat: os.stat_result) -> Response:
        response = self._files.file_response(full, stat, request.scope)
        # Names under assets/ carry a hash of what is in them; every other file may change under its name.
        is_asset = Path(full).parent.name == "assets"
        response.headers["Cache-Control"] = _FOR_EVER if is_asset else _ASK_EACH_TIME
        if isinstance(response, FileResponse) and full.endswith(".webmanifest"):
            response.headers["Content-Type"] = "application/manifest+json"
        return response


def _navigates(request: Request) -> bool:
    """Tells a browser that goes to an address from a program that asks for a thing."""
    is_api = request.url.path.startswith(("/v1/", "/.well-known/"))
    return not is_api and "text/html" in request.headers.get("accept", "")
