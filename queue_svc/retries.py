"""A join that is sent again gets the place that it got.

Joining writes no row, so the place is remembered beside the line, in Valkey, and only for as long as a client repeats
what it heard nothing of: kept for a day, these would be what grows with the people who wait. Without Valkey a repeat
gets a later place, as a second join does.
"""

from __future__ import annotations

from typing import Any, Protocol

from mesh import ids
from mesh.valkey import FAILURES

KEPT_SECONDS = 300


class Retries(Protocol):
    """Remembers the places of joins by their request ids."""

    async def known(self, event_id: int, account_text: str, request_id: str) -> bytes | None:
        """Returns the reply to the same request before; None when there was none."""

    async def keep(self, event_id: int, account_text: str, request_id: str, reply: bytes) -> bytes:
        """Remembers a reply; returns the one that counts: of two at once, the first."""


class ValkeyRetries:
    """Remembers them in Valkey."""

    def __init__(self, valkey: Any) -> None:
        self._valkey = valkey

    async def known(self, event_id: int, account_text: str, request_id: str) -> bytes | None:
        try:
            reply: bytes | None = await self._valkey.get(_key(event_id, account_text, request_id))
        except FAILURES:
            return None
        return reply

    async def keep(self, event_id: int, account_text: str, request_id: str, reply: bytes) -> bytes:
        key = _key(event_id, account_text, request_id)
        try:
            before: bytes | None = await self._valkey.set(
                key, reply, nx=True, ex=KEPT_SECONDS, get=True
            )
        except FAILURES:
            return reply
        return reply if before is None else before


def _key(event_id: int, account_text: str, request_id: str) -> str:
    return f"queue:join:{{{ids.event_text(event_id)}}}:{account_text}:{request_id}"
