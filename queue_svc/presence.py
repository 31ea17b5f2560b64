"""About how many accounts are in the draw: a HyperLogLog in Valkey, 12 KB a room however many join (±0.8 %).

It paces the first minutes, decides nothing: without Valkey the count stays where it was.
"""

from __future__ import annotations

from typing import Any, Protocol

from mesh import ids
from mesh.valkey import FAILURES

KEY_LIFE_SECONDS = 30 * 24 * 3600


class DrawCount(Protocol):
    """Counts accounts, each once."""

    async def add(self, event_id: int, account_text: str) -> None:
        """Counts an account in."""

    async def read(self, event_id: int) -> int:
        """Returns about how many there are; 0 when nobody knows."""


class ValkeyDrawCount:
    """Counts in Valkey."""

    def __init__(self, valkey: Any) -> None:
        self._valkey = valkey

    @staticmethod
    def _key(event_id: int) -> str:
        return f"queue:draw:{{{ids.event_text(event_id)}}}"

    async def add(self, event_id: int, account_text: str) -> None:
        key = self._key(event_id)
        try:
            async with self._valkey.pipeline(transaction=False) as pipe:
                pipe.pfadd(key, account_text)
                pipe.expire(key, KEY_LIFE_SECONDS)
                await pipe.execute()
        except FAILURES:
            return

    async def read(self, event_id: int) -> int:
        try:
            return int(await self._valkey.pfcount(self._key(event_id)))
        except FAILURES:
            return 0
