"""What a refund is, and the rules of what may be given back."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from mesh import ids
from payment_svc.errors import OrderNotRefundable, RefundClosed, TicketNotFound
from payment_svc.neighbours import EventFacts, ReturnedParts, Ticket
from payment_svc.orders.order import Line, Order
from payment_svc.states import REFUNDABLE, RefundKind, RefundState, RefundStep

KEY_LIFE_SECONDS = 23 * 3_600
"""Stripe forgets a key after 24 hours; an older one would not keep a retry from doing it twice."""


@dataclass(frozen=True)
class Refund:
    """Money on its way back for an order."""

    event_id: int
    refund_id: UUID
    order_id: UUID
    kind: RefundKind
    step: RefundStep
    state: RefundState
    account_id: UUID | None
    asked_ticket_ids: Sequence[UUID]
    amount_minor: int
    payout_id: str | None
    attempt: int
    attempt_time: datetime | None
    failure_count: int

    @property
    def text(self) -> str:
        """Its id as text."""
        return ids.text("rfd", self.refund_id)

    @property
    def is_under_way(self) -> bool:
        """True while there is a step to do."""
        return self.step in _STEPS_LEFT

    def key(self) -> str:
        """Returns the idempotency key of the current attempt."""
        return f"{self.text}-refund-{self.attempt}"

    def is_key_too_old(self, now: datetime) -> bool:
        """Tells whether the processor may have forgotten the key."""
        return (
            self.attempt_time is not None
            and (now - self.attempt_time).total_seconds() > KEY_LIFE_SECONDS
        )


_STEPS_LEFT = {RefundStep.CLAIM, RefundStep.REVOKE, RefundStep.PAY, RefundStep.RETURN}


@dataclass(frozen=True)
class RefundTicket:
    """A ticket that goes back, and the line that it was sold on."""

    ticket_id: UUID
    line_no: int
    seat_id: str
    pool_id: str


def derived_refund_id(order_id: UUID, purpose: str) -> UUID:
    """Returns the one refund id of an order for a purpose: asking again finds the first, whatever crashed between."""
    digest = hashlib.sha256(order_id.bytes + purpose.encode()).digest()
    return UUID(int=ids.event_of(order_id) << 64 | int.from_bytes(digest[:8], "big"))


def require_refundable(order: Order) -> None:
    """Raises OrderNotRefundable unless an order has something to give back."""
    if order.state not in REFUNDABLE:
        raise OrderNotRefundable(order.state.value)


def require_refunds_open(facts: EventFacts, now: datetime) -> None:
    """Raises RefundClosed once the event has started."""
    if now >= facts.start_time:
        raise RefundClosed(facts.start_time)


def match_lines(tickets: Sequence[Ticket], lines: Sequence[Line]) -> list[RefundTicket]:
    """Finds the line that each ticket was sold on. Raises TicketNotFound for a ticket of no line."""
    by_seat = {line.seat_id: line for line in lines if line.seat_id}
    by_pool = {line.pool_id: line for line in lines if line.pool_id}
    matched = []
    for ticket in tickets:
        line = by_seat.get(ticket.seat_id) if ticket.seat_id else by_pool.get(ticket.pool_id)
        if line is None:
            raise TicketNotFound
        matched.append(RefundTicket(ticket.ticket_id, line.line_no, ticket.seat_id, ticket.pool_id))
    return matched


def face_value(tickets: Sequence[RefundTicket], lines: Sequence[Line]) -> int:
    """Returns what tickets were sold for."""
    prices = {line.line_no: line.unit_price_minor for line in lines}
    return sum(prices[ticket.line_no] for ticket in tickets)


def amount_of(
    kind: RefundKind, order: Order, tickets: Sequence[RefundTicket], lines: Sequence[Line]
) -> int:
    """Returns how much goes back: the face of tickets, or all that is left when nothing takes place."""
    left = order.captured_minor - order.refunded_minor
    return min(left, face_value(tickets, lines)) if kind is RefundKind.TICKETS else left


def parts_of_tickets(tickets: Sequence[RefundTicket]) -> ReturnedParts:
    """Returns the seats and places of tickets."""
    return ReturnedParts(
        [ticket.seat_id for ticket in tickets if ticket.seat_id],
        Counter(ticket.pool_id for ticket in tickets if ticket.pool_id),
    )


def parts_left(lines: Sequence[Line], returned: Mapping[int, int]) -> ReturnedParts:
    """Returns the seats and places of lines that were not returned before, by how many of each line were."""
    left = {line: line.quantity - returned.get(line.line_no, 0) for line in lines}
    return ReturnedParts(
        [line.seat_id for line, quantity in left.items() if line.seat_id and quantity],
        {line.pool_id: quantity for line, quantity in left.items() if line.pool_id and quantity},
    )
