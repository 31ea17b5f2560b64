"""Cursors of the feed of paid orders: a place in the order of payment, as text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from mesh import ids
from mesh.errors import InvalidArgument
from payment_svc.orders.order import Order

FEED_PAGE_SIZE_DEFAULT = 100
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BEGINNING = (_EPOCH, UUID(int=0))


def encode_cursor(order: Order) -> str:
    """Returns the cursor behind a paid order."""
    if order.pay_time is None:
        raise ValueError("the order is not paid")
    micros = (order.pay_time - _EPOCH) // timedelta(microseconds=1)
    return f"{micros}.{ids.text('ord', order.order_id)}"


def decode_cursor(cursor: str) -> tuple[datetime, UUID]:
    """Reads a cursor. Raises InvalidArgument."""
    if not cursor:
        return BEGINNING
    micros, _, order_text = cursor.partition(".")
    try:
        return _EPOCH + timedelta(microseconds=int(micros)), ids.parse("ord", order_text)
    except (ValueError, OverflowError):
        raise InvalidArgument("cursor", "is not a cursor of this feed") from None
