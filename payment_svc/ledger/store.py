"""Writes transfers in the transaction that makes them true."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

from mesh.database import Connection, load_queries
from payment_svc.ledger.transfers import Transfer

_queries = load_queries(Path(__file__).with_name("queries.sql"))


async def write_transfer(connection: Connection, transfer: Transfer) -> bool:
    """Writes a transfer; returns False when it is on record already."""
    transfer_id = await _queries.transfer_insert(
        connection,
        event_id=transfer.event_id,
        transfer_id=uuid4(),
        order_id=transfer.order_id,
        kind=transfer.kind.value,
        reference=transfer.reference,
    )
    if transfer_id is None:
        return False
    await _queries.entries_insert(
        connection,
        event_id=transfer.event_id,
        transfer_id=transfer_id,
        currency_code=transfer.currency_code,
        accounts=[account.value for account in transfer.entries],
        amounts_minor=list(transfer.entries.values()),
    )
    return True
