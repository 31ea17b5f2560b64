"""What payment refuses, and with which facts."""

from __future__ import annotations

from datetime import datetime

from mesh.errors import Conflict, InvalidArgument, NotFound
from mesh.timestamps import to_proto


class OrderNotFound(NotFound):
    """There is no such order, or it is not the caller's."""

    reason = "ORDER_NOT_FOUND"


class HoldNotFound(NotFound):
    """There is no such hold, or it is not the caller's."""

    reason = "HOLD_NOT_FOUND"


class EventNotFound(NotFound):
    """There is no such event, or it is not the caller's."""

    reason = "EVENT_NOT_FOUND"


class TicketNotFound(NotFound):
    """There is no such ticket in the order, or the caller does not hold it."""

    reason = "TICKET_NOT_FOUND"


class HoldExpired(Conflict):
    """The hold has ended; hold the seats again."""

    reason = "HOLD_EXPIRED"


class HoldPinned(Conflict):
    """The hold is being sold, or is sold, by an order."""

    reason = "HOLD_PINNED"


class EventCancelled(Conflict):
    """The event is cancelled."""

    reason = "EVENT_CANCELLED"


class OrderNotCancellable(Conflict):
    """The order is paid, or its payment is being made final."""

    reason = "ORDER_NOT_CANCELLABLE"

    def __init__(self, state: str) -> None:
        super().__init__(state=state)


class OrderNotRefundable(Conflict):
    """There is nothing to give back for an order in this state."""

    reason = "ORDER_NOT_REFUNDABLE"

    def __init__(self, state: str) -> None:
        super().__init__(state=state)


class RefundClosed(Conflict):
    """Refunds have closed: the event has started."""

    reason = "REFUND_CLOSED"

    def __init__(self, start_time: datetime) -> None:
        super().__init__(startTime=to_proto(start_time).ToJsonString())


class NothingToRefund(Conflict):
    """No ticket of the order can be refunded."""

    reason = "NOTHING_TO_REFUND"


class TicketNotActive(Conflict):
    """A ticket is used, transferred, or already on its way back."""

    reason = "TICKET_NOT_ACTIVE"

    def __init__(self, ticket_id: str, state: str) -> None:
        super().__init__(ticketId=ticket_id, state=state)


class PaymentRefused(Conflict):
    """The payment processor refused the order for good; the code is its own."""

    reason = "PAYMENT_REFUSED"

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message, processorCode=code)


class SignatureInvalid(InvalidArgument):
    """The webhook's signature is missing, wrong or too old."""

    reason = "SIGNATURE_INVALID"
