"""The ledger: no commit leaves it out of balance, and no movement is written twice."""

import asyncpg
import pytest

from payment_svc.ledger.store import write_transfer
from payment_svc.ledger.transfers import Account, Transfer, TransferKind, refund_transfer
from tests.integration.payment.conftest import Payment


async def test_a_transfer_that_does_not_sum_to_zero_cannot_be_committed(payment: Payment) -> None:
    """Tried: without the trigger ledger_transfer_balances it is committed."""
    order = await payment.place()
    crooked = Transfer(
        order.event_id,
        order.order_id,
        TransferKind.CAPTURE,
        "pi_1",
        "EUR",
        {Account.PROCESSOR: 10_000, Account.FACE: -9_999},
    )
    with pytest.raises(asyncpg.CheckViolationError) as refusal:
        async with payment.database.transaction() as connection:
            await write_transfer(connection, crooked)
    assert refusal.value.constraint_name == "ledger_transfer_balances"
    assert await payment.fetch("SELECT transfer_id FROM ledger_transfers") == []


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE ledger_entries SET amount_minor = amount_minor + 1 WHERE account = 'face'",
        "DELETE FROM ledger_entries WHERE account = 'processor'",
    ],
)
async def test_nobody_changes_one_side_of_a_transfer(payment: Payment, tampering: str) -> None:
    await payment.pay(await payment.place())
    with pytest.raises(asyncpg.CheckViolationError):
        await payment.execute(tampering)


async def test_a_movement_is_written_once(payment: Payment) -> None:
    order = await payment.pay(await payment.place())
    for expected in (True, False):
        async with payment.database.transaction() as connection:
            transfer = refund_transfer(order, "rfd_1", 100)
            assert await write_transfer(connection, transfer) is expected


async def test_more_than_was_captured_cannot_go_back(payment: Payment) -> None:
    await payment.pay(await payment.place())
    with pytest.raises(asyncpg.CheckViolationError) as refusal:
        await payment.execute("UPDATE orders SET refunded_minor = total_minor + 1")
    assert refusal.value.constraint_name == "orders_refunds_within_capture"


async def test_an_order_cannot_be_sold_without_its_money(payment: Payment) -> None:
    await payment.place()
    with pytest.raises(asyncpg.CheckViolationError) as refusal:
        await payment.execute("UPDATE orders SET state = 'PAID', pay_time = clock_timestamp()")
    assert refusal.value.constraint_name == "orders_sold_are_captured"


async def test_yen_are_charged_as_yen(payment: Payment) -> None:
    order = await payment.pay(await payment.place(price_minor=7_500, currency_code="JPY"))
    intent = await payment.stripe.intent(order.intent_id)
    assert (intent["amount_received"], intent["currency"]) == (15_000, "jpy")
    await payment.require_books_right(order)
