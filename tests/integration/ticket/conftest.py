"""The ticket service on a real database; its neighbours answer as told (fakes behind the protocols)."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from mesh import identity, ids
from mesh.clock import ManualClock
from mesh.database import Database, open_database
from mesh.identity import Caller
from mesh.keys import KeyRing
from mesh.outbox import TICKETS_TOPIC, Outbox
from mesh.requests import RequestLog
from protos.ticket.v1 import gate_pb2, ticket_pb2
from tests.unit.ticket.builders import (
    NOW,
    START,
    FakeAccounts,
    FakeCatalog,
    FakeOrders,
    an_event,
    an_order,
)
from ticket_svc.config import MIGRATIONS
from ticket_svc.drawing.drawings import Drawings
from ticket_svc.gate.handlers import GateHandlers
from ticket_svc.gate.turnstile import Turnstile
from ticket_svc.handlers import TicketHandlers
from ticket_svc.revocations.handlers import RevocationHandlers
from ticket_svc.revocations.revocations import Revocations
from ticket_svc.tickets import store
from ticket_svc.tickets.codes import TicketCodes
from ticket_svc.tickets.issue import Issuer
from ticket_svc.tickets.orders import PaidOrder
from ticket_svc.tickets.ticket import Event, Ticket
from ticket_svc.tickets.workers import PaidOrderFeed
from ticket_svc.transfers.transfers import Transfers

OFFER_DAYS = 7


class BoxOffice:
    """One event, and everything that the ticket service does with it."""

    def __init__(self, database: Database, keys: KeyRing) -> None:
        self.database = database
        self.clock = ManualClock(NOW)
        self.catalog, self.orders, self.accounts = FakeCatalog(), FakeOrders(), FakeAccounts()
        self.event = self.catalog.add(an_event())
        self.codes = TicketCodes(keys)
        outbox = Outbox(TICKETS_TOPIC)
        self.issuer = Issuer(self.codes, self.catalog, outbox, self.clock)
        self.feed = PaidOrderFeed(database, self.orders, self.issuer, self.clock)
        self.revocations = Revocations(database, outbox, self.clock)
        self.transfers = Transfers(
            database, self.codes, self.catalog, self.accounts, outbox, self.clock, OFFER_DAYS
        )
        self.drawings = Drawings()
        self.tickets = TicketHandlers(
            database,
            self.orders,
            self.drawings,
            self.transfers,
            RequestLog(database),
            self.clock,
        )
        self.revoking = RevocationHandlers(self.revocations)
        self.turnstile = Turnstile(database, outbox)
        self.gate = self.another_process()

    def another_process(self) -> GateHandlers:
        """A gate service of another process on the same database: it shares no lane with the first."""
        turnstile = Turnstile(self.database, Outbox(TICKETS_TOPIC))
        return GateHandlers(self.database, self.codes, self.catalog, turnstile, self.clock)

    async def warm_up(self, connections: int) -> None:
        """Opens connections, so that transactions of a race truly run beside each other."""
        await asyncio.gather(*[self.value("SELECT pg_sleep(0.05)") for _ in range(connections)])

    def open_doors(self) -> None:
        """Makes it the time at which people come."""
        self.clock.advance((START - self.clock.now()).total_seconds())

    async def issue(self, *orders: PaidOrder) -> int:
        async with self.database.transaction() as connection:
            return await self.issuer.issue(connection, orders)

    async def sell(
        self, *, seats: int = 1, pool_units: int = 0, account_id: UUID | None = None
    ) -> list[Ticket]:
        order = an_order(
            self.event.event_id, seats=seats, pool_units=pool_units, account_id=account_id
        )
        await self.issue(order)
        return await self.of_order(order.order_id)

    async def of_order(self, order_id: UUID) -> list[Ticket]:
        async with self.database.connection() as connection:
            return await store.read_order_tickets(connection, self.event.event_id, order_id)

    async def ticket(self, ticket_id: UUID) -> Ticket:
        async with self.database.connection() as connection:
            known = await store.read_ticket(connection, self.event.event_id, ticket_id)
        assert known is not None
        return known

    async def rows(self, statement: str, *arguments: object) -> list[Any]:
        async with self.database.connection() as connection:
            rows: list[Any] = await connection.fetch(statement, *arguments)
            return rows

    async def value(self, statement: str, *arguments: object) -> Any:
        async with self.database.connection() as connection:
            return await connection.fetchval(statement, *arguments)

    async def scan(
        self, scans: Sequence[gate_pb2.Scan], gate: str = "A", handlers: GateHandlers | None = None
    ) -> list[gate_pb2.ScanResult]:
        request = gate_pb2.ScanTicketsRequest(event_id=self.event_text, gate_id=gate, scans=scans)
        reply = await (handlers or self.gate).ScanTickets(request, None)
        return list(reply.results)

    @property
    def event_text(self) -> str:
        return ids.event_text(self.event.event_id)


def act_as(
    account_id: UUID, *roles: str, gate_for: Sequence[str] = (), request_token: str = ""
) -> None:
    """Makes the rest of the test act as an account, as the identity interceptor would."""
    who = Caller(account_id, frozenset({"buyer", *roles}), frozenset(gate_for), None, request_token)
    identity.set_current(who, {})


def act_as_gate_of(event: Event) -> None:
    """Makes the rest of the test act as somebody at a gate of the event's organiser."""
    act_as(ids.new_account_id(), "gate", gate_for=[ids.text("acc", event.organiser_id)])


def a_device_scan(code: str, scan_id: str, at: datetime = START, **more: Any) -> gate_pb2.Scan:
    scan = gate_pb2.Scan(scan_id=scan_id, code=code, **more)
    scan.scan_time.FromDatetime(at)
    return scan


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def bare_ticket(message: ticket_pb2.Ticket) -> tuple[str, str, bool]:
    """The id and state of a ticket, and whether its code is shown."""
    return message.ticket_id, ticket_pb2.Ticket.State.Name(message.state), bool(message.code)


@pytest.fixture
async def box_office(database: str) -> AsyncIterator[BoxOffice]:
    opened = await open_database(database, [MIGRATIONS])
    office = BoxOffice(opened, await KeyRing.open(opened, "ticket"))
    yield office
    office.drawings.close()
    await opened.close()
