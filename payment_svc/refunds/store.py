"""Refunds in PostgreSQL. Every step is one statement that names the step it leaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from mesh import ids
from mesh.database import Connection, Database, load_queries
from mesh.outbox import Outbox
from payment_svc.ledger.store import write_transfer
from payment_svc.ledger.transfers import refund_failed_transfer, refund_transfer
from payment_svc.orders import wire
from payment_svc.orders.order import Order
from payment_svc.orders.rows import read_details, read_order
from payment_svc.orders.store import LEASE_SECONDS, LeaseLost, tell
from payment_svc.processor import Payout, PayoutStatus
from payment_svc.refunds.refund import Refund, RefundTicket
from payment_svc.states import OrderState, RefundKind, RefundState, RefundStep
from protos.payment.v1 import events_pb2

_queries = load_queries(Path(__file__).with_name("queries.sql"))


@dataclass(frozen=True)
class CancellationProgress:
    """How far the refunds of a cancelled event have come."""

    state: str
    open_count: int
    done_count: int
    failed_count: int
    refunded_minor: int
    currency_code: str


class RefundStore:
    """Reads and moves refunds."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, refund: Refund) -> Refund:
        """Makes a refund, or returns the one that was made before under its id."""
        async with self._database.connection() as connection:
            await _queries.refund_insert(
                connection,
                event_id=refund.event_id,
                refund_id=refund.refund_id,
                order_id=refund.order_id,
                kind=refund.kind.value,
                step=refund.step.value,
                account_id=refund.account_id,
                asked_ticket_ids=list(refund.asked_ticket_ids),
                amount_minor=refund.amount_minor,
            )
            return await _read(connection, refund.refund_id) or refund

    async def read(self, refund_id: UUID) -> Refund | None:
        """Returns a refund."""
        async with self._database.connection() as connection:
            return await _read(connection, refund_id)

    async def id_of_payout(self, payout_id: str) -> UUID | None:
        """Returns which refund a processor's refund is; None when it is none of ours."""
        async with self._database.connection() as connection:
            row = await _queries.refund_of_payout(connection, payout_id=payout_id)
        return row["refund_id"] if row else None

    async def tickets(self, refund: Refund) -> list[RefundTicket]:
        """Returns the tickets of a refund."""
        async with self._database.connection() as connection:
            return [
                RefundTicket(row["ticket_id"], row["line_no"], row["seat_id"], row["pool_id"])
                async for row in _queries.refund_tickets_read(connection, **_key(refund))
            ]

    async def is_another_under_way(self, order_id: UUID, refund_id: UUID) -> bool:
        """Tells whether another refund of the order has steps left."""
        async with self._database.connection() as connection:
            return bool(
                await _queries.refund_others_under_way(
                    connection,
                    event_id=ids.event_of(order_id),
                    order_id=order_id,
                    refund_id=refund_id,
                )
            )

    async def returned_elsewhere(self, refund: Refund) -> dict[int, int]:
        """Returns how many of each line of the order other refunds took back, by line number."""
        async with self._database.connection() as connection:
            return {
                row["line_no"]: row["quantity"]
                async for row in _queries.lines_returned(
                    connection, **_key(refund), order_id=refund.order_id
                )
            }

    async def due(self, batch_max: int) -> list[UUID]:
        """Returns refunds that it is time to go on with."""
        async with self._database.connection() as connection:
            return [
                row["refund_id"]
                async for row in _queries.refunds_due(connection, batch_max=batch_max)
            ]

    async def check_later(self, refund: Refund, seconds: float, failure_count: int) -> None:
        """Says when to look at a refund again."""
        async with self._database.connection() as connection:
            await _queries.refund_check_later(
                connection,
                **_key(refund),
                check_after_seconds=seconds,
                failure_count=failure_count,
            )

    async def renew(self, order: Order, lease: UUID) -> None:
        """Keeps the order's lease. Raises LeaseLost."""
        async with self._database.connection() as connection:
            kept = await _queries.order_renew(
                connection, **_mine(order, lease), lease_seconds=LEASE_SECONDS
            )
        if kept is None:
            raise LeaseLost

    async def refuse(self, refund: Refund, problem: str) -> None:
        """CLAIM → REFUSED."""
        async with self._database.connection() as connection:
            await _queries.refund_refuse(connection, **_key(refund), problem=problem)

    async def claimed(
        self, refund: Refund, tickets: Sequence[RefundTicket], amount_minor: int
    ) -> None:
        """CLAIM → REVOKE, with the tickets and what they come to."""
        async with self._database.transaction() as connection:
            await _queries.refund_claimed(connection, **_key(refund), amount_minor=amount_minor)
            await _queries.refund_tickets_insert(
                connection,
                **_key(refund),
                ticket_ids=[ticket.ticket_id for ticket in tickets],
                line_nos=[ticket.line_no for ticket in tickets],
                seat_ids=[ticket.seat_id for ticket in tickets],
                pool_ids=[ticket.pool_id for ticket in tickets],
            )

    async def revoked(self, refund: Refund) -> None:
        """REVOKE → PAY."""
        async with self._database.connection() as connection:
            await _queries.refund_revoked(connection, **_key(refund))

    async def attempt(self, refund: Refund, *, with_next_key: bool) -> Refund:
        """Records that the processor is about to be asked. Raises LeaseLost when it was asked already."""
        async with self._database.connection() as connection:
            row = await _queries.refund_attempt(
                connection, **_key(refund), attempt_raise=1 if with_next_key else 0
            )
        if row is None:
            raise LeaseLost
        return _refund_of(row)

    async def fail(self, refund: Refund, problem: str) -> None:
        """PAY → FAILED."""
        async with self._database.transaction() as connection:
            await _queries.refund_fail(connection, **_key(refund), problem=problem)
            await _queries.order_touch(
                connection, event_id=refund.event_id, order_id=refund.order_id
            )

    async def paid(self, order: Order, lease: UUID, refund: Refund, payout: Payout | None) -> Order:
        """PAY → RETURN or DONE: order, lines, ledger and OrderRefunded in one commit. Raises LeaseLost."""
        is_unsold = refund.kind is RefundKind.UNSOLD
        async with self._database.transaction() as connection:
            if await _queries.order_lock(connection, **_mine(order, lease)) is None:
                raise LeaseLost
            moved = await _queries.refund_paid(
                connection,
                **_key(refund),
                step=(RefundStep.DONE if is_unsold else RefundStep.RETURN).value,
                state=_state_of(payout).value,
                payout_id=payout.payout_id if payout else None,
            )
            if moved is None:
                raise LeaseLost
            if payout:
                await _queries.payout_insert(connection, **_key(refund), payout_id=payout.payout_id)
                await write_transfer(
                    connection, refund_transfer(order, refund.text, refund.amount_minor)
                )
            if is_unsold:
                await _queries.order_refund_unsold(
                    connection, **_mine(order, lease), amount_minor=refund.amount_minor
                )
            else:
                await self._refund_sold(connection, order, lease, refund)
            now = await read_order(connection, order.order_id) or order
            if not is_unsold:
                await _tell_refunded(connection, now, refund)
        Outbox.wake()
        return now

    async def _refund_sold(
        self, connection: Connection, order: Order, lease: UUID, refund: Refund
    ) -> None:
        of_order = {"event_id": order.event_id, "order_id": order.order_id}
        if refund.kind is RefundKind.EVENT_CANCELLED:
            await _queries.lines_refund_all(connection, **of_order)
        else:
            await _queries.lines_refund_tickets(connection, **of_order, refund_id=refund.refund_id)
        await _queries.order_refund(
            connection, **_mine(order, lease), amount_minor=refund.amount_minor
        )

    async def returned(self, refund: Refund, problem: str = "") -> None:
        """RETURN → DONE."""
        async with self._database.connection() as connection:
            await _queries.refund_returned(connection, **_key(refund), problem=problem)

    async def settle(self, refund: Refund, status: PayoutStatus) -> bool:
        """Records how a refund's money ended; a failed one goes back into the ledger. Returns whether it was news."""
        failed = status is PayoutStatus.FAILED
        async with self._database.transaction() as connection:
            news = await _queries.refund_settle(
                connection,
                **_key(refund),
                state=(RefundState.FAILED if failed else RefundState.SUCCEEDED).value,
                problem="the processor could not give the money back" if failed else "",
            )
            if news is None:
                return False
            order = await read_order(connection, refund.order_id)
            if failed and order:
                await write_transfer(
                    connection, refund_failed_transfer(order, refund.text, refund.amount_minor)
                )
                await _queries.order_unrefund(
                    connection,
                    event_id=order.event_id,
                    order_id=order.order_id,
                    amount_minor=refund.amount_minor,
                )
            else:
                await _queries.order_touch(
                    connection, event_id=refund.event_id, order_id=refund.order_id
                )
        return True

    async def running_cancellations(self, batch_max: int) -> list[int]:
        """Returns events whose orders are being refunded."""
        async with self._database.connection() as connection:
            return [
                row["event_id"]
                async for row in _queries.cancellations_running(connection, batch_max=batch_max)
            ]

    async def orders_to_end(
        self, event_id: int, after_order_id: UUID, batch_max: int
    ) -> list[tuple[UUID, OrderState]]:
        """Returns some orders of a cancelled event that are still to end."""
        async with self._database.connection() as connection:
            return [
                (row["order_id"], OrderState(row["state"]))
                async for row in _queries.cancellation_orders(
                    connection,
                    event_id=event_id,
                    after_order_id=after_order_id,
                    batch_max=batch_max,
                )
            ]

    async def begin_cancellations(self, event_ids: Sequence[int]) -> None:
        """Begins the refunds of cancelled events."""
        async with self._database.connection() as connection:
            await note_events_cancelled(connection, event_ids)

    async def finish_cancellation(self, event_id: int) -> bool:
        """RUNNING → DONE, when no order of the event is open."""
        async with self._database.connection() as connection:
            return await _queries.cancellation_finish(connection, event_id=event_id) is not None

    async def cancellation(self, event_id: int) -> CancellationProgress | None:
        """Returns how far the refunds of an event have come; None while it is not cancelled."""
        async with self._database.connection() as connection:
            row = await _queries.cancellation_read(connection, event_id=event_id)
        if row is None:
            return None
        return CancellationProgress(**{**dict(row), "currency_code": row["currency_code"] or ""})


async def note_events_cancelled(connection: Connection, event_ids: Sequence[int]) -> None:
    """Begins the refunds of cancelled events, in the caller's transaction."""
    await _queries.cancellations_insert(connection, event_ids=list(event_ids))


async def _read(connection: Connection, refund_id: UUID) -> Refund | None:
    row = await _queries.refund_read(
        connection, event_id=ids.event_of(refund_id), refund_id=refund_id
    )
    return _refund_of(row) if row else None


def _refund_of(row: Any) -> Refund:
    values = dict(row)
    values["kind"] = RefundKind(values["kind"])
    values["step"] = RefundStep(values["step"])
    values["state"] = RefundState(values["state"])
    return Refund(**values)


def _state_of(payout: Payout | None) -> RefundState:
    is_pending = payout is not None and payout.status is PayoutStatus.PENDING
    return RefundState.PENDING if is_pending else RefundState.SUCCEEDED


async def _tell_refunded(connection: Connection, order: Order, refund: Refund) -> None:
    details = (await read_details(connection, [order]))[0]
    summary = next(one for one in details.refunds if one.refund_id == refund.refund_id)
    refunded = events_pb2.OrderRefunded(
        order=wire.order_for_services(details),
        account_id=ids.text("acc", order.account_id),
        refund=wire.refund(summary, order),
    )
    await tell(connection, order, refunded)


def _key(refund: Refund) -> dict[str, object]:
    return {"event_id": refund.event_id, "refund_id": refund.refund_id}


def _mine(order: Order, lease: UUID) -> dict[str, object]:
    return {"event_id": order.event_id, "order_id": order.order_id, "lease_owner": lease}
