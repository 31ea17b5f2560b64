"""Ends every order of a cancelled event: those under way void or finish, paid ones are refunded, each once.

It keeps no place of its own: what is still open is read from the orders each time, so that whoever comes after a crash
goes on. It ends only when no order of the event is open.
"""

from __future__ import annotations

from uuid import UUID

from mesh import ids, telemetry
from payment_svc.crew import Crew
from payment_svc.neighbours import Catalog
from payment_svc.orders.driver import CheckoutDriver
from payment_svc.orders.store import OrderStore
from payment_svc.refunds.driver import RefundDriver
from payment_svc.refunds.refund import derived_refund_id
from payment_svc.refunds.store import RefundStore
from payment_svc.states import REFUNDABLE, EndReason, OrderState, RefundKind

EVENTS_BATCH_MAX = 20
ORDERS_BATCH_MAX = 100
CREW_SIZE = 8
CATALOG_PAGES_MAX = 20
"""Pages of the catalogue read in one look for cancelled events; the next look goes on behind them."""
_NO_ORDER = UUID(int=0)


class Cancellations:
    """Refunds cancelled events."""

    def __init__(
        self,
        store: RefundStore,
        orders: OrderStore,
        checkout: CheckoutDriver,
        refunds: RefundDriver,
        catalog: Catalog,
    ) -> None:
        self._store = store
        self._orders = orders
        self._checkout = checkout
        self._refunds = refunds
        self._catalog = catalog
        self._after_event_id: int | None = None

    async def step(self) -> bool:
        """Goes once through the events whose orders are being refunded. Returns False: what failed waits a little."""
        for event_id in await self._store.running_cancellations(EVENTS_BATCH_MAX):
            await self._end_orders(event_id)
            if await self._store.finish_cancellation(event_id):
                telemetry.log.info("all orders ended", event_id=ids.event_text(event_id))
        return False

    async def look(self) -> bool:
        """Looks through the catalogue for cancelled events that nobody told us of: the floor under Kafka."""
        for _ in range(CATALOG_PAGES_MAX):
            page = await self._catalog.list_events(self._after_event_id)
            if not page:
                self._after_event_id = None
                return False
            cancelled = [facts.event_id for facts in page if facts.is_cancelled]
            if cancelled:
                await self._store.begin_cancellations(cancelled)
            self._after_event_id = page[-1].event_id
        return False

    async def _end_orders(self, event_id: int) -> None:
        crew = Crew("event cancellation", CREW_SIZE)
        after_order_id = _NO_ORDER
        while True:
            batch = await self._store.orders_to_end(event_id, after_order_id, ORDERS_BATCH_MAX)
            if not batch:
                break
            for order_id, state in batch:
                await crew.wait_until_free()
                crew.start(self._end_order(order_id, state))
            after_order_id = batch[-1][0]
        await crew.drain()

    async def _end_order(self, order_id: UUID, state: OrderState) -> None:
        if state is OrderState.AWAITING_PAYMENT:
            await self._orders.ask_to_end(order_id, EndReason.EVENT_CANCELLED)
        if state not in REFUNDABLE:
            # A confirming order ends here when inventory refuses its pin, or is paid now and refunded next.
            await self._checkout.advance(order_id)
            return
        claimed = await self._orders.claim(order_id)
        if claimed is None:
            return
        order, lease = claimed
        refund_id = derived_refund_id(order_id, "event cancelled")
        try:
            # A refund that its buyer began ends first: what is left goes back after it, never twice.
            is_busy = await self._store.is_another_under_way(order_id, refund_id)
            if order.state in REFUNDABLE and not is_busy:
                await self._refunds.begin(
                    order, lease, kind=RefundKind.EVENT_CANCELLED, refund_id=refund_id
                )
        finally:
            await self._orders.release(order, lease, check_after_seconds=0, failure_count=0)
