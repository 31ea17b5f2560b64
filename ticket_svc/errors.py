"""What the ticket service refuses, and with which facts."""

from uuid import UUID

from mesh import ids
from mesh.errors import Conflict, InvalidArgument, NotFound, Unavailable


class TicketNotFound(NotFound):
    """There is no such ticket, or it is not yours."""

    reason = "TICKET_NOT_FOUND"


class OrderNotFound(NotFound):
    """There is no such order, or it is not yours."""

    reason = "ORDER_NOT_FOUND"


class EventNotFound(NotFound):
    """There is no such event, or its gates are not yours."""

    reason = "EVENT_NOT_FOUND"


class TransferNotFound(NotFound):
    """There is no such offer, or it was not made to you or by you."""

    reason = "TRANSFER_NOT_FOUND"


class TicketNotActive(Conflict):
    """The ticket is used, offered, refunded or stopped."""

    reason = "TICKET_NOT_ACTIVE"

    def __init__(self, ticket_id: UUID, state: str) -> None:
        super().__init__(ticketId=ids.text("tkt", ticket_id), state=state)


class TransferNotPending(Conflict):
    """The offer has ended."""

    reason = "TRANSFER_NOT_PENDING"

    def __init__(self, transfer_id: UUID, state: str) -> None:
        super().__init__(transferId=ids.text("trf", transfer_id), state=state)


class TransferToSelf(InvalidArgument):
    """The address is your own."""

    def __init__(self) -> None:
        super().__init__("email", "is your own address")


class TicketsNotIssued(Unavailable):
    """The order's tickets are being made; try again in a moment."""

    reason = "TICKETS_NOT_ISSUED"


class TicketChanged(Unavailable):
    """Somebody else changed the ticket at the same moment; try again."""

    reason = "TICKET_CHANGED"


class GateBusy(Unavailable):
    """More scans wait than can be decided soon; try again."""

    reason = "GATE_BUSY"
