"""Sums of an event's orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from mesh.database import Database, load_queries

_queries = load_queries(Path(__file__).with_name("queries.sql"))


@dataclass(frozen=True)
class ZoneSums:
    """What a zone sold."""

    zone_id: str
    sold_count: int
    refunded_count: int
    net_minor: int


@dataclass(frozen=True)
class EventSums:
    """What an event sold."""

    order_count: int
    gross_minor: int
    refunded_minor: int
    currency_code: str
    zones: Sequence[ZoneSums]


@dataclass(frozen=True)
class OrderRow:
    """A paid order, for the organiser's books."""

    order_id: UUID
    state: str
    create_time: datetime
    pay_time: datetime
    currency_code: str
    total_minor: int
    captured_minor: int
    refunded_minor: int
    ticket_count: int
    refunded_count: int


class SalesStore:
    """Reads sums."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def sums(self, event_id: int) -> EventSums:
        """Returns an event's sums, all of one moment."""
        async with self._database.transaction() as connection:
            await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            sums = await _queries.event_sums(connection, event_id=event_id)
            order_count = await _queries.order_count(connection, event_id=event_id)
            zones = [
                ZoneSums(**dict(row))
                async for row in _queries.zone_sums(connection, event_id=event_id)
            ]
        return EventSums(
            order_count=order_count,
            gross_minor=sums["gross_minor"],
            refunded_minor=sums["refunded_minor"],
            currency_code=sums["currency_code"] or "",
            zones=zones,
        )

    async def order_rows(self, event_id: int, rows_max: int) -> list[OrderRow]:
        """Returns the paid orders of an event."""
        async with self._database.connection() as connection:
            return [
                OrderRow(**dict(row))
                async for row in _queries.order_rows(
                    connection, event_id=event_id, rows_max=rows_max
                )
            ]
