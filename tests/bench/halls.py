"""Halls to sell: one event with all that the inventory keeps of it, and as many copies as a row needs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from inventory_svc.catalog import store
from inventory_svc.catalog.events import Event, Limits, State
from inventory_svc.catalog.prices import Zone
from inventory_svc.plans.generator import Block, generate
from inventory_svc.plans.layout import lay_out
from mesh import ids
from mesh.database import Connection, Database

SEATS_PER_ROW, ROWS_PER_SECTION = 40, 25
LIMITS = Limits(seats_per_hold=8, live_holds_per_buyer=4, tickets_per_buyer=12)
"""Those that an event has which says nothing about it."""
COPIES_AT_ONCE = 100
FILL_SECONDS = 600.0


def blocks(seat_count: int) -> list[Block]:
    """Returns sections of a thousand seats, the best first, in two price zones."""
    count = seat_count // (SEATS_PER_ROW * ROWS_PER_SECTION)
    return [
        Block(
            f"Section {number}",
            "Front" if 3 * number <= count else "Back",
            rows=ROWS_PER_SECTION,
            seats_per_row=SEATS_PER_ROW,
            distance=10.0 + 50 * number,
        )
        for number in range(1, count + 1)
    ]


async def make(database: Database, seat_count: int) -> int:
    """Makes an event on sale as publishing does; returns its id."""
    layout = lay_out(generate(blocks(seat_count), ()))
    now = datetime.now(UTC)
    event = Event(
        event_id=ids.new_event_id(),
        organiser_id=ids.new_account_id(),
        venue_id=ids.new_venue_id(),
        name="Lantern Night",
        artist_name="The Lanterns",
        venue_name="Lantern Hall",
        city="Oslo",
        country_code="NO",
        latitude=59.91,
        longitude=10.75,
        time_zone="Europe/Oslo",
        category="concert",
        description="",
        start_time=now + timedelta(days=14),
        end_time=now + timedelta(days=14, hours=3),
        sale_open_time=now - timedelta(minutes=1),
        publish_time=now - timedelta(minutes=1),
        currency_code="EUR",
        limits=LIMITS,
        hold_seconds=600,
        capacity=layout.capacity,
        zones=tuple(Zone(no, name, 5_000) for no, name in enumerate(layout.zone_names, start=1)),
        create_time=now,
        update_time=now,
        state=State.PUBLISHED,
    )
    async with database.transaction() as connection:
        await store.add_event(connection, event, layout)
    return event.event_id


async def copy(
    database: Database, event_id: int, count: int, *, without: Sequence[str] = ()
) -> list[int]:
    """Copies every row that an unsold event has, in every table that keeps something of events but some."""
    copies = [ids.new_event_id() for _ in range(count)]
    async with database.connection() as connection:
        tables = await _tables_of(connection, event_id)
        tables = [table for table in tables if table[0] not in without]
        for first in range(0, count, COPIES_AT_ONCE):
            some = copies[first : first + COPIES_AT_ONCE]
            async with connection.transaction():
                await connection.execute("SET LOCAL statement_timeout = 0")
                for table, columns in tables:
                    await _copy_rows(connection, table, columns, event_id, some)
    return copies


async def remove(database: Database, event_id: int) -> None:
    """Takes an event away, with all that was kept of it."""
    async with database.transaction() as connection:
        for table, _ in reversed(await _tables_of(connection, event_id)):
            await connection.execute(f"DELETE FROM {table} WHERE event_id = $1", event_id)


async def settle(database: Database) -> None:
    """Lets the server know what it has, as its own autovacuum would before long: of empty tables it learns nothing."""
    async with database.connection() as connection:
        tables = await connection.fetchval(
            "SELECT string_agg(quote_ident(relname), ', ') FROM pg_class "
            "WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0"
        )
        await connection.execute("SET statement_timeout = 0")
        await connection.execute(f"VACUUM (ANALYZE) {tables}", timeout=FILL_SECONDS)
        await connection.execute("RESET statement_timeout")


async def _tables_of(connection: Connection, event_id: int) -> list[tuple[str, list[str]]]:
    """The tables with rows of an event and their other columns, those that others refer to first."""
    rows = await connection.fetch(
        """
        SELECT c.relname AS name,
               array_agg(a.attname::text ORDER BY a.attnum) FILTER (WHERE a.attname <> 'event_id') AS columns
        FROM pg_class c
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
        WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace
        GROUP BY c.oid, c.relname
        HAVING bool_or(a.attname = 'event_id')
        ORDER BY (SELECT count(*) FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'f'), c.relname
        """
    )
    found = [(row["name"], list(row["columns"])) for row in rows]
    first = [table for table in found if table[0] == "events"]
    ordered = first + sorted(
        (table for table in found if table[0] != "events"), key=lambda table: table[0]
    )
    return [
        (name, columns)
        for name, columns in ordered
        if await connection.fetchval(
            f"SELECT EXISTS (SELECT FROM {name} WHERE event_id = $1)", event_id
        )
    ]


async def _copy_rows(
    connection: Connection,
    table: str,
    columns: Sequence[str],
    event_id: int,
    copies: Sequence[int],
) -> None:
    listed = ", ".join(f"t.{column}" for column in columns)
    await connection.execute(
        f"INSERT INTO {table} (event_id, {', '.join(columns)}) "
        f"SELECT copied.event_id, {listed} "
        f"FROM {table} AS t CROSS JOIN unnest($2::bigint[]) AS copied (event_id) "
        "WHERE t.event_id = $1",
        event_id,
        list(copies),
        timeout=FILL_SECONDS,
    )
