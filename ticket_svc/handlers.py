"""TicketService, KeyService and RevocationService on the wire; GateService is in gate/handlers.py."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from google.api import httpbody_pb2
from google.protobuf.message import Message

from mesh import identity, ids, pages, timestamps
from mesh.clock import Clock
from mesh.database import Connection, Database
from mesh.requests import RequestLog
from protos.accounts.v1 import accounts_pb2
from protos.ticket.v1 import ticket_pb2, ticket_pb2_grpc
from ticket_svc.drawing.drawings import PDF_TYPE, PNG_TYPE, SVG_TYPE, Drawings
from ticket_svc.errors import OrderNotFound, TicketNotActive, TicketNotFound, TransferNotFound
from ticket_svc.neighbours import Orders
from ticket_svc.revocations.revocations import Revocations
from ticket_svc.tickets import store
from ticket_svc.tickets.codes import TicketCodes
from ticket_svc.tickets.messages import ticket_message
from ticket_svc.tickets.ticket import Event, Ticket
from ticket_svc.transfers import store as transfer_store
from ticket_svc.transfers.transfer import Transfer
from ticket_svc.transfers.transfers import Transfers

STILL_NEXT = timedelta(hours=12)
"""How long after its start an event still counts as the next one in "my tickets"."""

_NO_UUID = UUID(int=0)


class TicketHandlers(ticket_pb2_grpc.TicketServiceServicer):
    """Shows tickets to their holders, and passes them on."""

    def __init__(
        self,
        database: Database,
        orders: Orders,
        drawings: Drawings,
        transfers: Transfers,
        requests: RequestLog,
        clock: Clock,
    ) -> None:
        self._database = database
        self._orders = orders
        self._drawings = drawings
        self._transfers = transfers
        self._requests = requests
        self._clock = clock

    async def locate(self, method: str, request: Message) -> None:
        """Refuses what is not the caller's, before anything is said of the body."""
        match request:
            case ticket_pb2.ListOrderTicketsRequest():
                await self._own_order(request.order_id)
            case ticket_pb2.AcceptTransferRequest() | ticket_pb2.CancelTransferRequest():
                await self._demand_party_to(request.transfer_id)
            case ticket_pb2.ListTicketsRequest():
                pass
            case _:
                await self._own_ticket(request.ticket_id)  # type: ignore[attr-defined]

    async def _own_ticket(self, ticket_text: str) -> tuple[Ticket, Event | None]:
        ticket_id = ids.parse_or(TicketNotFound(), ids.parse, "tkt", ticket_text)
        event_id = ids.event_of(ticket_id)
        async with self._database.connection() as connection:
            ticket = await store.read_ticket(connection, event_id, ticket_id)
            if ticket is None or ticket.account_id != identity.account():
                raise TicketNotFound
            return ticket, await store.read_event(connection, event_id)

    async def _own_order(self, order_text: str) -> UUID:
        """Returns the id of an order of the caller; payment knows those that have no tickets yet."""
        order_id = ids.parse_or(OrderNotFound(), ids.parse, "ord", order_text)
        async with self._database.connection() as connection:
            _, buyer_id = await store.buyer_of_order(connection, ids.event_of(order_id), order_id)
        if buyer_id is None:
            await self._orders.demand_own(order_id)
        elif buyer_id != identity.account():
            raise OrderNotFound
        return order_id

    async def _demand_party_to(self, transfer_text: str) -> None:
        transfer_id = _transfer_id(transfer_text)
        async with self._database.connection() as connection:
            transfer = await transfer_store.read_transfer(
                connection, ids.event_of(transfer_id), transfer_id
            )
        parties = {transfer.from_account_id, transfer.to_account_id} if transfer else set()
        if identity.account() not in parties:
            raise TransferNotFound

    async def GetTicket(
        self, request: ticket_pb2.GetTicketRequest, context: Any
    ) -> ticket_pb2.Ticket:
        ticket, event = await self._own_ticket(request.ticket_id)
        return ticket_message(ticket, event)

    async def ListOrderTickets(
        self, request: ticket_pb2.ListOrderTicketsRequest, context: Any
    ) -> ticket_pb2.ListOrderTicketsResponse:
        order_id = await self._own_order(request.order_id)
        event_id = ids.event_of(order_id)
        async with self._database.connection() as connection:
            tickets = await store.read_order_tickets(connection, event_id, order_id)
            event = await store.read_event(connection, event_id)
        own = [ticket for ticket in tickets if ticket.account_id == identity.account()]
        return ticket_pb2.ListOrderTicketsResponse(
            tickets=[ticket_message(ticket, event) for ticket in own]
        )

    async def ListTickets(
        self, request: ticket_pb2.ListTicketsRequest, context: Any
    ) -> ticket_pb2.ListTicketsResponse:
        query, now = pages.query_hash(request), self._clock.now()
        cursor = pages.decode_page(request.page_token, query, now)
        as_of, after = _account_cursor(cursor, now - STILL_NEXT)
        page_size = pages.page_size(request.page_size)
        async with self._database.connection() as connection:
            held = await store.read_account_page(
                connection, identity.account(), as_of, after, page_size + 1
            )
            page = held[:page_size]
            tickets = await _read_all(connection, [(event_id, tkt) for tkt, event_id, *_ in page])
            events = await store.read_events(connection, [event_id for _, event_id, *_ in page])
        token = ""
        if len(held) > page_size:
            ticket_id, _, is_past, distance = page[-1]
            token = pages.encode_page(
                [as_of.isoformat(), is_past, distance, str(ticket_id)], query, now
            )
        return ticket_pb2.ListTicketsResponse(
            tickets=[
                ticket_message(tickets[ticket_id], events.get(event_id))
                for ticket_id, event_id, *_ in page
                if ticket_id in tickets
            ],
            next_page_token=token,
        )

    async def RenderTicket(
        self, request: ticket_pb2.RenderTicketRequest, context: Any
    ) -> httpbody_pb2.HttpBody:
        ticket, event = await self._own_ticket(request.ticket_id)
        if not ticket.shows_code or event is None:
            raise TicketNotActive(ticket.ticket_id, ticket.state)
        match request.format:
            case ticket_pb2.RenderTicketRequest.PNG:
                content_type, drawing = PNG_TYPE, await self._drawings.png(ticket)
            case ticket_pb2.RenderTicketRequest.PDF:
                content_type, drawing = PDF_TYPE, await self._drawings.pdf([ticket], event)
            case _:
                content_type, drawing = SVG_TYPE, await self._drawings.svg(ticket)
        return httpbody_pb2.HttpBody(content_type=content_type, data=drawing)

    async def TransferTicket(
        self, request: ticket_pb2.TransferTicketRequest, context: Any
    ) -> ticket_pb2.Transfer:
        ticket_id = ids.parse_or(TicketNotFound(), ids.parse, "tkt", request.ticket_id)
        account_id = identity.account()

        async def record(connection: Connection, transfer: Transfer) -> None:
            await self._requests.record(
                connection, "TransferTicket", request, _transfer_message(transfer)
            )

        async def run() -> ticket_pb2.Transfer:
            return _transfer_message(
                await self._transfers.offer(ticket_id, account_id, request.email, record)
            )

        return await self._requests.once("TransferTicket", request, ticket_pb2.Transfer, run)

    async def AcceptTransfer(
        self, request: ticket_pb2.AcceptTransferRequest, context: Any
    ) -> ticket_pb2.Ticket:
        transfer_id = _transfer_id(request.transfer_id)
        account_id = identity.account()

        async def record(connection: Connection, ticket: Ticket, event: Event) -> None:
            await self._requests.record(
                connection, "AcceptTransfer", request, ticket_message(ticket, event)
            )

        async def run() -> ticket_pb2.Ticket:
            return ticket_message(*await self._transfers.accept(transfer_id, account_id, record))

        return await self._requests.once("AcceptTransfer", request, ticket_pb2.Ticket, run)

    async def CancelTransfer(
        self, request: ticket_pb2.CancelTransferRequest, context: Any
    ) -> ticket_pb2.Transfer:
        transfer_id = _transfer_id(request.transfer_id)
        account_id = identity.account()

        async def record(connection: Connection, transfer: Transfer) -> None:
            await self._requests.record(
                connection, "CancelTransfer", request, _transfer_message(transfer)
            )

        async def run() -> ticket_pb2.Transfer:
            return _transfer_message(await self._transfers.cancel(transfer_id, account_id, record))

        return await self._requests.once("CancelTransfer", request, ticket_pb2.Transfer, run)


class KeyHandlers(ticket_pb2_grpc.KeyServiceServicer):
    """Publishes the keys of ticket codes."""

    def __init__(self, codes: TicketCodes) -> None:
        self._codes = codes

    async def GetJWKS(self, request: ticket_pb2.GetJWKSRequest, context: Any) -> accounts_pb2.JWKS:
        return self._codes.jwks()


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


def _transfer_id(text: str) -> UUID:
    return ids.parse_or(TransferNotFound(), ids.parse, "trf", text)


def _transfer_message(transfer: Transfer) -> ticket_pb2.Transfer:
    return ticket_pb2.Transfer(
        transfer_id=ids.text("trf", transfer.transfer_id),
        ticket_id=ids.text("tkt", transfer.ticket_id),
        state=str(transfer.state),
        expire_time=timestamps.to_proto(transfer.expire_time),
    )


def _account_cursor(
    cursor: list[Any] | None, as_of: datetime
) -> tuple[datetime, tuple[bool, int, UUID]]:
    if cursor is None:
        return as_of, (False, -1, _NO_UUID)
    try:
        moment, is_past, distance, ticket_id = cursor
        return datetime.fromisoformat(moment), (bool(is_past), int(distance), UUID(ticket_id))
    except (ValueError, TypeError, AttributeError):
        raise pages.PageTokenInvalid("pageToken", "is not a page token") from None


async def _read_all(connection: Connection, held: list[tuple[int, UUID]]) -> dict[UUID, Ticket]:
    """Returns tickets of several events, each event's in one statement."""
    by_event: dict[int, list[UUID]] = {}
    for event_id, ticket_id in held:
        by_event.setdefault(event_id, []).append(ticket_id)
    tickets: dict[UUID, Ticket] = {}
    for event_id, ticket_ids in by_event.items():
        tickets |= await store.read_tickets(connection, event_id, ticket_ids)
    return tickets
