"""Where allotments and their codes are kept. Functions take the connection of the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from inventory_svc.allotments.allotments import Allotment, Kind, State
from inventory_svc.allotments.codes import Code, hash_of
from inventory_svc.allotments.errors import AllotmentNotFound
from inventory_svc.errors import EventNotFound
from inventory_svc.holds.marks import Freed
from mesh.database import Connection, load_queries
from protos.inventory.v1 import inventory_pb2

_queries = load_queries(Path(__file__).with_name("queries.sql"))


@dataclass(frozen=True, slots=True)
class Locked:
    """An event that the transaction has for itself."""

    organiser_id: UUID
    is_cancelled: bool


async def lock_event(connection: Connection, event_id: int) -> Locked | None:
    """Has an event for oneself until the transaction ends; None when there is no such event."""
    row = await _queries.lock_event(connection, event_id=event_id)
    return Locked(row["organiser_id"], row["state"] == "CANCELLED") if row else None


async def check_owner(connection: Connection, event_id: int, organiser_id: UUID) -> None:
    """Raises EventNotFound where an event is not an organiser's."""
    row = await _queries.read_event(connection, event_id=event_id)
    if row is None or row["organiser_id"] != organiser_id:
        raise EventNotFound


async def check_published(connection: Connection, event_id: int) -> None:
    """Raises EventNotFound where an event was never published."""
    row = await _queries.read_event(connection, event_id=event_id)
    if row is None or row["publish_time"] is None:
        raise EventNotFound


async def read_clock(connection: Connection) -> datetime:
    """Returns the time by the clock that rows are compared to."""
    now: datetime = await _queries.read_clock(connection)
    return now


async def read_map(connection: Connection, event_id: int) -> inventory_pb2.SeatMap:
    """Returns an event's map."""
    return inventory_pb2.SeatMap.FromString(await _queries.read_map(connection, event_id=event_id))


async def made_before(connection: Connection, event_id: int) -> int:
    """Returns how many allotments an event has had."""
    made: int = await _queries.made_before(connection, event_id=event_id)
    return made


async def add(connection: Connection, allotment: Allotment) -> None:
    """Writes a new allotment."""
    await _queries.add_allotment(
        connection,
        event_id=allotment.event_id,
        allotment_no=allotment.allotment_no,
        name=allotment.name,
        kind=allotment.kind.value,
        state=allotment.state.value,
        release_time=allotment.release_time,
        create_time=allotment.create_time,
    )


async def read(connection: Connection, event_id: int, allotment_no: int) -> Allotment:
    """Returns an allotment. Raises AllotmentNotFound."""
    row = await _queries.read_allotment(connection, event_id=event_id, allotment_no=allotment_no)
    if row is None:
        raise AllotmentNotFound
    return _allotment(row)


async def page(
    connection: Connection, event_id: int, after_no: int, page_size: int
) -> list[Allotment]:
    """Returns an event's allotments, oldest first."""
    rows = _queries.page_allotments(
        connection, event_id=event_id, after_no=after_no, page_size=page_size
    )
    return [_allotment(row) async for row in rows]


async def save(connection: Connection, allotment: Allotment) -> None:
    """Writes what was changed of an allotment."""
    await _queries.save_allotment(
        connection,
        name=allotment.name,
        release_time=allotment.release_time,
        event_id=allotment.event_id,
        allotment_no=allotment.allotment_no,
    )


async def end(connection: Connection, allotment: Allotment) -> None:
    """Ends an allotment that has nothing any more."""
    await _queries.end_allotment(connection, **_key(allotment))


async def delete(connection: Connection, allotment: Allotment) -> None:
    """Takes a released allotment from its organiser's list."""
    await _queries.delete_allotment(connection, **_key(allotment))


async def due(connection: Connection, batch_max: int) -> list[tuple[int, int]]:
    """Returns (event, allotment) of allotments whose time has come, oldest first."""
    rows = _queries.due_allotments(connection, batch_max=batch_max)
    return [(row["event_id"], row["allotment_no"]) async for row in rows]


async def not_free(connection: Connection, event_id: int, seat_nos: Sequence[int]) -> list[int]:
    """Returns those of some seats that cannot be set aside."""
    rows = _queries.not_free(connection, event_id=event_id, seat_nos=seat_nos)
    return [row["seat_no"] async for row in rows]


async def set_seats_aside(
    connection: Connection, allotment: Allotment, seat_nos: Sequence[int]
) -> list[Freed]:
    """Gives free seats to an allotment; returns those that it got."""
    rows = _queries.set_seats_aside(connection, **_key(allotment), seat_nos=seat_nos)
    return [Freed(row["seat_no"], row["fence"]) async for row in rows]


async def foreign_seats(
    connection: Connection, allotment: Allotment, seat_nos: Sequence[int]
) -> list[int]:
    """Returns those of some seats that are not of an allotment."""
    rows = _queries.foreign_seats(connection, **_key(allotment), seat_nos=seat_nos)
    return [row["seat_no"] async for row in rows]


async def release_seats(
    connection: Connection, allotment: Allotment, seat_nos: Sequence[int] | None
) -> list[Freed]:
    """Takes an allotment's number off some of its seats, or all; returns those that are free now."""
    rows = _queries.release_seats(connection, **_key(allotment), seat_nos=seat_nos)
    return [Freed(row["seat_no"], row["fence"]) async for row in rows]


@dataclass(frozen=True, slots=True)
class OwnPlaces:
    """An allotment's places of a pool, all together."""

    pool_no: int
    available: int
    claimed: int
    """Held and sold."""


async def lock_shards(
    connection: Connection, allotment: Allotment, pool_nos: Sequence[int]
) -> None:
    """Locks the counters of some pools, public ones and the allotment's."""
    await _queries.lock_shards(connection, **_key(allotment), pool_nos=pool_nos)


async def public_shards(
    connection: Connection, event_id: int, pool_nos: Sequence[int]
) -> dict[int, dict[int, int]]:
    """Returns the free places of public shards: by pool, by shard."""
    found: dict[int, dict[int, int]] = {pool_no: {} for pool_no in pool_nos}
    rows = _queries.public_shards(connection, event_id=event_id, pool_nos=pool_nos)
    async for row in rows:
        found[row["pool_no"]][row["shard_no"]] = row["available"]
    return found


async def own_places(connection: Connection, allotment: Allotment) -> list[OwnPlaces]:
    """Returns what is counted in an allotment's shards."""
    rows = _queries.own_shards(connection, **_key(allotment))
    return [
        OwnPlaces(row["pool_no"], row["available"], row["held"] + row["sold"]) async for row in rows
    ]


Moves = dict[tuple[int, int], int]
"""How many free places a shard, named by pool and number, gains; fewer than none where it loses some."""


async def resize_shards(connection: Connection, event_id: int, moves: Moves) -> None:
    """Moves free places, with the capacity that they are of, between shards."""
    if moves:
        await _queries.resize_shards(
            connection,
            event_id=event_id,
            pool_nos=[pool_no for pool_no, _ in moves],
            shard_nos=[shard_no for _, shard_no in moves],
            places=list(moves.values()),
        )


async def add_shards(connection: Connection, allotment: Allotment, places: dict[int, int]) -> None:
    """Writes an allotment's counters: free places by pool."""
    if places:
        await _queries.add_shards(
            connection,
            **_key(allotment),
            shard_no=allotment.shard_no,
            pool_nos=list(places),
            places=list(places.values()),
        )


async def merge_shard(
    connection: Connection, allotment: Allotment, pool_no: int, public_shard_no: int
) -> None:
    """Counts what holds have in an allotment's shard, which has no free place, in a public one; drops the shard."""
    own: dict[str, Any] = {
        "event_id": allotment.event_id,
        "pool_no": pool_no,
        "own_shard_no": allotment.shard_no,
    }
    await _queries.merge_places(connection, **own, public_shard_no=public_shard_no)
    await _queries.merge_shard(connection, **own, public_shard_no=public_shard_no)
    await _queries.drop_shard(connection, **own)


async def own_seats(
    connection: Connection, allotment: Allotment, now: datetime
) -> list[tuple[int, int]]:
    """Returns an allotment's seats as (number, state), in the map's order."""
    rows = _queries.own_seats(connection, **_key(allotment), now=now)
    return [(row["seat_no"], row["state"]) async for row in rows]


@dataclass(frozen=True, slots=True)
class Counts:
    """What an allotment has, in numbers."""

    available: int
    held: int
    sold: int
    codes: int


async def count_own(
    connection: Connection, event_id: int, allotment_nos: Sequence[int], now: datetime
) -> dict[int, Counts]:
    """Counts what allotments have, by allotment."""
    rows = _queries.count_own(connection, event_id=event_id, allotment_nos=allotment_nos, now=now)
    return {
        row["allotment_no"]: Counts(row["available"], row["held"], row["sold"], row["codes"])
        async for row in rows
    }


async def own_pools(
    connection: Connection, event_id: int, allotment_nos: Sequence[int], now: datetime
) -> dict[int, list[tuple[int, int, int]]]:
    """Returns the places that allotments have, by allotment: (pool, all, free ones)."""
    found: dict[int, list[tuple[int, int, int]]] = {number: [] for number in allotment_nos}
    rows = _queries.own_pools(connection, event_id=event_id, allotment_nos=allotment_nos, now=now)
    async for row in rows:
        found[row["allotment_no"]].append((row["pool_no"], row["capacity"], row["available"]))
    return found


async def codes_made(connection: Connection, event_id: int) -> int:
    """Returns how many codes an event has had."""
    made: int = await _queries.codes_made(connection, event_id=event_id)
    return made


async def known_codes(connection: Connection, event_id: int, codes: Sequence[str]) -> list[str]:
    """Returns those of some codes that an event has or had."""
    rows = _queries.known_codes(
        connection, event_id=event_id, code_hashes=[hash_of(code) for code in codes]
    )
    return [row["code"] async for row in rows]


async def add_codes(
    connection: Connection,
    allotment: Allotment,
    codes: Sequence[str],
    *,
    made_before: int,
    uses_max: int | None,
    expire_time: datetime | None,
    now: datetime,
) -> None:
    """Writes new codes, numbered from after `made_before` in the order given."""
    await _queries.add_codes(
        connection,
        **_key(allotment),
        codes=codes,
        code_hashes=[hash_of(code) for code in codes],
        made_before=made_before,
        uses_max=uses_max,
        expire_time=expire_time,
        now=now,
    )


async def page_codes(
    connection: Connection, allotment: Allotment, after_no: int, page_size: int
) -> list[Code]:
    """Returns an allotment's codes, oldest first."""
    rows = _queries.page_codes(
        connection, **_key(allotment), after_no=after_no, page_size=page_size
    )
    return [_code(row) async for row in rows]


async def code_allotment(connection: Connection, event_id: int, code_no: int) -> int | None:
    """Returns the allotment of a code; None when the event has no such code."""
    number: int | None = await _queries.code_allotment(
        connection, event_id=event_id, code_no=code_no
    )
    return number


async def withdraw_code(connection: Connection, event_id: int, code_no: int) -> None:
    """Withdraws a code; the first time counts."""
    await _queries.withdraw_code(connection, event_id=event_id, code_no=code_no)


async def find_code(connection: Connection, event_id: int, code: str) -> tuple[int, int] | None:
    """Returns (code, allotment) of a code as a buyer typed it; None when the event has none such."""
    row = await _queries.find_code(connection, event_id=event_id, code_hash=hash_of(code))
    return (row["code_no"], row["allotment_no"]) if row else None


async def lock_codes(connection: Connection, codes: Sequence[tuple[int, int]]) -> None:
    """Locks codes, named by event and number, before every other lock."""
    await _queries.lock_codes(connection, **_named(codes))


async def read_codes(
    connection: Connection, codes: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], Code]:
    """Returns codes as they stand, by event and number."""
    rows = _queries.read_codes(connection, **_named(codes))
    return {(row["event_id"], row["code_no"]): _code(row) async for row in rows}


def _named(codes: Sequence[tuple[int, int]]) -> dict[str, list[int]]:
    return {
        "event_ids": [event_id for event_id, _ in codes],
        "code_nos": [code_no for _, code_no in codes],
    }


def _key(allotment: Allotment) -> dict[str, int]:
    return {"event_id": allotment.event_id, "allotment_no": allotment.allotment_no}


def _allotment(row: Any) -> Allotment:
    columns = dict(row)
    return Allotment(**columns | {"kind": Kind(columns["kind"]), "state": State(columns["state"])})


def _code(row: Any) -> Code:
    return Code(
        row["code_no"],
        row["allotment_no"],
        row["code"],
        row["uses_max"],
        row["expire_time"],
        row["withdraw_time"],
        row["use_count"],
    )
