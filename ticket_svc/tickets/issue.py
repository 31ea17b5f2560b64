"""Issuing: each place of a paid order becomes one ticket, once, whoever tells of the order and however often.

The order's row in ticket_orders is the claim: whoever inserts it issues, in the same commit as the tickets, the
holder's projection, the mail to send and the facts to publish. Signing happens before the rows are written and costs
no round trip; nothing is drawn here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from mesh import ids
from mesh.clock import Clock
from mesh.database import Connection
from mesh.errors import Unavailable
from mesh.outbox import Fact, Outbox
from ticket_svc.mail import store as mail_store
from ticket_svc.mail.letter import Kind, PlannedMail
from ticket_svc.neighbours import Catalog
from ticket_svc.tickets import messages, store
from ticket_svc.tickets.codes import TicketCodes, code_expire_time
from ticket_svc.tickets.orders import PaidOrder
from ticket_svc.tickets.ticket import Event, State, Ticket


class Issuer:
    """Makes the tickets of paid orders."""

    def __init__(self, codes: TicketCodes, catalog: Catalog, outbox: Outbox, clock: Clock) -> None:
        self._codes = codes
        self._catalog = catalog
        self._outbox = outbox
        self._clock = clock

    async def issue(self, connection: Connection, orders: Sequence[PaidOrder]) -> int:
        """Issues the tickets of orders that have none, in the caller's transaction; returns how many."""
        if not orders:
            return 0
        issue_time = self._clock.now().replace(microsecond=0)
        new = await store.claim_orders(
            connection, [_claim(order) for order in _once(orders)], issue_time
        )
        fresh = [order for order in orders if order.order_id in new and not order.is_refunded]
        events = {
            event_id: await self._event(connection, event_id)
            for event_id in sorted({order.event_id for order in fresh})
        }
        tickets = [
            ticket
            for order in _once(fresh)
            for ticket in self._tickets(order, events[order.event_id], issue_time)
        ]
        if tickets:
            await self._write(connection, tickets, events, issue_time)
        return len(tickets)

    async def _event(self, connection: Connection, event_id: int) -> Event:
        """Returns an event as the catalogue has it, or, while that is away, as it was last seen."""
        known = await store.read_event(connection, event_id)
        try:
            event = await self._catalog.event(event_id)
        except Unavailable:
            if known is None:
                raise
            return known
        if known is None or known.version < event.version:
            await store.write_event(connection, event)
        return event

    def _tickets(self, order: PaidOrder, event: Event, issue_time: datetime) -> list[Ticket]:
        tickets = []
        for line, unit_no in order.units():
            ticket_id = ids.new_id(order.event_id)
            tickets.append(
                Ticket(
                    event_id=order.event_id,
                    ticket_id=ticket_id,
                    order_id=order.order_id,
                    line_no=line.line_no,
                    unit_no=unit_no,
                    account_id=order.account_id,
                    seat_no=line.place.seat_no,
                    pool_no=line.place.pool_no,
                    zone_no=line.place.zone_no,
                    seat_label=line.place.label,
                    state=State.ACTIVE,
                    code=self._codes.sign(ticket_id, event, line.place, issue_time),
                    code_expire_time=code_expire_time(event),
                    issue_time=issue_time,
                    former_ticket_id=None,
                    transfer_id=None,
                    claim_id=None,
                    stop_version=None,
                    stop_time=None,
                    first_gate_id=None,
                    first_scan_id=None,
                    first_scan_time=None,
                    version=1,
                )
            )
        return tickets

    async def _write(
        self,
        connection: Connection,
        tickets: list[Ticket],
        events: dict[int, Event],
        issue_time: datetime,
    ) -> None:
        await store.add_tickets(
            connection, tickets, [events[ticket.event_id].start_time for ticket in tickets]
        )
        firsts = {ticket.order_id: ticket for ticket in tickets}.values()
        await mail_store.plan(
            connection,
            [
                PlannedMail(
                    ticket.event_id,
                    Kind.TICKETS,
                    ids.text("ord", ticket.order_id),
                    ticket.account_id,
                    issue_time,
                )
                for ticket in firsts
            ],
        )
        await self._outbox.add_many(
            connection,
            [
                Fact(
                    messages.issued(ticket, events[ticket.event_id]),
                    ids.event_text(ticket.event_id),
                    ids.text("tkt", ticket.ticket_id),
                    ticket.version,
                    issue_time,
                )
                for ticket in tickets
            ],
        )


def _claim(order: PaidOrder) -> tuple[int, UUID, UUID, str]:
    state = "CLOSED" if order.is_refunded else "ISSUED"
    return order.event_id, order.order_id, order.account_id, state


def _once(orders: Sequence[PaidOrder]) -> list[PaidOrder]:
    """Returns each order once, whatever the feed repeats."""
    return list({order.order_id: order for order in orders}.values())
