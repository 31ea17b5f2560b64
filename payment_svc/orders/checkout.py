"""The checkout's rule: given what we know and what the processor says, what is the next step of an order?

authorise → pin → capture → confirm. It reads state and remembers nothing, so that whoever comes after a crash, in
whatever order webhooks arrived, goes on at the right place.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from payment_svc.orders.order import Order
from payment_svc.processor import Intent, PaymentStatus
from payment_svc.states import EndReason, OrderState


class Step(StrEnum):
    """What the driver does next; each is safe to do again."""

    DONE = "DONE"
    """The order is paid or over."""
    WAIT = "WAIT"
    """The buyer or the bank is to act."""
    NOTE_DECLINE = "NOTE_DECLINE"
    """Tell the buyer why the last attempt failed."""
    BEGIN_CONFIRMING = "BEGIN_CONFIRMING"
    """The money is authorised: from here on the order cannot be cancelled."""
    PIN = "PIN"
    """Keep the seats beyond the hold's end."""
    CAPTURE = "CAPTURE"
    """Take the money."""
    RECORD_CAPTURE = "RECORD_CAPTURE"
    """Put the capture on record, in the ledger."""
    SELL = "SELL"
    """Make the seats sold and the order paid."""
    LET_HOLD_EXPIRE = "LET_HOLD_EXPIRE"
    """Decide that it ends: the hold is over and nothing is authorised."""
    GIVE_UP_PAYMENT = "GIVE_UP_PAYMENT"
    """Decide that it ends: the processor ended the payment, or it is not of the order's amount."""
    VOID = "VOID"
    """End the payment; an authorisation goes back to the buyer."""
    GIVE_BACK = "GIVE_BACK"
    """Refund all of it: it was captured and nothing was sold."""
    CLOSE = "CLOSE"
    """Give the seats back and end the order."""


DECIDES_END = {
    Step.LET_HOLD_EXPIRE: EndReason.HOLD_EXPIRED,
    Step.GIVE_UP_PAYMENT: EndReason.PAYMENT_FAILED,
}


def next_step(order: Order, intent: Intent | None, *, is_pinned: bool, now: datetime) -> Step:
    """Returns the next step of an order.

    Args:
        intent: The payment as the processor knows it now; None when none was made.
        is_pinned: Whether this driver has pinned the hold already; pinning again changes nothing.
    """
    if not order.is_open:
        return Step.DONE
    status = intent.status if intent else None
    if order.ending_reason:
        return _ending(order, status)
    if intent and intent.amount != order.total:
        return Step.GIVE_UP_PAYMENT
    if order.state is OrderState.AWAITING_PAYMENT:
        return _awaiting(order, intent, now)
    if not is_pinned and order.capture_time is None:
        return Step.PIN
    if order.is_free or order.capture_time is not None:
        return Step.SELL
    match status:
        case PaymentStatus.AUTHORISED:
            return Step.CAPTURE
        case PaymentStatus.CAPTURED:
            return Step.RECORD_CAPTURE
        case PaymentStatus.PROCESSING:
            return Step.WAIT
        case _:
            return Step.GIVE_UP_PAYMENT


def _awaiting(order: Order, intent: Intent | None, now: datetime) -> Step:
    if order.is_free or (
        intent and intent.status in (PaymentStatus.AUTHORISED, PaymentStatus.CAPTURED)
    ):
        return Step.BEGIN_CONFIRMING
    if intent and intent.status is PaymentStatus.VOIDED:
        return Step.GIVE_UP_PAYMENT
    if intent and intent.status is PaymentStatus.PROCESSING:
        return Step.WAIT
    if order.is_hold_over(now):
        return Step.LET_HOLD_EXPIRE
    if intent and intent.decline_code and intent.decline_code != order.last_decline_code:
        return Step.NOTE_DECLINE
    return Step.WAIT


def _ending(order: Order, status: PaymentStatus | None) -> Step:
    match status:
        case PaymentStatus.CAPTURED if order.capture_time is None:
            return Step.RECORD_CAPTURE
        case PaymentStatus.CAPTURED if order.refunded_minor < order.captured_minor:
            return Step.GIVE_BACK
        case PaymentStatus.WAITING | PaymentStatus.AUTHORISED:
            return Step.VOID
        case PaymentStatus.PROCESSING:
            return Step.WAIT
        case _:
            return Step.CLOSE


WAITING_CHECK_SECONDS = 20.0
"""How often the processor is asked about an order that the buyer is to pay: the floor under lost webhooks."""
FAILURE_CHECK_SECONDS_MIN = 1.0
FAILURE_CHECK_SECONDS_MAX = 15.0
"""Short enough that an order is final within a minute after its neighbours are back."""


def check_after_seconds(order: Order, now: datetime, failure_count: int) -> float:
    """Returns when the reconciler looks at an order again."""
    if failure_count:
        doubled = FAILURE_CHECK_SECONDS_MIN * (1 << min(failure_count - 1, 8))
        return min(FAILURE_CHECK_SECONDS_MAX, doubled)
    until_hold_ends = (order.expire_time - now).total_seconds()
    if 0 < until_hold_ends < WAITING_CHECK_SECONDS:
        return until_hold_ends
    if until_hold_ends <= 0:
        return FAILURE_CHECK_SECONDS_MAX / 3
    return WAITING_CHECK_SECONDS
