"""A block of free ports and a state folder for tests that start stacks by hand."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures_servers import state_folder
from tests.stack import ClaimedPorts


@pytest.fixture
def port_base() -> Iterator[int]:
    """A base whose ports are ours for the test."""
    claimed = ClaimedPorts()
    yield claimed.base
    claimed.release()


@pytest.fixture
def run_dir(request: pytest.FixtureRequest) -> Iterator[Path]:
    """An empty state folder."""
    with state_folder(request.node.originalname) as folder:
        yield folder
