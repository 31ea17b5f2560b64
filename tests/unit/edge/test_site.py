"""The web app's files."""

from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response

from edge.problems import MethodNotAllowed, RouteNotFound
from edge.site import Site

BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    dist = tmp_path / "dist"
    (dist / "assets").mkdir(parents=True)
    (dist / "index.html").write_text("<p>app")
    (dist / "sw.js").write_text("//")
    (dist / "assets" / "index-abc.js").write_text("//")
    (tmp_path / "secret.txt").write_text("secret")
    return Site(dist)


async def _get(site: Site, path: str, accept: str = "*/*", method: str = "GET") -> Response:
    scope: dict[str, Any] = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": b"",
        "headers": [(b"accept", accept.encode())],
        "server": ("edge", 80),
        "scheme": "http",
    }
    return await site.serve(Request(scope))


@pytest.mark.parametrize("path", ["/", "/events/ev_1", "/orders/ord_1.x"])
async def test_a_browser_gets_the_app_at_every_address(site: Site, path: str) -> None:
    response: Any = await _get(site, path, BROWSER)
    assert Path(response.path).name == "index.html"
    assert response.headers["cache-control"] == "no-cache"


async def test_files_with_a_hash_in_their_name_stay_for_ever_and_others_are_asked_for(
    site: Site,
) -> None:
    asset, worker = await _get(site, "/assets/index-abc.js"), await _get(site, "/sw.js")
    assert "immutable" in asset.headers["cache-control"]
    assert worker.headers["cache-control"] == "no-cache"


async def test_a_program_gets_no_page_where_nothing_is(site: Site) -> None:
    with pytest.raises(RouteNotFound):
        await _get(site, "/nothing")


@pytest.mark.parametrize("path", ["/v1/nothing", "/.well-known/nothing"])
async def test_the_api_has_no_pages_not_even_for_browsers(site: Site, path: str) -> None:
    with pytest.raises(RouteNotFound):
        await _get(site, path, BROWSER)


@pytest.mark.parametrize(
    "path", ["/../secret.txt", "/assets/../../secret.txt", "//etc/passwd", "/a\0b", "/assets"]
)
async def test_nothing_outside_the_folder_is_served(site: Site, path: str) -> None:
    with pytest.raises(RouteNotFound):
        await _get(site, path)


async def test_pages_are_only_read(site: Site) -> None:
    with pytest.raises(MethodNotAllowed):
        await _get(site, "/sw.js", method="POST")


async def test_before_the_app_is_built_a_page_says_so(tmp_path: Path) -> None:
    response = await _get(Site(tmp_path / "dist"), "/", BROWSER)
    assert b"make web" in bytes(response.body)
