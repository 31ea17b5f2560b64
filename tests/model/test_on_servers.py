"""The same state machine on PostgreSQL and Valkey, through the handlers that callers reach."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from inventory_svc.__main__ import MIGRATIONS
from mesh.database import open_database
from mesh.keys import KeyRing
from mesh.valkey import connect
from tests.fixtures_servers import PostgresServer
from tests.integration.holds.conftest import Office
from tests.model.depth import TIMEOUT_SECONDS, examples
from tests.model.machine import BoxOfficeMachine
from tests.model.real_office import RealOffice
from tests.stack import Stack


@pytest.fixture
def opened(postgres: PostgresServer, servers: Stack) -> Iterator[tuple[asyncio.Runner, Office]]:
    """A box office on a loop of its own: a state machine cannot run inside the session's."""
    with ExitStack() as closing:
        runner = closing.enter_context(asyncio.Runner())
        name = runner.run(postgres.create())
        closing.callback(lambda: runner.run(postgres.drop(name)))

        async def open_office() -> Office:
            database = await open_database(postgres.dsn(name), [MIGRATIONS])
            valkey = connect(servers.endpoints["valkey"])
            return Office([database], await KeyRing.open(database, "admission"), valkey)

        office = runner.run(open_office())
        closing.callback(lambda: runner.run(office.database.close()))
        closing.callback(lambda: runner.run(office.valkey.aclose()))
        yield runner, office


@pytest.mark.timeout(TIMEOUT_SECONDS)
def test_the_servers_keep_to_the_reference_whatever_is_done_in_whatever_order(
    opened: tuple[asyncio.Runner, Office],
) -> None:
    class OnServers(BoxOfficeMachine):
        """Every example sells an event of its own."""

        met: ClassVar[set[str]] = set()
        open_office = staticmethod(lambda: RealOffice(*opened))

    run_state_machine_as_test(
        OnServers,
        settings=settings(
            max_examples=examples(20, in_soak=1_000),
            stateful_step_count=30,
            deadline=None,
            phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a step takes too long to shrink
            suppress_health_check=list(HealthCheck),
        ),
    )
