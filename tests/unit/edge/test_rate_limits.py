"""Limits by address and account."""

from typing import Any

import pytest

from edge.problems import RateLimited
from edge.rate_limits import RateLimits, SharedCounts, SlidingCounter, network_of


class Time:
    def __init__(self) -> None:
        self.now = 60_000.0

    def __call__(self) -> float:
        return self.now


def _limits(time: Time, per_address: int = 3) -> RateLimits:
    return RateLimits(SlidingCounter(60, time), SlidingCounter(600, time), per_address, 5, 20, 2)


def test_as_many_as_allowed_pass_and_the_next_is_told_when_to_come_back() -> None:
    limits = _limits(Time())
    for _ in range(3):
        limits.check_address("10.0.0.1")
    with pytest.raises(RateLimited) as refused:
        limits.check_address("10.0.0.1")
    assert refused.value.retry_after_seconds is not None
    assert 0 < refused.value.retry_after_seconds <= 80


def test_whoever_waits_as_long_as_told_passes() -> None:
    time = Time()
    counter = SlidingCounter(60, time)
    time.now += 20
    assert [counter.wait_seconds("a", 3) for _ in range(3)] == [0, 0, 0]
    wait = counter.wait_seconds("a", 3)
    time.now += wait + 0.01
    assert counter.wait_seconds("a", 3) == 0


def test_the_minute_slides_so_that_its_edge_lets_no_double_burst_through() -> None:
    time = Time()
    counter = SlidingCounter(60, time)
    time.now += 59.9
    assert [counter.wait_seconds("a", 100) for _ in range(100)] == [0] * 100
    time.now += 0.2
    assert counter.wait_seconds("a", 100) > 0


def test_addresses_do_not_count_for_each_other() -> None:
    limits = _limits(Time(), per_address=1)
    limits.check_address("10.0.0.1")
    limits.check_address("10.0.0.2")


def test_zero_lifts_the_limits_of_addresses_and_leaves_those_of_accounts() -> None:
    limits = _limits(Time(), per_address=0)
    for _ in range(50):
        limits.check_address("10.0.0.1")
        limits.check_sign_in("10.0.0.1")
    for _ in range(5):
        limits.check_account("acc_1", is_gate=False)
    with pytest.raises(RateLimited):
        limits.check_account("acc_1", is_gate=False)


def test_a_gate_may_ask_for_more() -> None:
    limits = _limits(Time())
    for _ in range(20):
        limits.check_account("acc_gate", is_gate=True)
    with pytest.raises(RateLimited):
        limits.check_account("acc_gate", is_gate=True)


class Pipeline:
    def __init__(self, store: dict[str, int]) -> None:
        self._store = store
        self._replies: list[Any] = []

    def incrby(self, name: str, new: int) -> None:
        self._store[name] = self._store.get(name, 0) + new
        self._replies.append(self._store[name])

    def expire(self, name: str, seconds: int) -> None:
        self._replies.append(True)

    async def execute(self) -> list[Any]:
        return self._replies


class Valkey:
    def __init__(self) -> None:
        self.store: dict[str, int] = {}
        self.is_away = False

    def pipeline(self, *, transaction: bool) -> Pipeline:
        pipeline = Pipeline(self.store)
        if self.is_away:
            pipeline.execute = self._fail  # type: ignore[method-assign]
        return pipeline

    async def _fail(self) -> list[Any]:
        raise ConnectionError


async def test_edges_count_together_once_they_have_met() -> None:
    time, valkey = Time(), Valkey()
    here, there = SlidingCounter(60, time), SlidingCounter(60, time)
    for counter in (here, there):
        for _ in range(4):
            counter.wait_seconds("a", 10)
    for _ in range(2):
        for counter in (here, there):
            await SharedCounts(valkey, [counter]).step()
            counter.wait_seconds("a", 10)
    assert here.wait_seconds("a", 10) > 0


async def test_without_valkey_each_edge_counts_for_itself_and_nobody_is_refused() -> None:
    valkey = Valkey()
    valkey.is_away = True
    counter = SlidingCounter(60, Time())
    counter.wait_seconds("a", 10)
    await SharedCounts(valkey, [counter]).step()
    assert counter.wait_seconds("a", 10) == 0


@pytest.mark.parametrize(
    ("client", "forwarded", "proxies", "network"),
    [
        ("10.0.0.1", "", 0, "10.0.0.1"),
        ("10.0.0.1", "1.2.3.4", 0, "10.0.0.1"),
        ("10.0.0.1", "6.6.6.6, 1.2.3.4", 1, "1.2.3.4"),
        ("10.0.0.1", "1.2.3.4, 10.0.0.9", 2, "1.2.3.4"),
        ("10.0.0.1", "", 1, "10.0.0.1"),
        ("2001:db8:1:2:3:4:5:6", "", 0, "2001:db8:1:2::/64"),
        ("10.0.0.1", "garbage", 1, "unknown"),
    ],
)
def test_whom_a_request_counts_for(client: str, forwarded: str, proxies: int, network: str) -> None:
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    assert network_of({"client": (client, 1), "headers": headers}, proxies) == network
