"""Passing a ticket on: offer, accept, take back, expire.

An offered ticket opens no gate. When the offer is accepted the old ticket ends and a new one, with a new code, takes
its place in the same commit, so that at every moment at most one code is good.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from mesh import ids
from mesh.clock import Clock
from mesh.database import Connection, Database
from mesh.outbox import Outbox
from ticket_svc.errors import (
    TicketNotActive,
    TicketNotFound,
    TransferNotFound,
    TransferNotPending,
    TransferToSelf,
)
from ticket_svc.mail import store as mail_store
from ticket_svc.mail.letter import Kind, PlannedMail
from ticket_svc.neighbours import Accounts, Catalog
from ticket_svc.tickets import messages, store
from ticket_svc.tickets.codes import TicketCodes, code_expire_time
from ticket_svc.tickets.ticket import Event, State, Ticket, offered, passed_on, taken_back
from ticket_svc.transfers import store as transfer_store
from ticket_svc.transfers.transfer import Transfer, TransferState

EXPIRY_BATCH_MAX = 100

Recorded = Callable[[Connection, Transfer], Awaitable[None]]
"""Stores the reply in the transaction that made it true."""
RecordedTicket = Callable[[Connection, Ticket, Event], Awaitable[None]]


class Transfers:
    """Offers of tickets."""

    def __init__(
        self,
        database: Database,
        codes: TicketCodes,
        catalog: Catalog,
        accounts: Accounts,
        outbox: Outbox,
        clock: Clock,
        offer_days: int,
    ) -> None:
        self._database = database
        self._codes = codes
        self._catalog = catalog
        self._accounts = accounts
        self._outbox = outbox
        self._clock = clock
        self._offer_life = timedelta(days=offer_days)

    async def offer(
        self, ticket_id: UUID, account_id: UUID, email: str, record: Recorded
    ) -> Transfer:
        """Offers a ticket of an account to that of an address. Raises TicketNotFound, TicketNotActive."""
        event_id = ids.event_of(ticket_id)
        async with self._database.connection() as connection:
            seen = await store.read_ticket(connection, event_id, ticket_id)
        _demand_own_active(seen, account_id)  # before an account is made for a newcomer
        to_account_id = await self._accounts.account_of(email)
        if to_account_id == account_id:
            raise TransferToSelf
        now = self._clock.now()
        transfer = Transfer(
            event_id=event_id,
            transfer_id=ids.new_id(event_id),
            ticket_id=ticket_id,
            from_account_id=account_id,
            to_account_id=to_account_id,
            state=TransferState.PENDING,
            new_ticket_id=None,
            create_time=now,
            expire_time=now + self._offer_life,
        )
        async with self._database.transaction() as connection:
            ticket = _demand_own_active(await _lock(connection, event_id, ticket_id), account_id)
            await transfer_store.add_offer(connection, transfer)
            gate_list = await store.next_gate_list(connection, event_id, now)
            moved = offered(ticket, transfer.transfer_id, gate_list)
            await store.write_tickets(connection, event_id, [moved])
            await mail_store.plan(
                connection, [_mail(transfer, Kind.TRANSFER_OFFER, to_account_id, now)]
            )
            await record(connection, transfer)
        return transfer

    async def accept(
        self, transfer_id: UUID, account_id: UUID, record: RecordedTicket
    ) -> tuple[Ticket, Event]:
        """Gives the ticket to the account that it was offered to. Accepted already: the same ticket again.

        Raises TransferNotFound, TransferNotPending.
        """
        event_id = ids.event_of(transfer_id)
        event = await self._event(event_id)
        now = self._clock.now()
        async with self._database.transaction() as connection:
            transfer = await transfer_store.read_transfer(connection, event_id, transfer_id)
            if transfer is None or transfer.to_account_id != account_id:
                raise TransferNotFound
            await _lock_order(connection, transfer)
            ticket = await _lock(connection, event_id, transfer.ticket_id)
            # Read again: whoever held the lock may have ended the offer.
            transfer = await transfer_store.read_transfer(connection, event_id, transfer_id)
            assert transfer is not None
            if transfer.new_ticket_id is not None:
                known = await store.read_ticket(connection, event_id, transfer.new_ticket_id)
                if known is None or known.account_id != account_id:
                    raise TransferNotFound
                return known, event
            if ticket is None or transfer.state_at(now) is not TransferState.PENDING:
                raise TransferNotPending(transfer_id, transfer.state_at(now))
            new = await self._hand_over(connection, transfer, ticket, event, now)
            await record(connection, new, event)
        Outbox.wake()
        return new, event

    async def _hand_over(
        self,
        connection: Connection,
        transfer: Transfer,
        ticket: Ticket,
        event: Event,
        now: datetime,
    ) -> Ticket:
        new = self._successor(ticket, transfer.to_account_id, event, now)
        if not await transfer_store.end_offer(
            connection, transfer, TransferState.ACCEPTED, new.ticket_id
        ):
            raise TransferNotPending(transfer.transfer_id, TransferState.CANCELLED)
        await store.write_tickets(connection, ticket.event_id, [passed_on(ticket)])
        await store.remove_from_accounts(connection, [ticket])
        await store.add_tickets(connection, [new], [event.start_time])
        await mail_store.plan(
            connection,
            [
                _mail(transfer, Kind.TRANSFER_DONE, transfer.from_account_id, now),
                PlannedMail(
                    new.event_id,
                    Kind.TICKETS,
                    ids.text("tkt", new.ticket_id),
                    new.account_id,
                    now,
                ),
            ],
        )
        await self._outbox.add(
            connection,
            messages.transferred(new, event),
            key=ids.event_text(new.event_id),
            aggregate_id=ids.text("tkt", new.ticket_id),
            version=new.version,
            occurred_time=now,
        )
        return new

    def _successor(self, ticket: Ticket, account_id: UUID, event: Event, now: datetime) -> Ticket:
        ticket_id = ids.new_id(ticket.event_id)
        issue_time = now.replace(microsecond=0)
        return replace(
            ticket,
            ticket_id=ticket_id,
            account_id=account_id,
            state=State.ACTIVE,
            code=self._codes.sign(ticket_id, event, ticket.place, issue_time),
            code_expire_time=code_expire_time(event),
            issue_time=issue_time,
            former_ticket_id=ticket.ticket_id,
            transfer_id=None,
            stop_version=None,
            stop_time=None,
            first_gate_id=None,
            first_scan_id=None,
            first_scan_time=None,
            version=1,
        )

    async def cancel(self, transfer_id: UUID, account_id: UUID, record: Recorded) -> Transfer:
        """Takes an offer of an account back. Taken back already: success. Raises TransferNotPending."""
        event_id = ids.event_of(transfer_id)
        async with self._database.transaction() as connection:
            transfer = await transfer_store.read_transfer(connection, event_id, transfer_id)
            if transfer is None or transfer.from_account_id != account_id:
                raise TransferNotFound
            if transfer.state is not TransferState.CANCELLED:
                await self._end(connection, transfer, TransferState.CANCELLED)
            cancelled = replace(transfer, state=TransferState.CANCELLED)
            await record(connection, cancelled)
        return cancelled

    async def expire(self) -> bool:
        """Ends offers whose time is over; True when there may be more."""
        async with self._database.connection() as connection:
            due = await transfer_store.read_due(connection, self._clock.now(), EXPIRY_BATCH_MAX)
        for transfer in due:
            async with self._database.transaction() as connection:
                try:
                    await self._end(connection, transfer, TransferState.EXPIRED)
                except TransferNotPending:
                    continue  # accepted or taken back at the last moment
        return len(due) == EXPIRY_BATCH_MAX

    async def _end(self, connection: Connection, transfer: Transfer, state: TransferState) -> None:
        """Ends an offer without a new holder."""
        ticket = await _lock(connection, transfer.event_id, transfer.ticket_id)
        if not await transfer_store.end_offer(connection, transfer, state):
            now = await transfer_store.read_transfer(
                connection, transfer.event_id, transfer.transfer_id
            )
            raise TransferNotPending(transfer.transfer_id, now.state if now else transfer.state)
        if ticket is not None and ticket.transfer_id == transfer.transfer_id:
            # It leaves the gate list, which is a change of the list too.
            await store.next_gate_list(connection, transfer.event_id, self._clock.now())
            await store.write_tickets(connection, transfer.event_id, [taken_back(ticket)])

    async def _event(self, event_id: int) -> Event:
        async with self._database.connection() as connection:
            known = await store.read_event(connection, event_id)
        return known or await self._catalog.event(event_id)


def _demand_own_active(ticket: Ticket | None, account_id: UUID) -> Ticket:
    if ticket is None or ticket.account_id != account_id:
        raise TicketNotFound
    if ticket.state is not State.ACTIVE:
        raise TicketNotActive(ticket.ticket_id, ticket.state)
    return ticket


async def _lock_order(connection: Connection, transfer: Transfer) -> None:
    """Locks the order of an offered ticket, so that whoever takes all its tickets back sees the one that is made here.

    A claim that only waited for the old ticket's row would read the order's tickets as they were before the wait.
    """
    seen = await store.read_ticket(connection, transfer.event_id, transfer.ticket_id)
    if seen is not None:
        await store.lock_order(connection, transfer.event_id, seen.order_id)


async def _lock(connection: Connection, event_id: int, ticket_id: UUID) -> Ticket | None:
    return (await store.lock_tickets(connection, event_id, [ticket_id])).get(ticket_id)


def _mail(transfer: Transfer, kind: Kind, account_id: UUID, now: datetime) -> PlannedMail:
    return PlannedMail(
        transfer.event_id,
        kind,
        ids.text("trf", transfer.transfer_id),
        account_id,
        now,
        {
            "ticket_id": ids.text("tkt", transfer.ticket_id),
            "transfer_id": ids.text("trf", transfer.transfer_id),
            "expire_time": transfer.expire_time.isoformat(),
        },
    )
