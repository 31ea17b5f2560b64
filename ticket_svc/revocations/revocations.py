"""Claims and revocations. The ticket's row decides, before any money moves.

A claim takes tickets out of every other use: from its commit on no gate lets them in and nobody can pass them on. A
revocation makes that final. Both are idempotent for their claim.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from mesh import ids
from mesh.clock import Clock
from mesh.database import Connection, Database
from mesh.outbox import Fact, Outbox
from protos.payment.v1 import events_pb2, order_pb2
from ticket_svc.errors import TicketNotFound, TicketsNotIssued
from ticket_svc.mail import store as mail_store
from ticket_svc.mail.letter import Kind, PlannedMail
from ticket_svc.tickets import messages, store
from ticket_svc.tickets.ticket import CLAIMED, Event, State, Ticket, claimed, revoked
from ticket_svc.transfers import store as transfer_store

AMOUNT_WAIT = timedelta(seconds=15)
"""How long the mail about revoked tickets waits for payment to say how much is given back."""

_BY_FORCE = frozenset({State.ACTIVE, State.USED, State.TRANSFERRING})


class Revocations:
    """Claims and revokes tickets for payment."""

    def __init__(self, database: Database, outbox: Outbox, clock: Clock) -> None:
        self._database = database
        self._outbox = outbox
        self._clock = clock

    async def claim(
        self,
        claim_id: str,
        order_id: UUID,
        ticket_ids: Sequence[UUID],
        account_id: UUID | None,
    ) -> list[Ticket]:
        """Claims tickets of an order, all of them or none. Without an account the event is cancelled.

        Raises TicketNotFound, TicketNotActive, TicketsNotIssued.
        """
        event_id = ids.event_of(order_id)
        now = self._clock.now()
        async with self._database.transaction() as connection:
            if account_id is None:
                # Should its tickets not be issued yet, they never will be.
                await store.close_order(connection, event_id, order_id, now)
            elif not await store.lock_order(connection, event_id, order_id):
                raise TicketsNotIssued
            known = await store.lock_order_tickets(connection, event_id, order_id)
            chosen = _chosen(known, claim_id, ticket_ids, account_id)
            await self._claim(connection, claim_id, chosen, now, by_force=account_id is None)
            return await _read(connection, event_id, chosen)

    async def _claim(
        self,
        connection: Connection,
        claim_id: str,
        chosen: Sequence[Ticket],
        now: datetime,
        *,
        by_force: bool,
    ) -> None:
        open_ones = [ticket for ticket in chosen if not _has_claimed(claim_id, ticket)]
        if not open_ones:
            return
        event_id = open_ones[0].event_id
        offered = [t.ticket_id for t in open_ones if t.state is State.TRANSFERRING]
        if offered:
            await transfer_store.cancel_offers(connection, event_id, offered)
        gate_list = await store.next_gate_list(connection, event_id, now)
        moved = [claimed(ticket, claim_id, gate_list, by_force=by_force) for ticket in open_ones]
        await store.write_tickets(connection, event_id, moved)

    async def revoke(self, claim_id: str, order_id: UUID) -> list[Ticket]:
        """Makes the tickets of a claim REVOKED, and plans the mail that says so; returns all of the claim's."""
        event_id = ids.event_of(order_id)
        async with self._database.transaction() as connection:
            known = await store.lock_order_tickets(connection, event_id, order_id)
            of_claim = [ticket for ticket in known.values() if _has_claimed(claim_id, ticket)]
            moved = [revoked(ticket) for ticket in of_claim if ticket.state is State.REFUNDING]
            if moved:
                await self._revoke(connection, claim_id, order_id, moved)
            reply = await _read(connection, event_id, of_claim)
        Outbox.wake()
        return reply

    async def _revoke(
        self, connection: Connection, claim_id: str, order_id: UUID, moved: list[Ticket]
    ) -> None:
        event_id = ids.event_of(order_id)
        now = self._clock.now()
        await store.write_tickets(connection, event_id, moved)
        await store.remove_from_accounts(connection, moved)
        event = await store.read_event(connection, event_id)
        await self._outbox.add_many(connection, [_fact(ticket, event, now) for ticket in moved])
        _, buyer_id = await store.buyer_of_order(connection, event_id, order_id)
        holders = {ticket.account_id for ticket in moved} | ({buyer_id} if buyer_id else set())
        due_time = now + AMOUNT_WAIT
        facts = {"order_id": ids.text("ord", order_id)}
        await mail_store.plan(
            connection,
            [
                PlannedMail(
                    event_id,
                    Kind.REFUND,
                    claim_id,
                    holder,
                    due_time,
                    facts if holder == buyer_id else {},  # the order is not for others to see
                )
                for holder in sorted(holders)
            ],
        )

    async def tell_of_refund(self, connection: Connection, fact: events_pb2.OrderRefunded) -> None:
        """Plans the mail about a refund, now that its amount is known."""
        refund = fact.refund
        if refund.state != order_pb2.Order.Refund.SUCCEEDED:
            return
        facts = {
            "amount_minor": refund.amount.amount_minor,
            "currency_code": refund.amount.currency_code,
        }
        mail = PlannedMail(
            ids.parse_event(fact.order.event_id),
            Kind.REFUND,
            refund.refund_id,
            ids.parse("acc", fact.account_id),
            self._clock.now(),
            {**facts, "event_name": fact.order.event_name, "order_id": fact.order.order_id},
        )
        await mail_store.plan(connection, [mail])


def _chosen(
    known: dict[UUID, Ticket],
    claim_id: str,
    ticket_ids: Sequence[UUID],
    account_id: UUID | None,
) -> list[Ticket]:
    """Returns the tickets that a claim is for. Raises TicketNotFound for one that is not the account's."""
    held = {
        ticket_id: ticket
        for ticket_id, ticket in known.items()
        if account_id in (None, ticket.account_id)
    }
    if ticket_ids:
        if not set(ticket_ids) <= held.keys():
            raise TicketNotFound
        return [held[ticket_id] for ticket_id in dict.fromkeys(ticket_ids)]
    takes = _BY_FORCE if account_id is None else {State.ACTIVE}
    return [
        ticket
        for ticket in held.values()
        if ticket.state in takes or _has_claimed(claim_id, ticket)
    ]


def _has_claimed(claim_id: str, ticket: Ticket) -> bool:
    return ticket.state in CLAIMED and ticket.claim_id == claim_id


async def _read(connection: Connection, event_id: int, tickets: Sequence[Ticket]) -> list[Ticket]:
    """Returns tickets as they stand now, in the order of the order's lines."""
    now = await store.read_tickets(connection, event_id, [t.ticket_id for t in tickets])
    return sorted(now.values(), key=lambda ticket: (ticket.line_no, ticket.unit_no))


def _fact(ticket: Ticket, event: Event | None, now: datetime) -> Fact:
    return Fact(
        messages.revoked(ticket, event),
        ids.event_text(ticket.event_id),
        ids.text("tkt", ticket.ticket_id),
        ticket.version + 1,
        now,
    )
