"""An event's paid orders as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from decimal import Decimal

from babel.numbers import get_currency_precision

from mesh import ids
from payment_svc.sales.store import OrderRow

ROWS_MAX = 100_000
"""More orders than the largest venue has seats; as CSV they fit into one message."""
COLUMNS = (
    "order_id",
    "state",
    "create_time",
    "pay_time",
    "tickets",
    "tickets_refunded",
    "currency",
    "total",
    "refunded",
    "net",
)


def to_csv(rows: Sequence[OrderRow]) -> bytes:
    """Returns a line for each order; amounts as people write them, with the currency's own decimals."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow(
            [
                ids.text("ord", row.order_id),
                row.state,
                row.create_time.isoformat(timespec="seconds"),
                row.pay_time.isoformat(timespec="seconds"),
                row.ticket_count,
                row.refunded_count,
                row.currency_code,
                _amount(row.total_minor, row.currency_code),
                _amount(row.refunded_minor, row.currency_code),
                _amount(row.total_minor - row.refunded_minor, row.currency_code),
            ]
        )
    return text.getvalue().encode()


def _amount(minor: int, currency_code: str) -> str:
    return str(Decimal(minor).scaleb(-get_currency_precision(currency_code)))
