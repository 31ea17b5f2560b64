"""The floor under everything that may be lost: webhooks, Kafka, a process in the middle of a step.

It looks at open orders, at refunds under way, at inventory's old pins, and at the processor's own list of payments, and
brings each to its end. A crash at any point is finished by it within a minute.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from mesh import ids, telemetry
from mesh.clock import Clock
from payment_svc.crew import Crew
from payment_svc.neighbours import Inventory, Pin, SeatsGone
from payment_svc.orders.driver import CheckoutDriver
from payment_svc.orders.order import Order
from payment_svc.orders.store import OrderStore
from payment_svc.processor import Intent, PaymentStatus, Processor
from payment_svc.reconciling.store import SweepStore
from payment_svc.refunds.driver import RefundDriver
from payment_svc.refunds.store import RefundStore
from payment_svc.states import SOLD

BATCH_MAX = 64
PIN_AGE_SECONDS_MIN = 60
SWEEP_PAGES_MAX = 10
"""Pages of the processor's payments read in one look: 1,000 payments; the next look goes on behind them."""
SWEEP_SETTLE_SECONDS = 120.0
"""Younger payments are left alone: their order may be about to record them."""
LIVE = {PaymentStatus.WAITING, PaymentStatus.AUTHORISED}


class Reconciler:
    """Brings to an end what was left behind."""

    def __init__(
        self,
        orders: OrderStore,
        refund_store: RefundStore,
        sweeps: SweepStore,
        checkout: CheckoutDriver,
        refunds: RefundDriver,
        processor: Processor,
        inventory: Inventory,
        clock: Clock,
        crew_size: int,
    ) -> None:
        self._orders = orders
        self._refund_store = refund_store
        self._sweeps = sweeps
        self._checkout = checkout
        self._refunds = refunds
        self._processor = processor
        self._inventory = inventory
        self._clock = clock
        self._crew = Crew("reconciler", crew_size)
        self._under_way: set[UUID] = set()

    async def look_at_orders(self) -> bool:
        """Drives open orders that it is time to look at: hold over, nothing heard for a while, a driver gone."""
        due = await self._orders.due(min(BATCH_MAX, self._crew.free_count or 1))
        for order_id in due:
            if order_id not in self._under_way:
                await self._crew.wait_until_free()
                self._under_way.add(order_id)
                self._crew.start(self._advance(order_id))
        return False

    async def _advance(self, order_id: UUID) -> None:
        try:
            await self._checkout.advance(order_id)
        finally:
            self._under_way.discard(order_id)

    async def look_at_refunds(self) -> bool:
        """Goes on with refunds that were cut off, or whose money is on its way."""
        due = await self._refund_store.due(BATCH_MAX)
        for refund_id in due:
            await self._crew.wait_until_free()
            self._crew.start(self._resume(refund_id))
        await self._crew.drain()
        return False

    async def _resume(self, refund_id: UUID) -> None:
        await self._refunds.resume(refund_id)

    async def look_at_pins(self) -> bool:
        """Ends pins that inventory has kept for too long: their order sells the seats or lets them go."""
        for pin in await self._inventory.list_pins(PIN_AGE_SECONDS_MIN):
            await self._crew.wait_until_free()
            self._crew.start(self._end_pin(pin))
        await self._crew.drain()
        return False

    async def _end_pin(self, pin: Pin) -> None:
        order = await self._orders.read(pin.order_id)
        if order is not None and order.is_open:
            order = await self._checkout.advance(pin.order_id)
            if order is None or order.is_open:
                return
        if order is None or order.state not in SOLD:
            await self._inventory.unpin(pin.hold_id, pin.order_id)
            return
        try:
            await self._inventory.sell(pin.hold_id, pin.order_id)
        except SeatsGone as gone:
            telemetry.ERRORS.labels("reconciler").inc()
            telemetry.log.error(
                "a paid order's pin cannot be sold",
                order=ids.text("ord", pin.order_id),
                reason=gone.reason,
            )

    async def look_at_processor(self) -> bool:
        """Pages through the processor's payments and ends those of ours that no order has: nobody may pay for nothing.

        A span of time is read to its end before the next begins, some pages at a time.
        """
        now = self._clock.now()
        span = await self._sweeps.span(now - timedelta(seconds=SWEEP_SETTLE_SECONDS))
        after_intent_id = span.after_intent_id
        for _ in range(SWEEP_PAGES_MAX):
            page = await self._processor.list_intents(
                created_from=span.start,
                created_before=span.end,
                after_intent_id=after_intent_id,
            )
            for intent in page.intents:
                await self._end_unknown(intent)
                after_intent_id = intent.intent_id
            if not page.has_more:
                await self._sweeps.finish(span)
                return False
        await self._sweeps.keep_place(span, after_intent_id)
        return False

    async def _end_unknown(self, intent: Intent) -> None:
        """Ends a payment that was made for one of our orders and that the order does not know, or no longer needs."""
        if not intent.order_text or intent.status not in LIVE | {PaymentStatus.CAPTURED}:
            return
        facts = {"intent": intent.intent_id, "order": intent.order_text}
        order = await self._order_of(intent)
        if order is None:
            # An order is on record before its payment is made: this one is another system's, or our records are not
            # whole. Either way a person must look before anybody's money moves.
            telemetry.ERRORS.labels("reconciler").inc()
            telemetry.log.error("payment of an order that is not on record", **facts)
        elif order.intent_id == intent.intent_id and (order.is_open or order.state in SOLD):
            return
        elif intent.status in LIVE:
            telemetry.log.warning("voiding a payment that its order does not need", **facts)
            await self._processor.void(intent.intent_id, key=f"{intent.intent_id}-unneeded-void")
        elif order.intent_id != intent.intent_id:
            telemetry.ERRORS.labels("reconciler").inc()
            telemetry.log.error("refunding a payment that its order does not know", **facts)
            await self._refund_once(intent)

    async def _order_of(self, intent: Intent) -> Order | None:
        try:
            return await self._orders.read(ids.parse("ord", intent.order_text))
        except ids.MalformedId:
            return None

    async def _refund_once(self, intent: Intent) -> None:
        if await self._processor.find_payout(intent.intent_id, intent.intent_id) is None:
            await self._processor.refund(
                intent.intent_id,
                intent.amount,
                refund_text=intent.intent_id,
                key=f"{intent.intent_id}-unneeded-refund",
            )
