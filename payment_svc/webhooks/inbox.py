"""Takes in what the processor tells us, and acts on it afterwards.

A notice is only a hint to look: the order's driver asks the processor for the truth. So notices may come twice, in any
order, late or never, and an order still ends the same.
"""

from __future__ import annotations

import asyncio

from mesh import telemetry
from mesh.workers import Backoff, first_of, report
from payment_svc.crew import Crew
from payment_svc.orders.driver import CheckoutDriver
from payment_svc.orders.store import OrderStore
from payment_svc.processor import Processor
from payment_svc.refunds.driver import RefundDriver
from payment_svc.refunds.store import RefundStore
from payment_svc.webhooks.store import InboxStore, Waiting

ASKING_TYPES = frozenset(
    {
        "payment_intent.amount_capturable_updated",
        "payment_intent.payment_failed",
        "payment_intent.processing",
        "payment_intent.succeeded",
        "payment_intent.canceled",
        "refund.updated",
        "refund.failed",
        "charge.refund.updated",
    }
)
"""Notices that may have changed what we must do; all others are kept for the record only."""

BUSY_SECONDS = 0.2
"""How soon a notice is tried again whose order another driver has."""
RETRY_SECONDS_MAX = 15.0
ATTEMPTS_MAX = 200
"""Then the notice is left to the reconciler, which looks at every open order anyway."""
UNKNOWN_ATTEMPTS_MAX = 6
"""How often a refund that is not on record is looked for: for a minute, longer than any request to Stripe takes."""
IDLE_SECONDS = 0.25
PRUNE_EVERY_SECONDS = 600.0


class WebhookInbox:
    """Verifies, stores and processes notices; a worker."""

    name = "webhook processor"

    def __init__(
        self,
        store: InboxStore,
        processor: Processor,
        orders: OrderStore,
        checkout: CheckoutDriver,
        refund_store: RefundStore,
        refunds: RefundDriver,
        crew_size: int,
    ) -> None:
        self._store = store
        self._processor = processor
        self._orders = orders
        self._checkout = checkout
        self._refund_store = refund_store
        self._refunds = refunds
        self._crew = Crew(self.name, crew_size)
        self._arrived = asyncio.Event()

    async def receive(self, body: bytes, signature: str) -> None:
        """Verifies a webhook and stores it once. Raises SignatureInvalid."""
        notice = self._processor.read_webhook(body, signature)
        asks = notice.type in ASKING_TYPES
        if await self._store.add(notice, body, asks=asks) and asks:
            self._arrived.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Processes notices until told to stop, then finishes those under way."""
        backoff = Backoff()
        pruned = asyncio.get_running_loop().time()
        while not stop.is_set():
            try:
                self._arrived.clear()
                await self._crew.wait_until_free()
                taken = await self._take()
                if asyncio.get_running_loop().time() - pruned > PRUNE_EVERY_SECONDS:
                    pruned = asyncio.get_running_loop().time()
                    await self._store.prune()
                backoff.succeeded()
                if not taken:
                    await first_of(stop, self._arrived, timeout_seconds=IDLE_SECONDS)
            except Exception as error:
                report(self.name, error)
                await first_of(stop, timeout_seconds=backoff.failed())
        await self._crew.drain()

    async def _take(self) -> int:
        taken = await self._store.take(self._crew.free_count)
        for waiting in taken:
            self._crew.start(self._process(waiting))
        return len(taken)

    async def _process(self, waiting: Waiting) -> None:
        if waiting.attempt_count > ATTEMPTS_MAX:
            telemetry.log.error("notice left to the reconciler", notice=waiting.notice_id)
            await self._store.processed(waiting.notice_id)
            return
        try:
            wait_seconds = await self._act(waiting)
        except Exception:
            await self._store.again(waiting.notice_id, _longer_and_longer(waiting))
            raise
        if wait_seconds is None:
            await self._store.processed(waiting.notice_id)
        else:
            await self._store.again(waiting.notice_id, wait_seconds)

    async def _act(self, waiting: Waiting) -> float | None:
        """Does what a notice asks for; returns after how many seconds to look again, None when it is done."""
        if waiting.payout_id:
            return await self._settle(waiting)
        order_id = await self._orders.id_of_intent(waiting.intent_id)
        order = await self._orders.read(order_id) if order_id else None
        if order is None or not order.is_open:
            return None
        is_driven_by_another = await self._checkout.advance(order.order_id) is None
        return BUSY_SECONDS if is_driven_by_another else None

    async def _settle(self, waiting: Waiting) -> float | None:
        refund_id = await self._refund_store.id_of_payout(waiting.payout_id)
        refund = await self._refund_store.read(refund_id) if refund_id else None
        if refund:
            await self._refunds.settle(refund)
            return None
        # None of ours, or one whose making was answered late, or never: it is on record in a while.
        return None if waiting.attempt_count > UNKNOWN_ATTEMPTS_MAX else _longer_and_longer(waiting)


def _longer_and_longer(waiting: Waiting) -> float:
    return min(RETRY_SECONDS_MAX, float(2 ** min(waiting.attempt_count, 8)))
