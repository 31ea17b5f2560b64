"""A browser, and people at it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.blackbox.conftest import gate, organiser, site
from tests.browser.visitor import Visitor, chromium_path, open_browser, visit
from tests.people import Site

__all__ = ["gate", "organiser", "site"]

FOLDER = Path(__file__).parent
BUILT_APP = FOLDER.parents[1] / "edge/web/dist/index.html"

NewVisitor = Callable[..., Awaitable[Visitor]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks every test here, and says why it is skipped where it cannot run."""
    skips = []
    if chromium_path() is None:
        skips.append(pytest.mark.skip(reason="needs Chromium (apt-get install chromium)"))
    if not BUILT_APP.exists():
        skips.append(pytest.mark.skip(reason="the web app is not built (make web)"))
    for item in items:
        if FOLDER in item.path.parents:
            for mark in (pytest.mark.browser, pytest.mark.stack, *skips):
                item.add_marker(mark)


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Chromium, shared by the session; each visitor has a profile of their own."""
    async with open_browser() as opened:
        yield opened


@pytest.fixture
async def new_visitor(browser: Browser, site: Site) -> AsyncIterator[NewVisitor]:
    """Opens windows, and closes them after the test."""
    visitors: list[Visitor] = []

    async def open_window(**options: object) -> Visitor:
        visitor = await visit(browser, site, **options)  # type: ignore[arg-type]
        visitors.append(visitor)
        return visitor

    yield open_window
    for visitor in visitors:
        await visitor.close()


@pytest.fixture
async def visitor(new_visitor: NewVisitor) -> Visitor:
    """Somebody at a desk."""
    return await new_visitor()
