"""Reads orders from rows; inside whatever transaction the caller has."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from mesh import ids
from mesh.database import Connection, load_queries
from payment_svc.orders.order import Line, LineKind, Order, OrderDetails, RefundSummary
from payment_svc.states import EndReason, OrderState, RefundState

_queries = load_queries(Path(__file__).with_name("queries.sql"))


async def read_order(connection: Connection, order_id: UUID) -> Order | None:
    """Returns an order, in the caller's transaction."""
    row = await _queries.order_read(connection, event_id=ids.event_of(order_id), order_id=order_id)
    return order_of(row) if row else None


async def read_details(connection: Connection, orders: Sequence[Order]) -> list[OrderDetails]:
    """Adds lines and refunds to orders, in the caller's transaction."""
    keys = {
        "event_ids": [order.event_id for order in orders],
        "order_ids": [order.order_id for order in orders],
    }
    lines: dict[UUID, list[Line]] = {order.order_id: [] for order in orders}
    refunds: dict[UUID, list[RefundSummary]] = {order.order_id: [] for order in orders}
    async for row in _queries.lines_read(connection, **keys):
        lines[row["order_id"]].append(line_of(row))
    async for row in _queries.refunds_read(connection, **keys):
        refunds[row["order_id"]].append(
            RefundSummary(
                row["refund_id"],
                RefundState(row["state"]),
                row["amount_minor"],
                row["ticket_ids"],
                row["create_time"],
            )
        )
    return [OrderDetails(order, lines[order.order_id], refunds[order.order_id]) for order in orders]


def order_of(row: Any) -> Order:
    """Reads a row that has all of an order's columns."""
    values = dict(row)
    values["state"] = OrderState(values["state"])
    for reason in ("ending_reason", "end_reason"):
        values[reason] = EndReason(values[reason]) if values[reason] else None
    values["client_secret"] = values["client_secret"] or ""
    return Order(**values)


def line_of(row: Any) -> Line:
    """Reads a row of a line."""
    values = dict(row)
    del values["order_id"]
    values["kind"] = LineKind(values["kind"])
    return Line(**values)
