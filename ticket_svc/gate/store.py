"""Scans in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

from mesh.database import Connection, load_queries
from ticket_svc.gate.record import Bucket, Checkins, Conflict, Decision, Result

_queries = load_queries(Path(__file__).with_name("queries.sql"))


async def read_results(
    connection: Connection, event_id: int, scan_ids: Sequence[str]
) -> dict[str, Result]:
    """Returns what scans came to that are known already, by the device's ids."""
    rows = await connection.fetch(_queries.scans_read.sql, event_id, scan_ids)
    return {
        row["scan_id"]: Result(
            row["scan_id"],
            row["verdict"],
            row["reason"],
            row["first_gate_id"],
            row["first_scan_time"],
            row["ticket_id"],
            row["seat_label"] or "",
        )
        for row in rows
    }


async def add_scans(connection: Connection, event_id: int, decisions: Sequence[Decision]) -> int:
    """Records scans; returns how many of them nobody else recorded at the same moment."""
    scans = [decision.scan for decision in decisions]
    results = [decision.result for decision in decisions]
    rows = await connection.fetch(
        _queries.scans_add.sql,
        event_id,
        [scan.scan_id for scan in scans],
        [scan.gate_id for scan in scans],
        [result.ticket_id for result in results],
        [scan.account_id for scan in scans],
        [scan.scan_time for scan in scans],
        [scan.corrected_time for scan in scans],
        [scan.received_time for scan in scans],
        [scan.offline_verdict for scan in scans],
        [scan.bundle_version for scan in scans],
        [result.verdict for result in results],
        [result.reason for result in results],
        [result.first_gate_id for result in results],
        [result.first_scan_time for result in results],
    )
    return len(rows)


async def read_gate_list(connection: Connection, event_id: int) -> tuple[int, list[UUID]]:
    """Returns the gate list and its version; read in one snapshot by the caller's transaction."""
    version = await _queries.gate_list_version(connection, event_id=event_id)
    rows = await connection.fetch(_queries.gate_list.sql, event_id)
    return version or 0, [row["ticket_id"] for row in rows]


async def read_conflicts(
    connection: Connection,
    event_id: int,
    after: tuple[datetime, str, str],
    page_size: int,
) -> list[Conflict]:
    """Returns second admits, in their order."""
    rows = await connection.fetch(_queries.conflicts_page.sql, event_id, *after, page_size)
    return [Conflict(**row) for row in rows]


async def read_checkins(connection: Connection, event_id: int, buckets_max: int) -> Checkins:
    """Counts who is in."""
    counts = await connection.fetchrow(_queries.checkins_count.sql, event_id)
    rows = await connection.fetch(_queries.checkins_buckets.sql, event_id, buckets_max)
    return Checkins(**counts, buckets=[Bucket(**row) for row in rows])
