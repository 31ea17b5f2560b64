"""Limits per address and per account, over HTTP."""

import pytest

from edge.config import EdgeSettings
from edge.rate_limits import SharedCounts, SlidingCounter
from mesh.valkey import connect
from tests.integration.edge.conftest import RunningEdge
from tests.integration.edge.fakes import KNOWN_EVENT

ROOM = f"/v1/events/{KNOWN_EVENT}/room"


class TestPerAddress:
    @pytest.fixture
    def edge_settings(self, edge_settings: EdgeSettings) -> EdgeSettings:
        return edge_settings.model_copy(update={"requests_per_minute_per_address": 3})

    async def test_one_too_many_is_told_when_to_come_back(self, edge: RunningEdge) -> None:
        statuses = [(await edge.client.get(ROOM)).status_code for _ in range(4)]
        refused = await edge.client.get(ROOM)
        assert statuses[:3] == [200, 200, 200]
        assert (refused.status_code, refused.json()["reason"]) == (429, "RATE_LIMITED")
        assert int(refused.headers["retry-after"]) >= 1

    async def test_pages_and_health_do_not_count(self, edge: RunningEdge) -> None:
        statuses = {(await edge.client.get("/healthz")).status_code for _ in range(10)}
        assert statuses == {200}


class TestPerAccount:
    @pytest.fixture
    def edge_settings(self, edge_settings: EdgeSettings) -> EdgeSettings:
        return edge_settings.model_copy(update={"requests_per_minute_per_account": 2})

    async def test_lifting_the_limit_of_addresses_leaves_that_of_accounts(
        self, edge: RunningEdge
    ) -> None:
        headers = edge.bearer()
        statuses = [(await edge.client.get(ROOM, headers=headers)).status_code for _ in range(3)]
        assert statuses == [200, 200, 429]
        assert (await edge.client.get(ROOM, headers=edge.bearer())).status_code == 200


async def test_two_edges_count_together_through_valkey(valkey: str) -> None:
    here, there = SlidingCounter(60.0), SlidingCounter(60.0)
    client = connect(valkey, budget_seconds=1.0)
    for _ in range(6):
        assert here.wait_seconds("address:10.0.0.1", 10) == 0
        assert there.wait_seconds("address:10.0.0.1", 10) == 0
    for counter in (here, there, here):
        await SharedCounts(client, [counter]).step()
        counter.wait_seconds("address:10.0.0.1", 10)
    assert there.wait_seconds("address:10.0.0.1", 10) > 0
    assert there.wait_seconds("address:10.0.0.2", 10) == 0
    await client.aclose()
