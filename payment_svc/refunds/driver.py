"""Drives refunds: claim the tickets → revoke them → give the money back → return the seats.

Every step is on record before the next begins, and every step is safe to do again, so that a refund cut off anywhere
goes on where it was. A seat is never returned before its ticket is revoked, and the money moves once.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from mesh import telemetry
from mesh.clock import Clock
from mesh.errors import OnsaleError, Unavailable
from payment_svc.errors import NothingToRefund
from payment_svc.neighbours import Inventory, ReturnedParts, Tickets, is_definite
from payment_svc.orders.order import Order
from payment_svc.orders.store import LeaseLost, OrderStore
from payment_svc.processor import (
    Payout,
    PayoutStatus,
    Processor,
    ProcessorFaulted,
    ProcessorRefused,
)
from payment_svc.refunds.refund import (
    Refund,
    amount_of,
    derived_refund_id,
    match_lines,
    parts_left,
    parts_of_tickets,
)
from payment_svc.refunds.store import RefundStore
from payment_svc.states import RefundKind, RefundState, RefundStep

CHECK_SECONDS_MIN = 1.0
CHECK_SECONDS_MAX = 15.0
PENDING_CHECK_SECONDS = 20.0


@dataclass
class _Run:
    order: Order
    lease: UUID
    refund: Refund


class RefundDriver:
    """Moves refunds towards done."""

    def __init__(
        self,
        store: RefundStore,
        orders: OrderStore,
        processor: Processor,
        tickets: Tickets,
        inventory: Inventory,
        clock: Clock,
    ) -> None:
        self._store = store
        self._orders = orders
        self._processor = processor
        self._tickets = tickets
        self._inventory = inventory
        self._clock = clock
        self._steps: dict[RefundStep, Callable[[_Run], Awaitable[None]]] = {
            RefundStep.CLAIM: self._claim,
            RefundStep.REVOKE: self._revoke,
            RefundStep.PAY: self._pay,
            RefundStep.RETURN: self._return,
        }

    async def begin(
        self,
        order: Order,
        lease: UUID,
        *,
        kind: RefundKind,
        refund_id: UUID,
        account_id: UUID | None = None,
        ticket_ids: Sequence[UUID] = (),
    ) -> tuple[Order, Refund]:
        """Begins a refund, or goes on with the one of that id, under the order's lease. Raises what refused it."""
        is_unsold = kind is RefundKind.UNSOLD
        refund = await self._store.begin(
            Refund(
                event_id=order.event_id,
                refund_id=refund_id,
                order_id=order.order_id,
                kind=kind,
                step=RefundStep.PAY if is_unsold else RefundStep.CLAIM,
                state=RefundState.PENDING,
                account_id=account_id,
                asked_ticket_ids=tuple(ticket_ids),
                amount_minor=order.captured_minor - order.refunded_minor if is_unsold else 0,
                payout_id=None,
                attempt=1,
                attempt_time=None,
                failure_count=0,
            )
        )
        return await self.drive(order, lease, refund)

    async def give_back_unsold(self, order: Order, lease: UUID) -> Order:
        """Refunds all of an order that was captured and sold nothing, under its lease."""
        refund_id = derived_refund_id(order.order_id, "unsold")
        order, refund = await self.begin(order, lease, kind=RefundKind.UNSOLD, refund_id=refund_id)
        if refund.state is RefundState.FAILED:
            raise Unavailable("the refund of an unsold order failed; a person must look at it")
        return order

    async def resume(self, refund_id: UUID) -> bool:
        """Goes on with a refund. Returns False while another driver has its order."""
        refund = await self._store.read(refund_id)
        if refund is None:
            return True
        if not refund.is_under_way:
            await self.settle(refund)
            return True
        if refund.kind is RefundKind.UNSOLD:
            return True  # its order is still open: the checkout goes on with both
        claimed = await self._orders.claim(refund.order_id)
        if claimed is None:
            return False
        order, lease = claimed
        try:
            await self.drive(order, lease, refund)
        finally:
            await self._orders.release(order, lease, check_after_seconds=0, failure_count=0)
        return True

    async def settle(self, refund: Refund) -> None:
        """Asks the processor how a refund ended whose money was on its way."""
        if refund.payout_id is None:
            return
        payout = await self._processor.get_payout(refund.payout_id)
        if payout.status is PayoutStatus.PENDING:
            await self._store.check_later(refund, PENDING_CHECK_SECONDS, 0)
        elif await self._store.settle(refund, payout.status) and (
            payout.status is PayoutStatus.FAILED
        ):
            telemetry.ERRORS.labels("refund").inc()
            telemetry.log.error("refund failed; a person must look at it", refund=refund.text)

    async def drive(self, order: Order, lease: UUID, refund: Refund) -> tuple[Order, Refund]:
        """Drives a refund as far as it goes now, under its order's lease."""
        run = _Run(order, lease, refund)
        try:
            while run.refund.is_under_way:
                await self._store.renew(run.order, run.lease)
                await self._steps[run.refund.step](run)
        except (OnsaleError, TimeoutError, LeaseLost):
            failures = run.refund.failure_count + 1
            wait_seconds = min(CHECK_SECONDS_MAX, CHECK_SECONDS_MIN * 2 ** min(failures - 1, 8))
            await self._store.check_later(run.refund, wait_seconds, failures)
            raise
        return run.order, run.refund

    async def _claim(self, run: _Run) -> None:
        refund = run.refund
        if refund.kind is RefundKind.EVENT_CANCELLED and await self._store.is_another_under_way(
            refund.order_id, refund.refund_id
        ):
            # Begun by the buyer after this one, which was held up: what it gives back is not left to give here.
            raise Unavailable("another refund of the order ends first")
        details = await self._orders.details(run.order)
        try:
            found = await self._tickets.claim(
                refund.refund_id, refund.order_id, refund.asked_ticket_ids, refund.account_id
            )
            if not found and refund.kind is RefundKind.TICKETS:
                raise NothingToRefund
            tickets = match_lines(found, details.lines)
        except OnsaleError as error:
            if is_definite(error) or isinstance(error, NothingToRefund):
                await self._store.refuse(refund, error.reason)
            raise
        amount_minor = amount_of(refund.kind, run.order, tickets, details.lines)
        await self._store.claimed(refund, tickets, amount_minor)
        run.refund = replace(refund, step=RefundStep.REVOKE, amount_minor=amount_minor)

    async def _revoke(self, run: _Run) -> None:
        await self._tickets.revoke(run.refund.refund_id, run.refund.order_id)
        await self._store.revoked(run.refund)
        run.refund = replace(run.refund, step=RefundStep.PAY)

    async def _pay(self, run: _Run) -> None:
        if run.refund.amount_minor == 0:
            await self._paid(run, None)
            return
        payout = None
        if run.refund.attempt_time is not None:
            payout = await self._find(run)
        if payout is None:
            payout = await self._ask(run)
        if payout is not None:
            await self._paid(run, payout)

    async def _ask(self, run: _Run) -> Payout | None:
        """Asks the processor for the refund; None when it refused for good."""
        too_old = run.refund.is_key_too_old(self._clock.now())
        run.refund = refund = await self._store.attempt(run.refund, with_next_key=too_old)
        try:
            payout = await self._processor.refund(
                run.order.intent_id or "",
                replace(run.order.total, amount_minor=refund.amount_minor),
                refund_text=refund.text,
                key=refund.key(),
            )
        except ProcessorFaulted:
            payout_found = await self._find(run)
            if payout_found is None:
                await self._store.attempt(refund, with_next_key=True)
                raise
            return payout_found
        except ProcessorRefused as refused:
            payout_found = await self._find(run)
            if payout_found is None:
                await self._fail(run, refused.processor_code)
            return payout_found
        if payout.status is PayoutStatus.FAILED:
            await self._fail(run, "failed at once")
            return None
        return payout

    async def _find(self, run: _Run) -> Payout | None:
        return await self._processor.find_payout(run.order.intent_id or "", run.refund.text)

    async def _paid(self, run: _Run, payout: Payout | None) -> None:
        run.order = await self._store.paid(run.order, run.lease, run.refund, payout)
        run.refund = await self._store.read(run.refund.refund_id) or run.refund

    async def _fail(self, run: _Run, problem: str) -> None:
        telemetry.ERRORS.labels("refund").inc()
        telemetry.log.error(
            "refund refused; a person must look at it", refund=run.refund.text, problem=problem
        )
        await self._store.fail(run.refund, problem)
        run.refund = await self._store.read(run.refund.refund_id) or run.refund

    async def _return(self, run: _Run) -> None:
        refund = run.refund
        parts = await self._parts(run)
        problem = ""
        try:
            if parts.seat_ids or parts.places:
                await self._inventory.return_seats(
                    run.order.hold_id, refund.order_id, refund.refund_id, parts
                )
        except OnsaleError as error:
            if not is_definite(error):
                raise
            problem = error.reason
            telemetry.ERRORS.labels("refund").inc()
            telemetry.log.error("seats were not taken back", refund=refund.text, reason=problem)
        await self._store.returned(refund, problem)
        run.refund = replace(refund, step=RefundStep.DONE)

    async def _parts(self, run: _Run) -> ReturnedParts:
        """Returns what goes back on sale: the tickets' seats; of a cancelled event all that is left, ticket or not."""
        if run.refund.kind is RefundKind.TICKETS:
            return parts_of_tickets(await self._store.tickets(run.refund))
        lines = (await self._orders.details(run.order)).lines
        return parts_left(lines, await self._store.returned_elsewhere(run.refund))
