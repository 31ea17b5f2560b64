"""An account over a file of the test's own, with a clock that the test sets."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.stripe.account import Account
from deploy.local.stripe.faults import Faults
from deploy.local.stripe.store import Store

START = 1_800_000_000.0


class FakeClock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def faults() -> Faults:
    return Faults(random.Random(0))


@pytest.fixture
def account(tmp_path: Path, clock: FakeClock, faults: Faults) -> Iterator[Account]:
    store = Store(tmp_path / "state.sqlite")
    yield Account(store, clock, faults, "http://stripe.test")
    store.close()
