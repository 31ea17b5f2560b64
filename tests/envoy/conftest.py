"""Both doors to the same services."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.access.conftest import World, world
from tests.envoy.proxy import envoy_before
from tests.envoy.replies import Answer, Pair
from tests.envoy.requests import Case
from tests.stack import Stack

__all__ = ["world"]

REQUEST_SECONDS = 30.0


@pytest.fixture(scope="session")
def envoy_url(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where Envoy answers."""
    folder: Path = tmp_path_factory.mktemp("envoy")
    with envoy_before(stack, folder) as url:
        yield url


@dataclass
class Doors:
    """Asks the edge and Envoy the same."""

    world: World
    edge: httpx.AsyncClient
    envoy: httpx.AsyncClient

    async def ask(self, case: Case) -> Pair:
        """Makes one request at both."""
        return Pair(case, await self.ask_edge(case), await self.ask_envoy(case))

    async def ask_edge(self, case: Case) -> Answer:
        """Asks the edge alone."""
        return await self._ask(self.edge, case)

    async def ask_envoy(self, case: Case) -> Answer:
        """Asks Envoy alone."""
        return await self._ask(self.envoy, case)

    async def _ask(self, client: httpx.AsyncClient, case: Case) -> Answer:
        headers = {"Content-Type": "application/json"}
        if case.who:
            headers["Authorization"] = f"Bearer {self.world.people[case.who].token}"
        content = case.raw
        if content is None and case.body is not None:
            content = json.dumps(case.body).encode()
        method = case.route.method
        reply = await client.request(method, case.path, content=content, headers=headers)
        return Answer.of(reply, case.route.rpc.name)


@pytest.fixture(scope="session")
async def doors(world: World, envoy_url: str) -> AsyncIterator[Doors]:
    """The two doors."""
    async with (
        httpx.AsyncClient(
            base_url=world.stack.edge_url, trust_env=False, timeout=REQUEST_SECONDS
        ) as edge,
        httpx.AsyncClient(base_url=envoy_url, trust_env=False, timeout=REQUEST_SECONDS) as envoy,
    ):
        yield Doors(world, edge, envoy)
