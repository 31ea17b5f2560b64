"""Where holds that are over are found and tidied, and pools evened out.

Functions take the connection of the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from inventory_svc.holds import store
from inventory_svc.holds.holds import Hold
from mesh.database import Connection, load_queries
from mesh.outbox import HOLDS_TOPIC

SLICE_COUNT = 4
"""Parts that processes share the work in; the expression of the index holds_over has the same number."""

LEASE_SPACE = 0x0B0C6
"""The first half of the advisory locks, one for each slice, that keep two processes from the same work."""

_queries = load_queries(Path(__file__).with_name("queries.sql"))


@dataclass(frozen=True, slots=True)
class Ending:
    """A hold that is over, with what to tell of its end as the outbox keeps it."""

    hold: Hold
    """As it was read."""
    slot: int
    key: str
    envelope: bytes | None
    """None where whoever took from it has told already."""


async def try_lease(connection: Connection, slice_no: int) -> bool:
    """Takes a slice until the transaction ends; False while another process has it."""
    is_ours: bool = await connection.fetchval(_queries.try_expiry_lease.sql, LEASE_SPACE, slice_no)
    return is_ours


async def read_over(
    connection: Connection, slice_no: int, batch_max: int, event_ids_but: Iterable[int]
) -> list[Hold]:
    """Returns holds of a slice that are to be tidied, the oldest of them, save those of some events."""
    rows = await connection.fetch(_queries.holds_over.sql, slice_no, list(event_ids_but), batch_max)
    return await store.with_places(connection, rows)


async def tidy(
    connection: Connection, endings: Sequence[Ending], occurred_time: datetime
) -> dict[int, int]:
    """Ends holds, frees what they have and tells of them; returns how many, by event."""
    rows = await connection.fetch(
        _queries.tidy_holds.sql,
        [ending.hold.event_id for ending in endings],
        [ending.hold.hold_id for ending in endings],
        [ending.hold.version for ending in endings],
        [ending.slot for ending in endings],
        HOLDS_TOPIC,
        [ending.key for ending in endings],
        [ending.envelope for ending in endings],
        occurred_time,
    )
    return {row["tidied_event_id"]: row["tidied_count"] for row in rows}


async def even_out(connection: Connection, event_id: int, pool_no: int) -> bool:
    """Spreads the free places of a pool over its counters; returns whether any were moved."""
    moved: bool = await connection.fetchval(_queries.even_out.sql, event_id, pool_no)
    return moved
