"""Where holds are kept: the transaction of a batch, its locks, and what is read under them. Writes: changes.py.

Functions take the connection of the caller's transaction. Arguments stand in the order in which the statement in
queries.sql first names them.
"""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg

from inventory_svc.holds.holds import HeldPlaces, HeldSeat, Hold, SeatRow, State
from inventory_svc.holds.houses.houses import ReadHouse
from inventory_svc.holds.houses.opened_house import HouseReading, Taken
from inventory_svc.holds.lane import OutcomeUnknown, StoreAway
from inventory_svc.holds.limits import Limits, Usage
from inventory_svc.holds.party import Admission
from inventory_svc.holds.placing import RunOut, Terms
from inventory_svc.holds.pools import Shard
from inventory_svc.holds.seating import Seating
from mesh.database import Connection, Database, driver_refusal, load_queries
from mesh.errors import Unavailable

RUN_OUT_MAX = 1_000
"""Holds of a pool that one batch may clear away."""

_AWAY = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    OSError,
    TimeoutError,
)
"""The database, or the way to it, is gone: no use in trying half of the batch."""

queries = load_queries(Path(__file__).with_name("queries.sql"))


class RowsMoved(Unavailable):
    """Rows were not as they were read under their locks; nothing was written."""


@asynccontextmanager
async def away_is_told() -> AsyncIterator[None]:
    """Raises StoreAway where the block found the database away, and Unavailable where it gave up."""
    try:
        yield
    except _AWAY as error:
        raise StoreAway from error
    except Exception as error:
        refused = driver_refusal(error)
        if refused:
            raise refused from error
        raise


@asynccontextmanager
async def batch_transaction(database: Database) -> AsyncIterator[Connection]:
    """Lends a connection in a transaction that knows whether it surely failed.

    Raises StoreAway when nothing was committed because the database is away, OutcomeUnknown when the connection was
    lost while committing, and what the block raises.
    """
    async with away_is_told(), database.connection() as connection:
        transaction = connection.transaction()
        await transaction.start()
        try:
            yield connection
        except BaseException:
            with contextlib.suppress(Exception):
                await transaction.rollback()
            raise
        try:
            await transaction.commit()
        except Exception as error:
            raise OutcomeUnknown from error


@dataclass(slots=True)
class Locks:
    """What to lock, in the one order that everybody takes locks in."""

    account_ids: Iterable[UUID] = ()
    admissions: dict[UUID, tuple[UUID, Admission]] = field(default_factory=dict)
    """Admissions with their buyers."""
    shards: Iterable[tuple[int, int]] = ()
    seat_nos: Iterable[int] = ()
    hold_ids: Iterable[UUID] = ()


async def lock(connection: Connection, event_id: int, locks: Locks) -> None:
    """Takes locks: event, buyers, admissions, pool shards, seats, holds."""
    shards = sorted(set(locks.shards))
    admissions = list(locks.admissions.values())
    await connection.execute(
        queries.lock_party.sql,
        event_id,
        list(set(locks.account_ids)),
        [admission.admission_id for _, admission in admissions],
        [account_id for account_id, _ in admissions],
        [admission.expire_time for _, admission in admissions],
        [pool_no for pool_no, _ in shards],
        [shard_no for _, shard_no in shards],
        list(set(locks.seat_nos)),
        list(set(locks.hold_ids)),
    )


@dataclass(frozen=True, slots=True)
class Reading:
    """What the event's row and the clock say."""

    now: datetime
    terms: Terms
    prices_minor: dict[int, int]


async def read_terms(connection: Connection, event_id: int) -> Reading | None:
    """Returns the terms of an event and the time; None when there is no such event."""
    row = await connection.fetchrow(queries.read_terms.sql, event_id)
    if row is None:
        return None
    terms = Terms(
        is_published=row["publish_time"] is not None,
        is_cancelled=row["state"] == "CANCELLED",
        sale_open_time=row["sale_open_time"],
        end_time=row["end_time"],
        requires_admission=row["requires_admission"],
        limits=Limits(row["seats_per_hold"], row["live_holds_per_buyer"], row["tickets_per_buyer"]),
        hold_seconds=row["hold_seconds"],
        currency_code=row["currency_code"],
    )
    prices = dict(zip(row["zone_nos"] or (), row["prices_minor"] or (), strict=True))
    return Reading(row["now"], terms, prices)


async def read_clock(connection: Connection) -> datetime:
    """Returns the time by the clock that rows are compared to."""
    now: datetime = await connection.fetchval(queries.read_clock.sql)
    return now


async def read_usage(
    connection: Connection, event_id: int, now: datetime, account_ids: Iterable[UUID]
) -> dict[UUID, Usage]:
    """Counts what buyers have of an event, under their locks."""
    rows = await connection.fetch(queries.read_usage.sql, now, event_id, list(set(account_ids)))
    return {row["account_id"]: Usage(row["live_holds"], row["tickets"] or 0) for row in rows}


async def read_seats(
    connection: Connection, event_id: int, seat_nos: Iterable[int]
) -> dict[int, SeatRow]:
    """Returns seats as they stand, by number."""
    rows = await connection.fetch(queries.read_seats.sql, event_id, list(set(seat_nos)))
    return {
        row["seat_no"]: SeatRow(
            row["seat_no"],
            row["state"],
            row["hold_id"],
            row["held_until"],
            row["fence"],
            row["allotment_no"],
        )
        for row in rows
    }


async def read_shards(
    connection: Connection, event_id: int, keys: Iterable[tuple[int, int]]
) -> dict[int, list[Shard]]:
    """Returns pool counters as they stand, by pool."""
    wanted = sorted(set(keys))
    rows = await connection.fetch(
        queries.read_shards.sql,
        event_id,
        [pool_no for pool_no, _ in wanted],
        [shard_no for _, shard_no in wanted],
    )
    found: defaultdict[int, list[Shard]] = defaultdict(list)
    for row in rows:
        found[row["pool_no"]].append(Shard(row["pool_no"], row["shard_no"], row["available"]))
    return dict(found)


async def read_run_out(
    connection: Connection, event_id: int, now: datetime, pool_nos: Iterable[int]
) -> list[RunOut]:
    """Returns places of holds whose time is over, at most RUN_OUT_MAX."""
    rows = await connection.fetch(
        queries.read_run_out.sql, event_id, list(pool_nos), now, RUN_OUT_MAX
    )
    return [RunOut(row["hold_id"], row["pool_no"], row["shard_no"], row["claimed"]) for row in rows]


async def read_holds(connection: Connection, event_id: int, hold_ids: Sequence[UUID]) -> list[Hold]:
    """Returns holds as they stand, by id."""
    if not hold_ids:
        return []
    rows = await connection.fetch(queries.read_holds.sql, event_id, hold_ids)
    return await with_places(connection, rows)


async def with_places(connection: Connection, rows: Sequence[Any]) -> list[Hold]:
    """Makes holds of their rows and of the places that those have, in the rows' order."""
    having: defaultdict[int, list[UUID]] = defaultdict(list)
    for row in rows:
        if row["place_count"]:
            having[row["event_id"]].append(row["hold_id"])
    places: defaultdict[UUID, list[HeldPlaces]] = defaultdict(list)
    for event_id, hold_ids in having.items():
        for row in await connection.fetch(queries.read_places.sql, event_id, hold_ids):
            places[row["hold_id"]].append(
                HeldPlaces(
                    row["pool_no"],
                    row["shard_no"],
                    row["zone_no"],
                    row["price_minor"],
                    row["quantity"],
                )
            )
    return [_hold(row, tuple(places[row["hold_id"]]) if places else ()) for row in rows]


async def read_hold(connection: Connection, event_id: int, hold_id: UUID) -> Hold | None:
    """Returns a hold as it stands."""
    found = await read_holds(connection, event_id, [hold_id])
    return found[0] if found else None


def _hold(row: Any, places: tuple[HeldPlaces, ...]) -> Hold:
    seats = zip(
        row["seat_nos"],
        row["seat_zone_nos"],
        row["seat_prices_minor"],
        row["seat_fences"],
        strict=True,
    )
    return Hold(
        event_id=row["event_id"],
        hold_id=row["hold_id"],
        account_id=row["account_id"],
        admission_id=row["admission_id"],
        state=State(row["state"]),
        create_time=row["create_time"],
        held_until=row["held_until"],
        extended=row["extended"],
        currency_code=row["currency_code"],
        seats=tuple(HeldSeat(*seat) for seat in seats),
        places=places,
        version=row["version"],
        code_no=row["code_no"],
        order_id=row["order_id"],
        pin_time=row["pin_time"],
        pin_deadline=row["pin_deadline"],
    )


def house_reader(database: Database) -> ReadHouse:
    """Returns what reads houses from the seats' rows: a look without locks, as of the last commits."""

    async def read_house(seating: Seating) -> HouseReading:
        async with database.connection() as connection:
            rows = await connection.fetch(queries.read_house.sql, seating.event_id)
        prices = zip(rows[0]["zone_nos"] or (), rows[0]["prices_minor"] or (), strict=True)
        return HouseReading(
            taken=[Taken(row["seat_nos"], row["seconds_left"]) for row in rows if row["is_taken"]],
            prices_minor=dict(prices),
            seats_per_hold=rows[0]["seats_per_hold"],
            allotment_nos={
                seat_no: row["allotment_no"]
                for row in rows
                if row["allotment_no"] is not None
                for seat_no in row["seat_nos"]
            },
        )

    return read_house
