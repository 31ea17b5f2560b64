"""RevocationService on the wire."""

from __future__ import annotations

from typing import Any

from mesh import ids
from protos.ticket.v1 import ticket_pb2, ticket_pb2_grpc
from ticket_svc.errors import OrderNotFound, TicketNotFound
from ticket_svc.revocations.revocations import Revocations
from ticket_svc.tickets.messages import ticket_message
from ticket_svc.tickets.ticket import Ticket


class RevocationHandlers(ticket_pb2_grpc.RevocationServiceServicer):
    """Takes tickets back for payment."""

    def __init__(self, revocations: Revocations) -> None:
        self._revocations = revocations

    async def ClaimTickets(
        self, request: ticket_pb2.ClaimTicketsRequest, context: Any
    ) -> ticket_pb2.ClaimTicketsResponse:
        tickets = await self._revocations.claim(
            request.claim_id,
            ids.parse_or(OrderNotFound(), ids.parse, "ord", request.order_id),
            [ids.parse_or(TicketNotFound(), ids.parse, "tkt", text) for text in request.ticket_ids],
            ids.parse_or(TicketNotFound(), ids.parse, "acc", request.account_id)
            if request.account_id
            else None,
        )
        return ticket_pb2.ClaimTicketsResponse(tickets=_without_codes(tickets))

    async def RevokeTickets(
        self, request: ticket_pb2.RevokeTicketsRequest, context: Any
    ) -> ticket_pb2.RevokeTicketsResponse:
        order_id = ids.parse_or(OrderNotFound(), ids.parse, "ord", request.order_id)
        tickets = await self._revocations.revoke(request.claim_id, order_id)
        return ticket_pb2.RevokeTicketsResponse(tickets=_without_codes(tickets))


def _without_codes(tickets: list[Ticket]) -> list[ticket_pb2.Ticket]:
    return [ticket_message(ticket, None, with_code=False) for ticket in tickets]
