"""Availability in Valkey: one process's picture spares the others a look at PostgreSQL. Its loss costs that look."""

from __future__ import annotations

import asyncio

from redis.asyncio import Redis

from mesh import ids
from mesh.valkey import FAILURES
from protos.inventory.v1 import inventory_pb2

LIFE_MILLIS = 500
"""With a picture's own age, and that of the replica it may come from, it stays under two seconds."""

STORING_MAX = 64
"""Writes under way; more are left out, since nothing depends on them."""


class AvailabilityCache:
    """Counts by section, and states, as they were shown last."""

    def __init__(self, valkey: Redis) -> None:
        self._valkey = valkey
        self._storing: set[asyncio.Task[None]] = set()

    async def get(self, event_id: int) -> inventory_pb2.Availability | None:
        """Returns what was shown a moment ago; None when nothing is known."""
        try:
            body = await self._valkey.get(_key(event_id))
        except FAILURES:
            return None
        return inventory_pb2.Availability.FromString(body) if isinstance(body, bytes) else None

    def put(self, event_id: int, shown: inventory_pb2.Availability) -> None:
        """Stores what is shown now, without waiting for it."""
        if len(self._storing) < STORING_MAX:
            task = asyncio.create_task(self._put(event_id, shown.SerializeToString()))
            self._storing.add(task)
            task.add_done_callback(self._storing.discard)

    async def _put(self, event_id: int, body: bytes) -> None:
        try:
            await self._valkey.set(_key(event_id), body, px=LIFE_MILLIS)
        except FAILURES:
            return


def _key(event_id: int) -> str:
    return f"{{{ids.event_text(event_id)}}}:availability"
