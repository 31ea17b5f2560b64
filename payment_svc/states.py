"""The lives of orders and refunds, written down once: the states, the legal moves, who makes them, what they tell.

SQL enforces the moves (`UPDATE … WHERE state = …`): a move that is not written here changes no row.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class OrderState(StrEnum):
    """Where an order is in its life."""

    AWAITING_PAYMENT = "AWAITING_PAYMENT"
    CONFIRMING = "CONFIRMING"
    PAID = "PAID"
    PARTIALLY_REFUNDED = "PARTIALLY_REFUNDED"
    REFUNDED = "REFUNDED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"


class EndReason(StrEnum):
    """Why an order ended without being paid."""

    BUYER = "BUYER"
    """The buyer cancelled it, or gave its hold back."""
    HOLD_EXPIRED = "HOLD_EXPIRED"
    """Its hold's time ran out before it was authorised."""
    SEATS_GONE = "SEATS_GONE"
    """The money came after the hold had ended, and others have the seats."""
    EVENT_CANCELLED = "EVENT_CANCELLED"
    """The organiser cancelled the event while it was under way."""
    PAYMENT_FAILED = "PAYMENT_FAILED"
    """The processor refused the payment for good, or ended it."""


class Mover(StrEnum):
    """Who makes a move."""

    CHECKOUT = "checkout"
    """The driver that follows the payment (orders/checkout.py)."""
    REFUNDS = "refunds"
    """The driver that gives money back (refunds/driver.py)."""


class Fact(StrEnum):
    """What a move tells on onsale.orders.v1."""

    NONE = ""
    ORDER_PAID = "OrderPaid"
    ORDER_CANCELLED = "OrderCancelled"
    ORDER_REFUNDED = "OrderRefunded"


@dataclass(frozen=True)
class Move:
    """A legal move."""

    source: OrderState
    target: OrderState
    mover: Mover
    emits: Fact
    when: str


_S = OrderState

MOVES = (
    Move(_S.AWAITING_PAYMENT, _S.CONFIRMING, Mover.CHECKOUT, Fact.NONE, "the payment is authorised"),
    Move(_S.AWAITING_PAYMENT, _S.CANCELLED, Mover.CHECKOUT, Fact.ORDER_CANCELLED,
         "the buyer, the organiser or the processor ended it; nothing was taken"),
    Move(_S.AWAITING_PAYMENT, _S.EXPIRED, Mover.CHECKOUT, Fact.ORDER_CANCELLED,
         "its hold ended first; nothing was taken"),
    Move(_S.CONFIRMING, _S.PAID, Mover.CHECKOUT, Fact.ORDER_PAID,
         "the money is captured and the seats are sold"),
    Move(_S.CONFIRMING, _S.CANCELLED, Mover.CHECKOUT, Fact.ORDER_CANCELLED,
         "the event was cancelled or the capture refused; nothing was taken, or all was given back"),
    Move(_S.CONFIRMING, _S.EXPIRED, Mover.CHECKOUT, Fact.ORDER_CANCELLED,
         "the seats were gone; nothing was taken, or all was given back"),
    Move(_S.PAID, _S.PARTIALLY_REFUNDED, Mover.REFUNDS, Fact.ORDER_REFUNDED, "some tickets went back"),
    Move(_S.PAID, _S.REFUNDED, Mover.REFUNDS, Fact.ORDER_REFUNDED, "all tickets went back"),
    Move(_S.PARTIALLY_REFUNDED, _S.PARTIALLY_REFUNDED, Mover.REFUNDS, Fact.ORDER_REFUNDED,
         "some more tickets went back"),
    Move(_S.PARTIALLY_REFUNDED, _S.REFUNDED, Mover.REFUNDS, Fact.ORDER_REFUNDED,
         "the last tickets went back"),
)  # fmt: skip

OPEN = frozenset({_S.AWAITING_PAYMENT, _S.CONFIRMING})
"""Not paid and not ended: the reconciler looks at them."""
SOLD = frozenset({_S.PAID, _S.PARTIALLY_REFUNDED, _S.REFUNDED})
"""Captured, with seats that were sold."""
REFUNDABLE = frozenset({_S.PAID, _S.PARTIALLY_REFUNDED})
ENDED_UNPAID = frozenset({_S.CANCELLED, _S.EXPIRED})

END_STATES = {
    EndReason.BUYER: _S.CANCELLED,
    EndReason.HOLD_EXPIRED: _S.EXPIRED,
    EndReason.SEATS_GONE: _S.EXPIRED,
    EndReason.EVENT_CANCELLED: _S.CANCELLED,
    EndReason.PAYMENT_FAILED: _S.CANCELLED,
}


def sources_of(target: OrderState) -> list[str]:
    """Returns the states that an order may come from."""
    return [move.source.value for move in MOVES if move.target is target]


class RefundKind(StrEnum):
    """Why money goes back."""

    TICKETS = "TICKETS"
    """The buyer gave tickets back."""
    EVENT_CANCELLED = "EVENT_CANCELLED"
    """The organiser cancelled the event."""
    UNSOLD = "UNSOLD"
    """The money was captured and the seats could not be had: nothing was sold."""


class RefundStep(StrEnum):
    """What comes next for a refund: CLAIM → REVOKE → PAY → RETURN → DONE; CLAIM → REFUSED; PAY → FAILED.

    UNSOLD begins at PAY and goes from there to DONE: it has no tickets and no sold seats.
    """

    CLAIM = "CLAIM"
    REVOKE = "REVOKE"
    PAY = "PAY"
    RETURN = "RETURN"
    DONE = "DONE"
    REFUSED = "REFUSED"
    """The tickets could not be claimed; nothing happened."""
    FAILED = "FAILED"
    """The processor refused for good; a person must look at it."""


class RefundState(StrEnum):
    """Where a refund's money is."""

    PENDING = "PENDING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
