"""Offers in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from mesh.database import Connection, load_queries
from ticket_svc.transfers.transfer import Transfer, TransferState

_queries = load_queries(Path(__file__).with_name("queries.sql"))


async def add_offer(connection: Connection, transfer: Transfer) -> None:
    """Records an offer."""
    await _queries.transfer_add(
        connection,
        event_id=transfer.event_id,
        transfer_id=transfer.transfer_id,
        ticket_id=transfer.ticket_id,
        from_account_id=transfer.from_account_id,
        to_account_id=transfer.to_account_id,
        create_time=transfer.create_time,
        expire_time=transfer.expire_time,
    )


async def read_transfer(
    connection: Connection, event_id: int, transfer_id: UUID
) -> Transfer | None:
    """Returns an offer."""
    row = await connection.fetchrow(_queries.transfer_read.sql, event_id, transfer_id)
    return _transfer(row) if row else None


async def end_offer(
    connection: Connection,
    transfer: Transfer,
    state: TransferState,
    new_ticket_id: UUID | None = None,
) -> bool:
    """Ends a pending offer; False when it has ended already."""
    ended = await _queries.transfer_end(
        connection,
        state=str(state),
        new_ticket_id=new_ticket_id,
        event_id=transfer.event_id,
        transfer_id=transfer.transfer_id,
    )
    return ended is not None


async def cancel_offers(connection: Connection, event_id: int, ticket_ids: Sequence[UUID]) -> None:
    """Cancels the pending offers of tickets."""
    await _queries.offers_cancel(connection, event_id=event_id, ticket_ids=ticket_ids)


async def read_due(connection: Connection, now: datetime, batch_max: int) -> list[Transfer]:
    """Returns pending offers whose time is over."""
    rows = await connection.fetch(_queries.transfers_due.sql, now, batch_max)
    return [_transfer(row) for row in rows]


def _transfer(row: Any) -> Transfer:
    values = dict(row)
    values["state"] = TransferState(values["state"])
    return Transfer(**values)
