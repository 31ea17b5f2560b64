"""What an order is, and how a hold becomes one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from mesh import ids
from mesh.money import Money
from payment_svc.errors import EventCancelled, HoldExpired, HoldPinned
from payment_svc.neighbours import EventFacts, HeldPart, Hold
from payment_svc.states import OPEN, EndReason, OrderState, RefundState

HOLD_END_GRACE_SECONDS = 15.0
"""Inventory tells within seconds that a hold ended, or that it was extended; without word it has ended after this."""


class LineKind(StrEnum):
    """What a line of the bill is for."""

    FACE = "FACE"
    FEE = "FEE"
    TAX = "TAX"


@dataclass(frozen=True)
class Line:
    """A line of the bill."""

    line_no: int
    kind: LineKind
    description: str
    seat_id: str
    pool_id: str
    zone_id: str
    quantity: int
    unit_price_minor: int
    refunded_quantity: int = 0

    @property
    def amount_minor(self) -> int:
        """All of the line."""
        return self.quantity * self.unit_price_minor


@dataclass(frozen=True)
class RefundSummary:
    """A refund as the buyer sees it."""

    refund_id: UUID
    state: RefundState
    amount_minor: int
    ticket_ids: Sequence[UUID]
    create_time: datetime


@dataclass(frozen=True)
class Order:
    """The sale of a hold."""

    event_id: int
    order_id: UUID
    hold_id: UUID
    account_id: UUID
    state: OrderState
    currency_code: str
    total_minor: int
    captured_minor: int
    refunded_minor: int
    event_name: str
    expire_time: datetime
    hold_ended: bool
    ending_reason: EndReason | None
    end_reason: EndReason | None
    intent_id: str | None
    client_secret: str = field(repr=False)
    last_decline_code: str
    intent_attempt: int
    capture_attempt: int
    void_attempt: int
    version: int
    create_time: datetime
    capture_time: datetime | None
    pay_time: datetime | None
    failure_count: int

    @property
    def total(self) -> Money:
        """All lines together."""
        return Money(self.total_minor, self.currency_code)

    @property
    def is_free(self) -> bool:
        """True when there is nothing to pay, and so nothing to ask a processor."""
        return self.total_minor == 0

    @property
    def is_open(self) -> bool:
        """True until it is paid or over."""
        return self.state in OPEN

    def is_hold_over(self, now: datetime) -> bool:
        """Tells whether its hold has ended: inventory said so, or was silent for too long."""
        return self.hold_ended or now >= self.expire_time + timedelta(
            seconds=HOLD_END_GRACE_SECONDS
        )

    def key(self, step: str, attempt: int) -> str:
        """Returns the idempotency key of an attempt at a step."""
        return f"{ids.text('ord', self.order_id)}-{step}-{attempt}"


@dataclass(frozen=True)
class OrderDetails:
    """An order with its lines and refunds."""

    order: Order
    lines: Sequence[Line]
    refunds: Sequence[RefundSummary] = ()


@dataclass(frozen=True)
class NewOrder:
    """An order to be made."""

    event_id: int
    order_id: UUID
    hold_id: UUID
    account_id: UUID
    currency_code: str
    event_name: str
    expire_time: datetime
    lines: Sequence[Line]

    @property
    def total_minor(self) -> int:
        """All lines together."""
        return sum(line.amount_minor for line in self.lines)


def price(hold: Hold, facts: EventFacts, account_id: UUID, now: datetime) -> NewOrder:
    """Makes an order of a live hold, at the hold's own prices. Raises HoldExpired, HoldPinned, EventCancelled."""
    if facts.is_cancelled:
        raise EventCancelled
    if hold.state in ("PINNED", "CONFIRMED"):
        raise HoldPinned
    if hold.state != "HELD" or hold.expire_time <= now:
        raise HoldExpired
    return NewOrder(
        event_id=facts.event_id,
        order_id=ids.new_id(facts.event_id),
        hold_id=hold.hold_id,
        account_id=account_id,
        currency_code=hold.currency_code or facts.currency_code,
        event_name=facts.name,
        expire_time=hold.expire_time,
        lines=[_line(line_no, part) for line_no, part in enumerate(hold.parts, start=1)],
    )


def _line(line_no: int, part: HeldPart) -> Line:
    return Line(
        line_no=line_no,
        kind=LineKind.FACE,
        description=part.label,
        seat_id=part.seat_id,
        pool_id=part.pool_id,
        zone_id=part.zone_id,
        quantity=part.quantity,
        unit_price_minor=part.unit_price.amount_minor,
    )
