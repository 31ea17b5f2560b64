"""What is left at the end: the rows of holds and seats, read in one snapshot."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

from mesh import ids
from tests.history.box_office import BoxOffice
from tests.history.records import History, HoldRow, SeatRow

_HOLDS = """
SELECT hold_id, account_id, state, create_time, held_until, extended, seat_nos, seat_fences, order_id, sold_count
FROM holds WHERE event_id = $1
"""
_SEATS = "SELECT seat_no, state, fence, hold_id, held_until FROM seats WHERE event_id = $1"
ROWS_AT_ONCE = 10_000


async def read_rows(office: BoxOffice, history: History) -> None:
    """Reads the rows into a history. Calls that nobody waits for may still be under way: they are in it or not."""
    connection = await office.connect_to_database()
    try:
        await connection.execute("SET statement_timeout = 0")
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            history.read_time = _seconds(await connection.fetchval("SELECT clock_timestamp()"))
            history.seats = [_seat(row) async for row in connection.cursor(_SEATS, office.event_id)]
            history.holds = [
                _hold(row)
                async for row in connection.cursor(_HOLDS, office.event_id, prefetch=ROWS_AT_ONCE)
            ]
    finally:
        await connection.close()


def _seconds(time: datetime) -> float:
    return time.timestamp()


def _hold(row: Any) -> HoldRow:
    return HoldRow(
        ids.text("hld", row["hold_id"]),
        ids.text("acc", row["account_id"]),
        row["state"],
        _seconds(row["create_time"]),
        _seconds(row["held_until"]),
        row["extended"],
        tuple(zip(row["seat_nos"], row["seat_fences"], strict=True)),
        ids.text("ord", row["order_id"]) if row["order_id"] else "",
        row["sold_count"],
    )


def _seat(row: Any) -> SeatRow:
    return SeatRow(
        row["seat_no"],
        row["state"],
        row["fence"],
        ids.text("hld", row["hold_id"]) if row["hold_id"] else "",
        _seconds(row["held_until"]) if row["held_until"] else math.inf,
    )
