"""Tickets in PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from mesh.database import Connection, load_queries
from ticket_svc.errors import TicketChanged
from ticket_svc.tickets.ticket import Event, GateList, State, Ticket

_queries = load_queries(Path(__file__).with_name("queries.sql"))


async def read_event(connection: Connection, event_id: int) -> Event | None:
    """Returns our copy of an event; None when it has no tickets yet."""
    row = await connection.fetchrow(_queries.event_read.sql, event_id)
    return Event(**row) if row else None


async def read_events(connection: Connection, event_ids: Iterable[int]) -> dict[int, Event]:
    """Returns our copies of events, by id."""
    rows = await connection.fetch(_queries.events_read.sql, list(set(event_ids)))
    return {row["event_id"]: Event(**row) for row in rows}


async def write_event(connection: Connection, event: Event) -> None:
    """Makes or refreshes our copy of an event."""
    await _queries.event_write(connection, **asdict(event))
    await _queries.account_tickets_move(
        connection, event_id=event.event_id, start_time=event.start_time
    )


async def claim_orders(
    connection: Connection,
    orders: Sequence[tuple[int, UUID, UUID, str]],
    issue_time: datetime,
) -> set[UUID]:
    """Records orders, given as (event, order, buyer, state); returns those that were not known before."""
    columns = [list(column) for column in zip(*orders, strict=True)]
    rows = await connection.fetch(_queries.orders_claim.sql, issue_time, *columns)
    return {row["order_id"] for row in rows}


async def close_order(connection: Connection, event_id: int, order_id: UUID, now: datetime) -> str:
    """Locks an order, closing it if its tickets were not issued; returns its state."""
    state: str = await _queries.order_close(
        connection, event_id=event_id, order_id=order_id, now=now
    )
    return state


async def lock_order(connection: Connection, event_id: int, order_id: UUID) -> bool:
    """Locks an order; False when it was never seen."""
    return await connection.fetchrow(_queries.order_lock.sql, event_id, order_id) is not None


async def buyer_of_order(
    connection: Connection, event_id: int, order_id: UUID
) -> tuple[bool, UUID | None]:
    """Returns whether an order is known, and who paid it."""
    row = await connection.fetchrow(_queries.order_read.sql, event_id, order_id)
    return row is not None, row and row["account_id"]


async def add_tickets(
    connection: Connection, tickets: Sequence[Ticket], start_times: Sequence[datetime]
) -> None:
    """Makes new tickets and puts them among what their accounts hold."""
    await connection.execute(
        _queries.tickets_add.sql,
        [t.event_id for t in tickets],
        [t.ticket_id for t in tickets],
        [t.order_id for t in tickets],
        [t.line_no for t in tickets],
        [t.unit_no for t in tickets],
        [t.account_id for t in tickets],
        [t.seat_no for t in tickets],
        [t.pool_no for t in tickets],
        [t.zone_no for t in tickets],
        [t.seat_label for t in tickets],
        [t.code for t in tickets],
        [t.code_expire_time for t in tickets],
        [t.issue_time for t in tickets],
        [t.former_ticket_id for t in tickets],
    )
    await connection.execute(
        _queries.account_tickets_add.sql,
        [t.account_id for t in tickets],
        [t.ticket_id for t in tickets],
        [t.event_id for t in tickets],
        list(start_times),
    )


async def remove_from_accounts(connection: Connection, tickets: Sequence[Ticket]) -> None:
    """Takes tickets from what their accounts hold."""
    await connection.execute(
        _queries.account_tickets_remove.sql,
        [t.account_id for t in tickets],
        [t.ticket_id for t in tickets],
    )


async def read_ticket(connection: Connection, event_id: int, ticket_id: UUID) -> Ticket | None:
    """Returns a ticket."""
    return (await read_tickets(connection, event_id, [ticket_id])).get(ticket_id)


async def read_tickets(
    connection: Connection, event_id: int, ticket_ids: Sequence[UUID]
) -> dict[UUID, Ticket]:
    """Returns tickets of an event, by id."""
    return _by_id(await connection.fetch(_queries.tickets_read.sql, event_id, ticket_ids))


async def lock_tickets(
    connection: Connection, event_id: int, ticket_ids: Sequence[UUID]
) -> dict[UUID, Ticket]:
    """Locks tickets of an event and returns them as they are then, by id."""
    return _by_id(await connection.fetch(_queries.tickets_lock.sql, event_id, ticket_ids))


async def read_order_tickets(connection: Connection, event_id: int, order_id: UUID) -> list[Ticket]:
    """Returns the tickets of an order in the order of its lines."""
    rows = await connection.fetch(_queries.order_tickets_read.sql, event_id, order_id)
    return [_ticket(row) for row in rows]


async def lock_order_tickets(
    connection: Connection, event_id: int, order_id: UUID
) -> dict[UUID, Ticket]:
    """Locks the tickets of an order and returns them as they are then, by id."""
    return _by_id(await connection.fetch(_queries.order_tickets_lock.sql, event_id, order_id))


async def read_account_page(
    connection: Connection,
    account_id: UUID,
    as_of: datetime,
    after: tuple[bool, int, UUID],
    page_size: int,
) -> list[tuple[UUID, int, bool, int]]:
    """Returns (ticket, event, is past, distance) of what an account holds, the next event's first."""
    rows = await connection.fetch(
        _queries.account_tickets_page.sql, as_of, account_id, *after, page_size
    )
    return [(r["ticket_id"], r["event_id"], r["is_past"], r["distance"]) for r in rows]


async def write_tickets(connection: Connection, event_id: int, tickets: Sequence[Ticket]) -> None:
    """Writes tickets as a move made them. Raises TicketChanged when one is not what the move read."""
    if not tickets:
        return
    rows = await connection.fetch(
        _queries.tickets_write.sql,
        [t.ticket_id for t in tickets],
        [t.version for t in tickets],
        [str(t.state) for t in tickets],
        [t.transfer_id for t in tickets],
        [t.claim_id for t in tickets],
        [t.stop_version for t in tickets],
        [t.stop_time for t in tickets],
        [t.first_gate_id for t in tickets],
        [t.first_scan_id for t in tickets],
        [t.first_scan_time for t in tickets],
        event_id,
    )
    if len(rows) != len(tickets):
        raise TicketChanged


async def next_gate_list(connection: Connection, event_id: int, now: datetime) -> GateList:
    """Begins a change of an event's gate list; lock the tickets first."""
    version = await _queries.gate_list_next(connection, event_id=event_id)
    return GateList(version, now)


def _by_id(rows: Iterable[Any]) -> dict[UUID, Ticket]:
    return {row["ticket_id"]: _ticket(row) for row in rows}


def _ticket(row: Any) -> Ticket:
    values = dict(row)
    values["state"] = State(values["state"])
    return Ticket(**values)
