"""A block of free ports for tests that start stacks by hand."""

from collections.abc import Iterator

import pytest

from tests.stack import ClaimedPorts


@pytest.fixture
def port_base() -> Iterator[int]:
    """A base whose ports are ours for the test."""
    claimed = ClaimedPorts()
    yield claimed.base
    claimed.release()
