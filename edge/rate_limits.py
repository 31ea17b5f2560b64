"""How much one address or account may ask for.

Counted here, in this process, over a sliding minute; the counts of several edges meet in Valkey once a second, beside
the requests, so that no request waits for it and its loss refuses nobody.
"""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from edge.config import EdgeSettings
from edge.problems import RateLimited
from mesh import telemetry, valkey

KEYS_MAX = 100_000
"""Counted at once; the longest unseen goes first."""
SHARED_BATCH_MAX = 2_000
ADDRESSES_KNOWN_MAX = 10_000
_KEY_PREFIX = "edge:rate:"


@dataclass
class _Count:
    window_no: int
    before: int = 0
    """Requests of the window before, all edges together as far as known."""
    own: int = 0
    told: int = 0
    """How many of our own the others know of."""
    others: int = 0


class SlidingCounter:
    """Counts by key over a sliding window, its weight moving from the window before to this one."""

    def __init__(self, window_seconds: float, now: Callable[[], float] = time.time) -> None:
        self.window_seconds = window_seconds
        self._now = now
        self._counts: OrderedDict[str, _Count] = OrderedDict()
        self._untold: dict[str, _Count] = {}

    def wait_seconds(self, key: str, limit: int) -> float:
        """Counts a request; returns 0, or how long to wait when it is one too many (it is not counted then)."""
        count, into = self._current(key)
        weight = 1.0 - into / self.window_seconds
        used = count.own + count.others + count.before * weight
        if used + 1 > limit:
            return self._until_free(count, limit, into)
        count.own += 1
        self._untold[key] = count
        return 0.0

    def untold(self) -> list[tuple[str, int, int]]:
        """Returns (key, window number, new requests) for the other edges, and takes them as told."""
        told = []
        for key in list(self._untold)[:SHARED_BATCH_MAX]:
            count = self._untold.pop(key)
            told.append((key, count.window_no, count.own - count.told))
            count.told = count.own
        return told

    def learn(self, key: str, window_no: int, total: int) -> None:
        """Takes note of how many all edges together counted."""
        count = self._counts.get(key)
        if count and count.window_no == window_no:
            count.others = max(total - count.told, 0)

    def _current(self, key: str) -> tuple[_Count, float]:
        window_no, into = divmod(self._now(), self.window_seconds)
        number = int(window_no)
        count = self._counts.get(key)
        if count is None or count.window_no != number:
            before = 0
            if count and count.window_no == number - 1:
                before = count.own + count.others
            count = _Count(number, before)
            self._counts[key] = count
            self._untold.pop(key, None)
            if len(self._counts) > KEYS_MAX:
                forgotten, _ = self._counts.popitem(last=False)
                self._untold.pop(forgotten, None)
        else:
            self._counts.move_to_end(key)
        return count, into

    def _until_free(self, count: _Count, limit: int, into: float) -> float:
        """Returns when the window before weighs little enough, at the latest when this one is over."""
        left = self.window_seconds - into
        here = count.own + count.others
        if here + 1 > limit or not count.before:
            return left + self.window_seconds / max(limit, 1)
        weight = (limit - 1 - here) / count.before
        return min(max(left - weight * self.window_seconds, 0.1), left)


@dataclass(frozen=True)
class RateLimits:
    """The limits of every request."""

    minute: SlidingCounter
    ten_minutes: SlidingCounter
    per_address: int
    per_account: int
    per_gate: int
    sign_ins_per_address: int

    @classmethod
    def of(cls, settings: EdgeSettings) -> RateLimits:
        """Reads them from the settings."""
        return cls(
            minute=SlidingCounter(60.0),
            ten_minutes=SlidingCounter(600.0),
            per_address=settings.requests_per_minute_per_address,
            per_account=settings.requests_per_minute_per_account,
            per_gate=settings.requests_per_minute_per_gate,
            sign_ins_per_address=settings.sign_ins_per_ten_minutes_per_address,
        )

    def check_address(self, address: str) -> None:
        """Counts a request of a network address. Raises RateLimited."""
        if self.per_address:
            _refuse(self.minute.wait_seconds(f"address:{address}", self.per_address), "address")

    def check_sign_in(self, address: str) -> None:
        """Counts a start or verification of a session. Raises RateLimited."""
        if self.per_address:
            wait = self.ten_minutes.wait_seconds(f"sign-in:{address}", self.sign_ins_per_address)
            _refuse(wait, "sign-in")

    def check_account(self, account: str, *, is_gate: bool) -> None:
        """Counts a request of an account. Raises RateLimited."""
        limit = self.per_gate if is_gate else self.per_account
        _refuse(self.minute.wait_seconds(f"account:{account}", limit), "account")


def _refuse(wait_seconds: float, limit: str) -> None:
    if wait_seconds > 0:
        raise RateLimited(retry_after_seconds=wait_seconds, limit=limit)


def network_of(scope: Any, trusted_proxies: int) -> str:
    """Returns whom a request counts for: its address, and of IPv6 the network that one customer has."""
    address = scope["client"][0] if scope.get("client") else ""
    if trusted_proxies:
        forwarded = [
            part.strip()
            for name, value in scope["headers"]
            if name == b"x-forwarded-for"
            for part in value.decode("latin-1").split(",")
        ]
        if len(forwarded) >= trusted_proxies:
            address = forwarded[-trusted_proxies]
    return _network(address)


@lru_cache(maxsize=ADDRESSES_KNOWN_MAX)
def _network(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if parsed.version == 6:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


class SharedCounts:
    """Brings the counts of all edges together; a step of a worker."""

    def __init__(self, client: Any, counters: list[SlidingCounter]) -> None:
        self._client = client
        self._counters = counters

    async def step(self) -> bool:
        """Tells our new counts and learns the totals. Without Valkey each edge counts for itself."""
        for counter in self._counters:
            told = counter.untold()
            if not told:
                continue
            pipeline = self._client.pipeline(transaction=False)
            life_seconds = int(counter.window_seconds * 2)
            for key, window_no, new in told:
                name = f"{_KEY_PREFIX}{key}:{int(counter.window_seconds)}:{window_no}"
                pipeline.incrby(name, new)
                pipeline.expire(name, life_seconds)
            try:
                replies = await pipeline.execute()
            except valkey.FAILURES as error:
                telemetry.log.debug("counts not shared", error=str(error))
                continue
            for (key, window_no, _), total in zip(told, replies[::2], strict=True):
                counter.learn(key, window_no, int(total))
        return False
