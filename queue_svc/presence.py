"""Who is in the draw, as far as the pace needs it, in Valkey: about 100 KB a room however many join.

A HyperLogLog tells about how many there are (±0.8 %), a sorted set the lowest ranks, those that are called first. They
pace the first minutes and decide nothing: without Valkey the count stays where it was, and the front is not known.
"""

from __future__ import annotations

import math
from typing import Any, Protocol

from mesh import ids
from mesh.valkey import FAILURES
from queue_svc.pace import Front

KEY_LIFE_SECONDS = 30 * 24 * 3600
FRONT_MAX = 1024
FRONT_SHARE_MIN = 0.95
"""A front that has fewer of the draw than this has lost some, and is not believed."""


class Drawn(Protocol):
    """Takes note of the accounts in the draw, each once."""

    async def add(self, event_id: int, account_text: str, rank: float) -> None:
        """Takes note of an account."""

    async def count(self, event_id: int) -> int:
        """Returns about how many there are; 0 when nobody knows."""

    async def front(self, event_id: int, mark: float, people_max: int, draw_count: int) -> Front:
        """Returns the lowest ranks from a mark on, one more than can be called; of a draw of about `draw_count`."""


class ValkeyDrawn:
    """Keeps them in Valkey."""

    def __init__(self, valkey: Any) -> None:
        self._valkey = valkey

    async def add(self, event_id: int, account_text: str, rank: float) -> None:
        counted, front = _keys(event_id)
        try:
            async with self._valkey.pipeline(transaction=False) as pipe:
                pipe.pfadd(counted, account_text)
                pipe.zadd(front, {account_text: rank})
                pipe.zremrangebyrank(front, FRONT_MAX, -1)
                for key in (counted, front):
                    pipe.expire(key, KEY_LIFE_SECONDS)
                await pipe.execute()
        except FAILURES:
            return

    async def count(self, event_id: int) -> int:
        try:
            return int(await self._valkey.pfcount(_keys(event_id)[0]))
        except FAILURES:
            return 0

    async def front(self, event_id: int, mark: float, people_max: int, draw_count: int) -> Front:
        _, key = _keys(event_id)
        try:
            async with self._valkey.pipeline(transaction=False) as pipe:
                pipe.zcard(key)
                pipe.zrange(key, -1, -1, withscores=True)
                pipe.zrange(
                    key, mark, "+inf", byscore=True, offset=0, num=people_max + 1, withscores=True
                )
                kept, last, waiting = await pipe.execute()
        except FAILURES:
            return Front()
        if kept < min(draw_count * FRONT_SHARE_MIN, FRONT_MAX):
            return Front()
        is_whole = kept < FRONT_MAX
        known_below = 1.0 if is_whole else math.nextafter(float(last[0][1]), 1.0)
        return Front(tuple(float(rank) for _, rank in waiting), known_below)


def _keys(event_id: int) -> tuple[str, str]:
    """Returns the keys of the count and of the front, in one hash slot."""
    tag = f"{{{ids.event_text(event_id)}}}"
    return f"queue:draw:{tag}", f"queue:front:{tag}"
