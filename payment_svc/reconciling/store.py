"""How far the search through the processor's payments has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from mesh.database import Database, load_queries

SWEEP_NAME = "payments of no order"
FIRST_SPAN_SECONDS = 24 * 3_600
"""How far back the first search goes."""

_queries = load_queries(Path(__file__).with_name("queries.sql"))


@dataclass(frozen=True)
class Span:
    """A span of time being searched, newest first."""

    start: datetime
    end: datetime
    after_intent_id: str


class SweepStore:
    """Keeps the place."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def span(self, until: datetime) -> Span:
        """Returns the span under way, or begins the next one, up to a time."""
        async with self._database.connection() as connection:
            row = await _queries.sweep_begin(
                connection,
                name=SWEEP_NAME,
                first_start=until - timedelta(seconds=FIRST_SPAN_SECONDS),
                until=until,
            )
        return Span(row["span_start"], row["span_end"], row["after_intent_id"])

    async def keep_place(self, span: Span, after_intent_id: str) -> None:
        """Records where the next page of a span begins."""
        async with self._database.connection() as connection:
            await _queries.sweep_keep_place(
                connection, name=SWEEP_NAME, span_end=span.end, after_intent_id=after_intent_id
            )

    async def finish(self, span: Span) -> None:
        """Records that a span was searched to its end."""
        async with self._database.connection() as connection:
            await _queries.sweep_finish(connection, name=SWEEP_NAME, span_end=span.end)
