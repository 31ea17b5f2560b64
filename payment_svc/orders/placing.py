"""Placing and cancelling orders: what the buyer's own calls do."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from uuid import UUID, uuid4

from mesh import ids, telemetry
from mesh.clock import Clock
from mesh.errors import OnsaleError, Unavailable
from payment_svc.errors import (
    HoldNotFound,
    OrderNotCancellable,
    OrderNotFound,
    PaymentRefused,
)
from payment_svc.neighbours import Catalog, Inventory
from payment_svc.orders.driver import CheckoutDriver
from payment_svc.orders.order import Order, price
from payment_svc.orders.store import HoldHasOrder, LeaseLost, OrderStore
from payment_svc.processor import Processor, ProcessorFaulted, ProcessorRefused
from payment_svc.states import ENDED_UNPAID, EndReason, OrderState

LEASE_WAIT_SECONDS = 10.0
"""How long a buyer's call waits for another driver to finish with the order; within the calls' deadlines."""
LEASE_POLL_SECONDS = 0.05


class OrderDesk:
    """Takes orders and cancellations."""

    def __init__(
        self,
        store: OrderStore,
        processor: Processor,
        inventory: Inventory,
        catalog: Catalog,
        driver: CheckoutDriver,
        clock: Clock,
    ) -> None:
        self._store = store
        self._processor = processor
        self._inventory = inventory
        self._catalog = catalog
        self._driver = driver
        self._clock = clock

    async def owned(self, order_id: UUID, account_id: UUID) -> Order:
        """Returns an order of an account. Raises OrderNotFound."""
        order = await self._store.read(order_id)
        if order is None or order.account_id != account_id:
            raise OrderNotFound
        return order

    async def place(self, hold_id: UUID, account_id: UUID) -> Order:
        """Makes the order of a live hold of the current caller, or returns the one that the hold has."""
        known = await self._store.live_of_hold(hold_id)
        if known is None:
            hold = await self._inventory.get_hold(hold_id)
            facts = await self._catalog.event_facts(ids.event_of(hold_id))
            new = price(hold, facts, account_id, self._clock.now())
            # From here on there is time to pay, and the order ends with its hold as it ends now.
            until = await self._inventory.start_payment(hold_id, new.order_id)
            new = replace(new, expire_time=until)
            lease = uuid4()
            try:
                return await self._make_payable(await self._store.insert(new, lease), lease)
            except HoldHasOrder:
                known = await self._store.live_of_hold(hold_id)
        if known is None:
            raise Unavailable  # the other order of the hold ended this very moment
        if known.account_id != account_id:
            raise HoldNotFound
        return await self._wait_until_payable(known)

    async def cancel(self, order_id: UUID, account_id: UUID) -> Order:
        """Ends an order that is not paid. Raises OrderNotFound, OrderNotCancellable."""
        order = await self.owned(order_id, account_id)
        if order.state in ENDED_UNPAID:
            return order
        order, lease = await self.claim(order_id)
        if order.state is OrderState.AWAITING_PAYMENT:
            order = await self._store.decide_end(order, lease, EndReason.BUYER)
        order = await self._driver.drive(order, lease)
        if order.state in ENDED_UNPAID:
            await self._release_hold(order)
            return order
        if order.is_open and order.ending_reason:
            raise Unavailable  # decided; the reconciler finishes it
        raise OrderNotCancellable(order.state.value)

    async def claim(self, order_id: UUID) -> tuple[Order, UUID]:
        """Takes the lease of an order, waiting for another driver to finish. Raises Unavailable."""
        try:
            async with asyncio.timeout(LEASE_WAIT_SECONDS):
                # The lease may be another process's: no event of ours tells when it ends.
                while (claimed := await self._store.claim(order_id)) is None:  # noqa: ASYNC110
                    await asyncio.sleep(LEASE_POLL_SECONDS)
        except TimeoutError:
            raise Unavailable from None
        return claimed

    async def _make_payable(self, order: Order, lease: UUID) -> Order:
        """Makes an order's payment, or, when it is free, drives it to its end; gives the lease back."""
        if order.is_free:
            return await self._driver.drive(order, lease)
        try:
            intent = await self._processor.create_intent(
                order.total,
                order_text=ids.text("ord", order.order_id),
                event_text=ids.event_text(order.event_id),
                key=order.key("intent", order.intent_attempt),
            )
            order = await self._store.set_intent(order, lease, intent)
        except ProcessorFaulted:
            order = await self._store.raise_attempts(order, lease, intent=1)
            await self._release(order, lease)
            raise
        except ProcessorRefused as refused:
            order = await self._store.decide_end(order, lease, EndReason.PAYMENT_FAILED)
            await self._driver.drive(order, lease)
            raise PaymentRefused(refused.processor_code, refused.message) from None
        except LeaseLost:
            return await self._wait_until_payable(order)
        except OnsaleError:
            await self._release(order, lease)
            raise
        await self._release(order, lease)
        return order

    async def _wait_until_payable(self, order: Order) -> Order:
        """Waits until the order's maker has made its payment, or does so when its maker went away."""
        try:
            async with asyncio.timeout(LEASE_WAIT_SECONDS):
                while order.state is OrderState.AWAITING_PAYMENT and not order.intent_id:
                    claimed = await self._store.claim(order.order_id)
                    if claimed is None:
                        await asyncio.sleep(LEASE_POLL_SECONDS)
                        order = await self._store.read(order.order_id) or order
                    elif claimed[0].intent_id or claimed[0].ending_reason:
                        return await self._driver.drive(*claimed)
                    else:
                        return await self._make_payable(*claimed)
        except TimeoutError:
            raise Unavailable from None
        return order

    async def _release(self, order: Order, lease: UUID) -> None:
        await self._driver.rest(order, lease)

    async def _release_hold(self, order: Order) -> None:
        """Gives the seats back at once; should that fail, the hold ends by itself."""
        try:
            await self._inventory.release_hold(order.hold_id)
        except OnsaleError as error:
            telemetry.log.info(
                "hold not released",
                hold=ids.text("hld", order.hold_id),
                reason=error.reason,
            )
