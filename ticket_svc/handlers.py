"""TicketService and KeyService on the wire; those of gates and of payment are in gate/ and revocations/."""

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
            case (
                ticket_pb2.GetTransferRequest()
                | ticket_pb2.AcceptTransferRequest()
                | ticket_pb2.CancelTransferRequest()
            ):
                await self._own_transfer(request.transfer_id)
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

    async def _own_transfer(self, transfer_text: str) -> Transfer:
        """Returns an offer made to the caller or by the caller."""
        transfer_id = _transfer_id(transfer_text)
        async with self._database.connection() as connection:
            transfer = await transfer_store.read_transfer(
                connection, ids.event_of(transfer_id), transfer_id
            )
        if transfer is None or not transfer.is_between(identity.account()):
            raise TransferNotFound
        return transfer

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

    async def GetTransfer(
        self, request: ticket_pb2.GetTransferRequest, context: Any
    ) -> ticket_pb2.Transfer:
        return await self._described(await self._own_transfer(request.transfer_id))

    async def _described(self, transfer: Transfer) -> ticket_pb2.Transfer:
        async with self._database.connection() as connection:
            return await _transfer_message(connection, transfer, self._clock.now())

    async def TransferTicket(
        self, request: ticket_pb2.TransferTicketRequest, context: Any
    ) -> ticket_pb2.Transfer:
        ticket_id = ids.parse_or(TicketNotFound(), ids.parse, "tkt", request.ticket_id)
        account_id = identity.account()

        async def record(connection: Connection, transfer: Transfer) -> None:
            reply = await _transfer_message(connection, transfer, self._clock.now())
            await self._requests.record(connection, "TransferTicket", request, reply)

        async def run() -> ticket_pb2.Transfer:
            return await self._described(
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
            reply = await _transfer_message(connection, transfer, self._clock.now())
            await self._requests.record(connection, "CancelTransfer", request, reply)

        async def run() -> ticket_pb2.Transfer:
            return await self._described(
                await self._transfers.cancel(transfer_id, account_id, record)
            )

        return await self._requests.once("CancelTransfer", request, ticket_pb2.Transfer, run)


class KeyHandlers(ticket_pb2_grpc.KeyServiceServicer):
    """Publishes the keys of ticket codes."""

    def __init__(self, codes: TicketCodes) -> None:
        self._codes = codes

    async def GetJWKS(self, request: ticket_pb2.GetJWKSRequest, context: Any) -> accounts_pb2.JWKS:
        return self._codes.jwks()


def _transfer_id(text: str) -> UUID:
    return ids.parse_or(TransferNotFound(), ids.parse, "trf", text)


async def _transfer_message(
    connection: Connection, transfer: Transfer, now: datetime
) -> ticket_pb2.Transfer:
    """Returns an offer with what it offers, as the caller sees it."""
    ticket = await store.read_ticket(connection, transfer.event_id, transfer.ticket_id)
    event = await store.read_event(connection, transfer.event_id)
    message = ticket_pb2.Transfer(
        transfer_id=ids.text("trf", transfer.transfer_id),
        ticket_id=ids.text("tkt", transfer.ticket_id),
        state=str(transfer.state_at(now)),
        expire_time=timestamps.to_proto(transfer.expire_time),
        incoming=transfer.to_account_id == identity.account(),
        event_id=ids.event_text(transfer.event_id),
        seat_label=ticket.seat_label if ticket else "",
    )
    if event is not None:
        message.event_name = event.name
        message.venue_name = event.venue_name
        message.city = event.city
        message.time_zone = event.time_zone
        message.start_time.CopyFrom(timestamps.to_proto(event.start_time))
    return message


def _account_cursor(
    cursor: list[Any] | None, as_of: datetime
) -> tuple[datetime, tuple[bool, int, UUID]]:
    if cursor is None:
        return as_of, (False, -1, _NO_UUID)
    try:
        moment, is_past, distance, ticket_id = cursor
        after = bool(is_past), pages.read_number(distance), UUID(ticket_id)
        return pages.read_time(moment), after
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
