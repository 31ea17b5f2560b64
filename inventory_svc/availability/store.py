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
from mesh.replica import ReplicaReads

_queries = load_queries(Path(__file__).with_name("queries.sql"))


Reading = tuple[bytes, tuple[tuple[int, int], ...]]
"""Every seat's mark, and every pool's (number, free places)."""

UNKNOWN_VERSION = -1

LAG_SECONDS_MAX = 0.4
"""How far a replica may be behind to be looked at for pictures: their own age comes on top of it."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a process wants to see anew."""

    known: Snapshot | None
    """The newest version that it has."""
    seat_nos: frozenset[int] | None
    """The seats that may have changed since; None is all of them."""
    may_lag: bool = False
    """Whether a replica will do: nobody knows of a change."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What it saw."""

    snapshot: Snapshot
    is_ours: bool
    """False when another process numbers the versions: what it published last."""
    is_whole: bool
    """Whether every seat was looked at, or another process does that."""
    age_seconds: float = 0.0
    """How far a replica that was looked at is behind."""


async def publish(
    reads: ReplicaReads,
    database: Database,
    seating: Seating,
    publisher: UUID,
    lease_seconds: float,
    look: Look,
) -> Seen:
    """Returns the newest version: made by this process when it has or gets the lease, else as published."""
    event_id = seating.event_id
    known_version = look.known.version if look.known else UNKNOWN_VERSION
    lag_seconds = reads.freshness.staleness_seconds
    proven_time = reads.freshness.proven_time(LAG_SECONDS_MAX) if look.may_lag else None
    async with database.transaction() as connection:
        row = await connection.fetchrow(
            _queries.claim_lease.sql,
            event_id,
            lease_seconds,
            publisher,
            known_version,
            proven_time,
        )
        if row is None:
            row = await connection.fetchrow(_queries.read_published.sql, known_version, event_id)
            return Seen(_snapshot(row, seating, look), is_ours=False, is_whole=True)
        before = _snapshot(row, seating, look)
        # Somebody else's version may lack what this process heard of: all is looked at then.
        is_whole = look.seat_nos is None or before is not look.known
        lagging = (
            await reads.try_replica(lambda replica: _read_arrived(replica, seating))
            if is_whole and row["will_replica_do"]
            else None
        )
        if lagging:
            marks, pool_counts = lagging
        elif is_whole:
            marks, pool_counts = await _read_all(connection, seating)
        else:
            marks = await _patched(connection, event_id, before.marks, look.seat_nos or frozenset())
            pool_counts = await _read_pool_counts(connection, seating)
        as_of, age_seconds = (proven_time, lag_seconds) if lagging else (None, 0.0)
        after = Snapshot(before.version + 1, marks, pool_counts)
        if row["version"] and (marks, pool_counts) == (before.marks, before.pool_counts):
            await connection.execute(_queries.confirm_published.sql, as_of, event_id)
            return Seen(before, True, is_whole, age_seconds)
        await _write(connection, event_id, after, as_of)
        return Seen(after, True, is_whole, age_seconds)


async def _write(
    connection: Connection, event_id: int, after: Snapshot, as_of: datetime | None
) -> None:
    await connection.execute(
        _queries.publish.sql,
        after.version,
        pack(after.marks),
        [pool_no for pool_no, _ in after.pool_counts],
        [count for _, count in after.pool_counts],
        as_of,
        event_id,
    )


def _snapshot(row: Any, seating: Seating, look: Look) -> Snapshot:
    if row["states"] is None and look.known:
        return look.known
    marks = unpack(row["states"], len(seating.seats))
    pools = zip(row["pool_nos"], row["pool_counts"], strict=True)
    return Snapshot(row["version"], marks, tuple(pools))


async def read_marks(connection: Connection, event_id: int) -> bytes:
    """Returns every seat's mark in the map's order."""
    marks: str | None = await connection.fetchval(_queries.read_marks.sql, event_id)
    return (marks or "").encode("ascii")


async def _read_all(connection: Connection, seating: Seating) -> Reading:
    marks = await read_marks(connection, seating.event_id)
    return marks, await _read_pool_counts(connection, seating)


async def _read_arrived(replica: Connection, seating: Seating) -> Reading | None:
    """Returns every mark and count as a replica has them; None when it does not have the event yet."""
    marks, pool_counts = await _read_all(replica, seating)
    has_arrived = len(marks) == len(seating.seats) and bool(marks or pool_counts)
    return (marks, pool_counts) if has_arrived else None


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


async def read_face(connection: Connection, event_id: int) -> Face | None:
    """Returns what everybody may know of an event's map; None when there is no such event."""
    row = await connection.fetchrow(_queries.read_face.sql, event_id)
    if row is None:
        return None
    zones = zip(
        row["zone_nos"] or (), row["zone_names"] or (), row["prices_minor"] or (), strict=True
    )
    return Face(row["organiser_id"], row["publish_time"], row["currency_code"], tuple(zones))


async def read_map_body(connection: Connection, event_id: int) -> bytes | None:
    """Returns a serialised map without prices; None when there is no such event."""
    body: bytes | None = await connection.fetchval(_queries.read_map_body.sql, event_id)
    return body
