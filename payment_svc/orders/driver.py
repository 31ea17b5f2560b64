"""Drives orders: reads what is true, does the next step, again and again, under the order's lease.

One driver moves an order at a time. A crash anywhere leaves an order whose lease runs out; the next driver reads the
state and the processor, and goes on. Webhooks, the reconciler and the buyer's own calls all come through here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from mesh import ids, telemetry
from mesh.clock import Clock
from mesh.errors import Unavailable
from payment_svc.neighbours import Inventory, SeatsGone
from payment_svc.orders.changes import OrderChanges
from payment_svc.orders.checkout import DECIDES_END, Step, check_after_seconds, next_step
from payment_svc.orders.order import Order
from payment_svc.orders.store import LeaseLost, OrderStore
from payment_svc.processor import Intent, Processor, ProcessorFaulted, ProcessorRefused
from payment_svc.refunds.driver import RefundDriver
from payment_svc.states import EndReason

STEPS_MAX = 16
"""More than the longest honest way through a checkout; an order that needs more goes back to the reconciler."""
PIN_SECONDS = 60
"""By when a pinned order should have confirmed; inventory lists pins that are older."""


@dataclass
class _Run:
    """One driver's work on one order."""

    order: Order
    lease: UUID
    intent: Intent | None = None
    is_pinned: bool = False


class CheckoutDriver:
    """Moves orders towards paid or over."""

    def __init__(
        self,
        store: OrderStore,
        processor: Processor,
        inventory: Inventory,
        refunds: RefundDriver,
        changes: OrderChanges,
        clock: Clock,
    ) -> None:
        self._store = store
        self._processor = processor
        self._inventory = inventory
        self._refunds = refunds
        self._changes = changes
        self._clock = clock
        self._steps: dict[Step, Callable[[_Run], Awaitable[None]]] = {
            Step.NOTE_DECLINE: self._note_decline,
            Step.BEGIN_CONFIRMING: self._begin_confirming,
            Step.PIN: self._pin,
            Step.CAPTURE: self._capture,
            Step.RECORD_CAPTURE: self._record_capture,
            Step.SELL: self._sell,
            Step.VOID: self._void,
            Step.GIVE_BACK: self._give_back,
            Step.CLOSE: self._close,
        }

    async def advance(self, order_id: UUID) -> Order | None:
        """Drives an order as far as it goes now; None while another driver has it. Raises what a neighbour raised."""
        claimed = await self._store.claim(order_id)
        if claimed is None:
            return None
        return await self.drive(*claimed)

    async def drive(self, order: Order, lease: UUID) -> Order:
        """Drives an order whose lease the caller holds, and gives the lease back."""
        run = _Run(order, lease)
        failure_count = order.failure_count + 1
        try:
            if order.is_open and order.intent_id:
                run.intent = await self._processor.get_intent(order.intent_id)
            await self._drive(run)
            failure_count = 0
        except LeaseLost:
            telemetry.log.info("another driver took over", order=ids.text("ord", order.order_id))
            return await self._store.read(order.order_id) or run.order
        finally:
            if (
                run.order.is_open or not order.is_open
            ):  # the last move of a life gives the lease back itself
                await self._release(run, failure_count)
            if run.order.version != order.version:
                self._changes.tell(order.order_id)
        return run.order

    async def rest(self, order: Order, lease: UUID) -> None:
        """Gives an order's lease back without a step."""
        await self._release(_Run(order, lease), 0)

    async def _drive(self, run: _Run) -> None:
        for _ in range(STEPS_MAX):
            step = next_step(run.order, run.intent, is_pinned=run.is_pinned, now=self._clock.now())
            if step in (Step.DONE, Step.WAIT):
                return
            if step in DECIDES_END:
                if step is Step.GIVE_UP_PAYMENT:
                    self._log(run, "payment given up")
                run.order = await self._store.decide_end(run.order, run.lease, DECIDES_END[step])
            else:
                await self._steps[step](run)
        self._log(run, "order needs more steps than there are")

    async def _release(self, run: _Run, failure_count: int) -> None:
        wait_seconds = check_after_seconds(run.order, self._clock.now(), failure_count)
        await self._store.release(
            run.order, run.lease, check_after_seconds=wait_seconds, failure_count=failure_count
        )

    async def _note_decline(self, run: _Run) -> None:
        code = run.intent.decline_code if run.intent else ""
        run.order = await self._store.note_decline(run.order, run.lease, code)

    async def _begin_confirming(self, run: _Run) -> None:
        run.order = await self._store.begin_confirming(run.order, run.lease)
        self._changes.tell(run.order.order_id)

    async def _pin(self, run: _Run) -> None:
        deadline = self._clock.now() + timedelta(seconds=PIN_SECONDS)
        try:
            await self._inventory.pin(run.order.hold_id, run.order.order_id, deadline)
            run.is_pinned = True
        except SeatsGone as gone:
            reason = (
                EndReason.EVENT_CANCELLED
                if gone.reason == EndReason.EVENT_CANCELLED.value
                else EndReason.SEATS_GONE
            )
            run.order = await self._store.decide_end(run.order, run.lease, reason)

    async def _capture(self, run: _Run) -> None:
        order = run.order
        try:
            run.intent = await self._processor.capture(
                _intent_id(order), key=order.key("capture", order.capture_attempt)
            )
        except ProcessorFaulted:
            await self._look_again(run, capture=1)
        except ProcessorRefused as refused:
            # Refused for good, or somebody else ended or captured it: its state says which.
            run.intent = await self._processor.get_intent(_intent_id(order))
            if next_step(order, run.intent, is_pinned=True, now=self._clock.now()) is Step.CAPTURE:
                self._log(run, "capture refused", code=refused.processor_code)
                run.order = await self._store.decide_end(order, run.lease, EndReason.PAYMENT_FAILED)

    async def _record_capture(self, run: _Run) -> None:
        run.order = await self._store.record_capture(run.order, run.lease)

    async def _sell(self, run: _Run) -> None:
        try:
            await self._inventory.sell(run.order.hold_id, run.order.order_id)
        except SeatsGone as gone:
            # Pinned seats do not go away: this is a fault somewhere, and the buyer must not pay for it.
            telemetry.ERRORS.labels("checkout").inc()
            self._log(run, "pinned seats could not be sold", reason=gone.reason)
            run.order = await self._store.decide_end(run.order, run.lease, EndReason.SEATS_GONE)
            return
        run.order = await self._store.mark_paid(run.order, run.lease)

    async def _void(self, run: _Run) -> None:
        order = run.order
        try:
            run.intent = await self._processor.void(
                _intent_id(order), key=order.key("void", order.void_attempt)
            )
        except ProcessorFaulted:
            await self._look_again(run, void=1)
        except ProcessorRefused:
            # Captured or ended meanwhile. Should it be neither, the next key asks once more.
            await self._look_again(run, void=1)

    async def _give_back(self, run: _Run) -> None:
        run.order = await self._refunds.give_back_unsold(run.order, run.lease)

    async def _close(self, run: _Run) -> None:
        await self._inventory.unpin(run.order.hold_id, run.order.order_id)
        run.order = await self._store.end(run.order, run.lease)

    async def _look_again(self, run: _Run, *, capture: int = 0, void: int = 0) -> None:
        """Looks what became of an attempt. When it did nothing, the next attempt has the next key."""
        before = run.intent
        run.intent = await self._processor.get_intent(_intent_id(run.order))
        if before and run.intent.status is before.status:
            run.order = await self._store.raise_attempts(
                run.order, run.lease, capture=capture, void=void
            )
            raise Unavailable  # the reconciler tries again, a little later

    def _log(self, run: _Run, what: str, **facts: object) -> None:
        telemetry.log.warning(what, order=ids.text("ord", run.order.order_id), **facts)


def _intent_id(order: Order) -> str:
    if order.intent_id is None:
        raise ValueError("a free order has no payment")
    return order.intent_id
