"""Where versions of availability are kept, and what they are made from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from inventory_svc.availability.snapshot import AVAILABLE, Snapshot, pack, unpack
from inventory_svc.holds.seating import Seating
from mesh.database import Connection, Database, load_queries

_queries = load_queries(Path(__file__).with_name("queries.sql"))


UNKNOWN_VERSION = -1


@dataclass(frozen=True, slots=True)
class Look:
    """What a process wants to see anew."""

    known: Snapshot | None
    """The newest version that it has."""
    seat_nos: frozenset[int] | None
    """The seats that may have changed since; None is all of them."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What it saw."""

    snapshot: Snapshot
    is_ours: bool
    """False when another process numbers the versions: what it published last."""
    is_whole: bool
    """Whether every seat was looked at, or another process does that."""


async def publish(
    database: Database, seating: Seating, publisher: UUID, lease_seconds: float, look: Look
) -> Seen:
    """Returns the newest version: made by this process when it has or gets the lease, else as published."""
    event_id = seating.event_id
    known_version = look.known.version if look.known else UNKNOWN_VERSION
    async with database.transaction() as connection:
        row = await connection.fetchrow(
            _queries.claim_lease.sql, event_id, lease_seconds, publisher, known_version
        )
        if row is None:
            row = await connection.fetchrow(_queries.read_published.sql, known_version, event_id)
            return Seen(_snapshot(row, seating, look), is_ours=False, is_whole=True)
        before = _snapshot(row, seating, look)
        # Somebody else's version may lack what this process heard of: all is looked at then.
        is_whole = look.seat_nos is None or before is not look.known
        marks = (
            await _read_marks(connection, seating)
            if is_whole
            else await _patched(connection, event_id, before.marks, look.seat_nos or frozenset())
        )
        after = Snapshot(before.version + 1, marks, await _read_pool_counts(connection, seating))
        if row["version"] and (after.marks, after.pool_counts) == (
            before.marks,
            before.pool_counts,
        ):
            await connection.execute(_queries.confirm_published.sql, event_id)
            return Seen(before, is_ours=True, is_whole=is_whole)
        await connection.execute(
            _queries.publish.sql,
            after.version,
            pack(after.marks),
            [pool_no for pool_no, _ in after.pool_counts],
            [count for _, count in after.pool_counts],
            event_id,
        )
        return Seen(after, is_ours=True, is_whole=is_whole)


def _snapshot(row: Any, seating: Seating, look: Look) -> Snapshot:
    if row["states"] is None and look.known:
        return look.known
    marks = unpack(row["states"], len(seating.seats))
    pools = zip(row["pool_nos"], row["pool_counts"], strict=True)
    return Snapshot(row["version"], marks, tuple(pools))


async def _read_marks(connection: Connection, seating: Seating) -> bytes:
    if not seating.seats:
        return b""
    marks: str = await connection.fetchval(_queries.read_marks.sql, seating.event_id)
    return marks.encode("ascii")


async def _patched(
    connection: Connection, event_id: int, marks: bytes, seat_nos: frozenset[int]
) -> bytes:
    """Returns marks with those of some seats read anew."""
    if not seat_nos:
        return marks
    patched = bytearray(marks)
    for row in await connection.fetch(_queries.read_some_marks.sql, event_id, list(seat_nos)):
        patched[row["seat_no"]] = AVAILABLE + row["mark"]
    return bytes(patched)


async def _read_pool_counts(
    connection: Connection, seating: Seating
) -> tuple[tuple[int, int], ...]:
    if not seating.pools:
        return ()
    rows = await connection.fetch(_queries.read_pool_counts.sql, seating.event_id)
    return tuple((row["pool_no"], int(row["available"])) for row in rows)


@dataclass(frozen=True, slots=True)
class Face:
    """What of an event decides who sees its map, and at which prices."""

    organiser_id: UUID
    publish_time: datetime | None
    currency_code: str
    zones: tuple[tuple[int, str, int], ...]
    """(zone number, name, price)."""


async def read_face(database: Database, event_id: int) -> Face | None:
    """Returns what everybody may know of an event's map; None when there is no such event."""
    async with database.connection() as connection:
        row = await connection.fetchrow(_queries.read_face.sql, event_id)
    if row is None:
        return None
    zones = zip(
        row["zone_nos"] or (), row["zone_names"] or (), row["prices_minor"] or (), strict=True
    )
    return Face(row["organiser_id"], row["publish_time"], row["currency_code"], tuple(zones))


async def read_map_body(database: Database, event_id: int) -> bytes:
    """Returns a serialised map without prices."""
    async with database.connection() as connection:
        body: bytes = await connection.fetchval(_queries.read_map_body.sql, event_id)
    return body
