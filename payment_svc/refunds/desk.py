"""What the buyer's own calls do about refunds: quote one, ask for one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from mesh import ids
from mesh.clock import Clock
from mesh.errors import Unavailable
from mesh.money import Money
from payment_svc.errors import NothingToRefund, TicketNotActive, TicketNotFound
from payment_svc.neighbours import Catalog, Ticket, Tickets
from payment_svc.orders.changes import OrderChanges
from payment_svc.orders.order import Order
from payment_svc.orders.placing import OrderDesk
from payment_svc.orders.store import LeaseLost, OrderStore
from payment_svc.refunds.driver import RefundDriver
from payment_svc.refunds.refund import (
    derived_refund_id,
    face_value,
    match_lines,
    require_refundable,
    require_refunds_open,
)
from payment_svc.refunds.store import RefundStore
from payment_svc.states import RefundKind, RefundStep

ISSUE_WAIT_SECONDS = 6.0
"""How long a refund waits for tickets that are being issued; they are there within seconds of the payment."""
ISSUE_POLL_SECONDS = 0.2


@dataclass(frozen=True)
class Quote:
    """What a refund would give back."""

    amount: Money
    fee: Money
    ticket_ids: Sequence[UUID]


class RefundDesk:
    """Takes refunds."""

    def __init__(
        self,
        store: RefundStore,
        orders: OrderStore,
        desk: OrderDesk,
        driver: RefundDriver,
        tickets: Tickets,
        catalog: Catalog,
        changes: OrderChanges,
        clock: Clock,
    ) -> None:
        self._store = store
        self._orders = orders
        self._desk = desk
        self._driver = driver
        self._tickets = tickets
        self._catalog = catalog
        self._changes = changes
        self._clock = clock

    async def quote(self, order: Order, ticket_texts: Sequence[str]) -> Quote:
        """Says what a refund of some tickets of the caller would give back; none named means all that can go back."""
        wanted = parse_tickets(ticket_texts)
        require_refundable(order)
        await self._require_open(order)
        chosen = choose(await self._issued_tickets(order), wanted)
        details = await self._orders.details(order)
        face = face_value(match_lines(chosen, details.lines), details.lines)
        left = order.captured_minor - order.refunded_minor
        return Quote(
            amount=Money(min(face, left), order.currency_code),
            fee=Money(0, order.currency_code),
            ticket_ids=[ticket.ticket_id for ticket in chosen],
        )

    async def refund(self, order: Order, ticket_texts: Sequence[str], request_id: str) -> Order:
        """Refunds tickets of the caller; none named means all that can go back. Returns the order as it stands then.

        A request id names the refund: the same one after a crash goes on with it.
        """
        wanted = parse_tickets(ticket_texts)
        refund_id = derived_refund_id(
            order.order_id, f"tickets/{order.account_id}/{request_id or uuid4()}"
        )
        if await self._store.read(refund_id) is None:
            require_refundable(order)
            await self._require_open(order)
            choose(await self._issued_tickets(order), wanted)
        order, lease = await self._desk.claim(order.order_id)
        try:
            require_refundable_unless_begun(order, await self._store.read(refund_id) is not None)
            order, refund = await self._driver.begin(
                order,
                lease,
                kind=RefundKind.TICKETS,
                refund_id=refund_id,
                account_id=order.account_id,
                ticket_ids=wanted,
            )
            if refund.step is RefundStep.REFUSED:
                raise NothingToRefund
        except (Unavailable, LeaseLost):
            begun = await self._store.read(refund_id)
            if begun is None or begun.step in (RefundStep.CLAIM, RefundStep.REFUSED):
                raise Unavailable from None
            # The tickets are taken: the refund will be done, and the order says that it is under way.
        finally:
            await self._orders.release(order, lease, check_after_seconds=0, failure_count=0)
            self._changes.tell(order.order_id)
        return await self._orders.read(order.order_id) or order

    async def _require_open(self, order: Order) -> None:
        facts = await self._catalog.event_facts(order.event_id)
        if not facts.is_cancelled:
            require_refunds_open(facts, self._clock.now())

    async def _issued_tickets(self, order: Order) -> list[Ticket]:
        """Returns the caller's tickets of an order, waiting for them where it was paid a moment ago."""
        try:
            async with asyncio.timeout(ISSUE_WAIT_SECONDS):
                # They are another service's: no event of ours tells when they are there.
                while not (  # noqa: ASYNC110
                    found := await self._tickets.list_of_caller(order.order_id)
                ):
                    await asyncio.sleep(ISSUE_POLL_SECONDS)
        except TimeoutError:
            raise NothingToRefund from None
        return found


def parse_tickets(ticket_texts: Sequence[str]) -> list[UUID]:
    """Reads ticket ids, each once, in their order. Raises TicketNotFound."""
    parsed = [ids.parse_or(TicketNotFound(), ids.parse, "tkt", text) for text in ticket_texts]
    return list(dict.fromkeys(parsed))


def choose(tickets: Sequence[Ticket], wanted: Sequence[UUID]) -> list[Ticket]:
    """Picks the tickets to refund: those wanted, or all that are active.

    Raises:
        TicketNotFound: A wanted ticket is not among the caller's.
        TicketNotActive: A wanted ticket is used, transferred or already on its way back.
        NothingToRefund: None is active.
    """
    known = {ticket.ticket_id: ticket for ticket in tickets}
    if not wanted:
        active = [ticket for ticket in tickets if ticket.state == "ACTIVE"]
        if not active:
            raise NothingToRefund
        return active
    if any(ticket_id not in known for ticket_id in wanted):
        raise TicketNotFound
    for ticket_id in wanted:
        if known[ticket_id].state != "ACTIVE":
            raise TicketNotActive(ids.text("tkt", ticket_id), known[ticket_id].state)
    return [known[ticket_id] for ticket_id in wanted]


def require_refundable_unless_begun(order: Order, begun: bool) -> None:
    """Raises OrderNotRefundable, except for a refund that is already under way."""
    if not begun:
        require_refundable(order)
