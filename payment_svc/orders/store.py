"""Orders in PostgreSQL. Every move is one statement that names the state it leaves and the lease it needs."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from mesh import ids
from mesh.database import Connection, Database, load_queries
from mesh.outbox import ORDERS_TOPIC, Outbox
from payment_svc.ledger.store import write_transfer
from payment_svc.ledger.transfers import capture_transfer
from payment_svc.orders import wire
from payment_svc.orders.order import NewOrder, Order, OrderDetails
from payment_svc.orders.rows import order_of, read_details, read_order
from payment_svc.processor import Intent
from payment_svc.states import END_STATES, EndReason
from protos.payment.v1 import events_pb2

LEASE_SECONDS = 20.0
"""Longer than the longest wait between two moves: a request to Stripe with its second try."""
PAYING_MILLIS_MAX = 2_000
FEED_SETTLE_SECONDS = 3.0
"""More than PAYING_MILLIS_MAX: what was paid this long ago has surely committed."""
ONE_LIVE_ORDER = "orders_one_live_per_hold"

_queries = load_queries(Path(__file__).with_name("queries.sql"))
_outbox = Outbox(ORDERS_TOPIC)


class HoldHasOrder(Exception):
    """Another order of the hold is live."""


class LeaseLost(Exception):
    """Another driver has taken the order over, or it is no longer where this one believed."""


class OrderStore:
    """Reads and moves orders."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def insert(self, new: NewOrder, lease: UUID) -> Order:
        """Makes an order, leased to the caller. Raises HoldHasOrder."""
        try:
            async with self._database.transaction() as connection:
                row = await _queries.order_insert(
                    connection,
                    event_id=new.event_id,
                    order_id=new.order_id,
                    hold_id=new.hold_id,
                    account_id=new.account_id,
                    currency_code=new.currency_code,
                    total_minor=new.total_minor,
                    event_name=new.event_name,
                    expire_time=new.expire_time,
                    lease_owner=lease,
                    lease_seconds=LEASE_SECONDS,
                )
                order = order_of(row)
                await _insert_lines(connection, new)
                await _queries.account_order_insert(
                    connection,
                    account_id=new.account_id,
                    create_time=order.create_time,
                    order_id=new.order_id,
                    event_id=new.event_id,
                )
                placed = events_pb2.OrderPlaced(
                    order=wire.order_for_services(OrderDetails(order, new.lines)),
                    account_id=ids.text("acc", new.account_id),
                )
                await tell(connection, order, placed)
        except asyncpg.UniqueViolationError as violation:
            if violation.constraint_name == ONE_LIVE_ORDER:
                raise HoldHasOrder from None
            raise
        _outbox.wake()
        return order

    async def read(self, order_id: UUID) -> Order | None:
        """Returns an order."""
        async with self._database.connection() as connection:
            return await read_order(connection, order_id)

    async def live_of_hold(self, hold_id: UUID) -> Order | None:
        """Returns the live order of a hold."""
        async with self._database.connection() as connection:
            row = await _queries.order_of_hold(
                connection, event_id=ids.event_of(hold_id), hold_id=hold_id
            )
        return order_of(row) if row else None

    async def id_of_intent(self, intent_id: str) -> UUID | None:
        """Returns which order a payment is for; None when it is none of ours."""
        async with self._database.connection() as connection:
            row = await _queries.order_of_intent(connection, intent_id=intent_id)
        return row["order_id"] if row else None

    async def details(self, order: Order) -> OrderDetails:
        """Returns an order with its lines and refunds."""
        async with self._database.connection() as connection:
            return (await read_details(connection, [order]))[0]

    async def of_account(
        self, account_id: UUID, before: tuple[datetime, UUID], page_size: int
    ) -> list[OrderDetails]:
        """Returns a page of an account's orders, newest first."""
        async with self._database.connection() as connection:
            rows = [
                row
                async for row in _queries.orders_of_account(
                    connection,
                    account_id=account_id,
                    before_time=before[0],
                    before_order_id=before[1],
                    page_size=page_size,
                )
            ]
            found = {
                row["order_id"]: order_of(row)
                async for row in _queries.orders_read_many(
                    connection,
                    event_ids=[row["event_id"] for row in rows],
                    order_ids=[row["order_id"] for row in rows],
                )
            }
            return await read_details(connection, [found[row["order_id"]] for row in rows])

    async def paid(self, after: tuple[datetime, UUID], page_size: int) -> list[OrderDetails]:
        """Returns paid orders in the order of payment."""
        async with self._database.connection() as connection:
            orders = [
                order_of(row)
                async for row in _queries.orders_paid(
                    connection,
                    after_time=after[0],
                    after_order_id=after[1],
                    settle_seconds=FEED_SETTLE_SECONDS,
                    page_size=page_size,
                )
            ]
            return await read_details(connection, orders)

    async def due(self, batch_max: int) -> list[UUID]:
        """Returns open orders that it is time to look at."""
        async with self._database.connection() as connection:
            return [
                row["order_id"]
                async for row in _queries.orders_due(connection, batch_max=batch_max)
            ]

    async def claim(self, order_id: UUID) -> tuple[Order, UUID] | None:
        """Takes the lease of an order; None while another driver has it, or when there is none."""
        lease = uuid4()
        async with self._database.connection() as connection:
            row = await _queries.order_claim(
                connection,
                event_id=ids.event_of(order_id),
                order_id=order_id,
                lease_owner=lease,
                lease_seconds=LEASE_SECONDS,
            )
        return (order_of(row), lease) if row else None

    async def release(
        self, order: Order, lease: UUID, *, check_after_seconds: float, failure_count: int
    ) -> None:
        """Gives a lease back."""
        async with self._database.connection() as connection:
            await _queries.order_release(
                connection,
                event_id=order.event_id,
                order_id=order.order_id,
                lease_owner=lease,
                check_after_seconds=check_after_seconds,
                failure_count=failure_count,
            )

    async def set_intent(self, order: Order, lease: UUID, intent: Intent) -> Order:
        """Records the payment made for an order. Raises LeaseLost."""
        async with self._database.transaction() as connection:
            moved = await self._move(
                connection,
                "order_set_intent",
                order,
                lease,
                intent_id=intent.intent_id,
                client_secret=intent.client_secret,
            )
            await _queries.intent_insert(
                connection,
                intent_id=intent.intent_id,
                event_id=order.event_id,
                order_id=order.order_id,
            )
        return moved

    async def raise_attempts(
        self, order: Order, lease: UUID, *, intent: int = 0, capture: int = 0, void: int = 0
    ) -> Order:
        """Moves on to the next idempotency key of a step. Raises LeaseLost."""
        return await self._move_alone(
            "order_raise_attempts",
            order,
            lease,
            intent_raise=intent,
            capture_raise=capture,
            void_raise=void,
        )

    async def note_decline(self, order: Order, lease: UUID, decline_code: str) -> Order:
        """Records why the last attempt to pay failed. Raises LeaseLost."""
        return await self._move_alone(
            "order_note_decline", order, lease, last_decline_code=decline_code
        )

    async def decide_end(self, order: Order, lease: UUID, reason: EndReason) -> Order:
        """Records that an order is to end unpaid. Raises LeaseLost."""
        return await self._move_alone("order_decide_end", order, lease, ending_reason=reason.value)

    async def ask_to_end(self, order_id: UUID, reason: EndReason) -> None:
        """Asks the driver to end an order, if it still awaits payment."""
        async with self._database.connection() as connection:
            await _queries.order_ask_to_end(
                connection,
                event_id=ids.event_of(order_id),
                order_id=order_id,
                ending_reason=reason.value,
            )

    async def begin_confirming(self, order: Order, lease: UUID) -> Order:
        """AWAITING_PAYMENT → CONFIRMING. Raises LeaseLost."""
        return await self._move_alone("order_begin_confirming", order, lease)

    async def record_capture(self, order: Order, lease: UUID) -> Order:
        """Records a capture, in the ledger too. Raises LeaseLost."""
        async with self._database.transaction() as connection:
            moved = await self._move(connection, "order_record_capture", order, lease)
            lines = (await read_details(connection, [moved]))[0].lines
            await write_transfer(connection, capture_transfer(moved, lines))
        return moved

    async def mark_paid(self, order: Order, lease: UUID) -> Order:
        """CONFIRMING → PAID, with OrderPaid in the same commit. Raises LeaseLost."""
        async with self._database.transaction() as connection:
            await _queries.paying_bound(connection, timeout_millis=str(PAYING_MILLIS_MAX))
            row = await _queries.order_mark_paid(connection, **_mine(order, lease))
            if row is None:
                raise LeaseLost
            details = (await read_details(connection, [order_of(row)]))[0]
            paid = events_pb2.OrderPaid(
                order=wire.order_for_services(details),
                account_id=ids.text("acc", order.account_id),
            )
            await tell(connection, details.order, paid)
        _outbox.wake()
        return details.order

    async def end(self, order: Order, lease: UUID) -> Order:
        """Ends an order for the reason that was decided, with OrderCancelled. Raises LeaseLost."""
        if order.ending_reason is None:
            raise LeaseLost
        async with self._database.transaction() as connection:
            row = await _queries.order_end(
                connection, **_mine(order, lease), state=END_STATES[order.ending_reason].value
            )
            if row is None:
                raise LeaseLost
            details = (await read_details(connection, [order_of(row)]))[0]
            cancelled = events_pb2.OrderCancelled(
                order=wire.order_for_services(details),
                account_id=ids.text("acc", order.account_id),
            )
            await tell(connection, details.order, cancelled)
        _outbox.wake()
        return details.order

    async def _move_alone(
        self, statement: str, order: Order, lease: UUID, **values: object
    ) -> Order:
        async with self._database.connection() as connection:
            return await self._move(connection, statement, order, lease, **values)

    async def _move(
        self, connection: Connection, statement: str, order: Order, lease: UUID, **values: object
    ) -> Order:
        row = await getattr(_queries, statement)(
            connection, **_mine(order, lease), lease_seconds=LEASE_SECONDS, **values
        )
        if row is None:
            raise LeaseLost
        return order_of(row)


async def note_holds_ended(connection: Connection, hold_ids: Collection[UUID]) -> None:
    """Notes that holds have ended, in the caller's transaction."""
    if hold_ids:
        await _queries.holds_ended(
            connection,
            event_ids=[ids.event_of(hold_id) for hold_id in hold_ids],
            hold_ids=list(hold_ids),
        )


async def note_hold_released(connection: Connection, hold_id: UUID) -> None:
    """Asks for the end of the order of a hold that was given back, in the caller's transaction."""
    await _queries.hold_released(connection, event_id=ids.event_of(hold_id), hold_id=hold_id)


async def note_hold_extended(connection: Connection, hold_id: UUID, expire_time: datetime) -> None:
    """Follows a hold that ends later, in the caller's transaction."""
    await _queries.hold_extended(
        connection, event_id=ids.event_of(hold_id), hold_id=hold_id, expire_time=expire_time
    )


async def tell(connection: Connection, order: Order, fact: Any) -> None:
    """Writes a fact about an order to the outbox, in the caller's transaction."""
    now = await connection.fetchval("SELECT clock_timestamp()")
    await _outbox.add(
        connection,
        fact,
        key=ids.event_text(order.event_id),
        aggregate_id=ids.text("ord", order.order_id),
        version=order.version,
        occurred_time=now,
    )


def _mine(order: Order, lease: UUID) -> dict[str, object]:
    return {"event_id": order.event_id, "order_id": order.order_id, "lease_owner": lease}


async def _insert_lines(connection: Connection, new: NewOrder) -> None:
    lines = new.lines
    await _queries.lines_insert(
        connection,
        event_id=new.event_id,
        order_id=new.order_id,
        line_nos=[line.line_no for line in lines],
        kinds=[line.kind.value for line in lines],
        descriptions=[line.description for line in lines],
        seat_ids=[line.seat_id for line in lines],
        pool_ids=[line.pool_id for line in lines],
        zone_ids=[line.zone_id for line in lines],
        quantities=[line.quantity for line in lines],
        unit_prices_minor=[line.unit_price_minor for line in lines],
    )
