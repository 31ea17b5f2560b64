"""The system as its users see it: HTTP, a mailbox, and the payment processor."""

from collections.abc import AsyncIterator

import pytest

from tests.people import Person, Site
from tests.stack import Stack


@pytest.fixture(scope="session")
async def site(stack: Stack) -> AsyncIterator[Site]:
    opened = stack.site()
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
async def organiser(site: Site) -> Person:
    return await site.sign_in_with("organiser")


@pytest.fixture(scope="session")
async def gate(site: Site) -> Person:
    return await site.sign_in_with("gate")
