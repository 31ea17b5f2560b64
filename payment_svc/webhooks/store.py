"""The webhook inbox in PostgreSQL."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mesh.database import Database, load_queries
from payment_svc.processor import Notice

TAKE_SECONDS = 30.0
"""How long a taken notice is kept from others; its order's driver is bounded well below."""
PRUNE_BATCH_MAX = 2_000

_queries = load_queries(Path(__file__).with_name("queries.sql"))


@dataclass(frozen=True)
class Waiting:
    """A notice to process."""

    notice_id: str
    intent_id: str
    payout_id: str
    attempt_count: int


class InboxStore:
    """Keeps what the processor told us."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, notice: Notice, body: bytes, *, asks: bool) -> bool:
        """Stores a notice; returns False when it is stored already."""
        async with self._database.connection() as connection:
            stored = await _queries.notice_insert(
                connection,
                notice_id=notice.notice_id,
                type=notice.type,
                intent_id=notice.intent_id,
                payout_id=notice.payout_id,
                body=body,
                asks=asks,
            )
        return stored is not None

    async def take(self, batch_max: int) -> list[Waiting]:
        """Takes waiting notices."""
        async with self._database.connection() as connection:
            return [
                Waiting(**dict(row))
                async for row in _queries.notices_take(
                    connection, batch_max=batch_max, lease_seconds=TAKE_SECONDS
                )
            ]

    async def processed(self, notice_id: str) -> None:
        """Records that a notice's effect is done."""
        async with self._database.connection() as connection:
            await _queries.notice_processed(connection, notice_id=notice_id)

    async def again(self, notice_id: str, after_seconds: float) -> None:
        """Puts a notice back for a little later."""
        async with self._database.connection() as connection:
            await _queries.notice_again(
                connection, notice_id=notice_id, after_seconds=after_seconds
            )

    async def prune(self) -> None:
        """Forgets old notices."""
        async with self._database.connection() as connection:
            await _queries.notices_prune(connection, batch_max=PRUNE_BATCH_MAX)
