"""Valkey: makes things fast, decides nothing. Every caller goes on without it."""

from __future__ import annotations

import redis.asyncio as redis
from redis.exceptions import RedisError

BUDGET_SECONDS = 0.05
CONNECT_TIMEOUT_SECONDS = 0.5
CONNECTIONS_MAX = 32

FAILURES = (RedisError, TimeoutError, ConnectionError, OSError)
"""What to catch around every use."""


def connect(url: str, *, budget_seconds: float = BUDGET_SECONDS) -> redis.Redis:
    """Returns a client whose every command ends within the budget, one way or the other."""
    pool = redis.BlockingConnectionPool.from_url(
        url,
        max_connections=CONNECTIONS_MAX,
        timeout=budget_seconds,
        socket_timeout=budget_seconds,
        socket_connect_timeout=CONNECT_TIMEOUT_SECONDS,
    )
    return redis.Redis.from_pool(pool)
