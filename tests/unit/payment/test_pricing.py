"""How a hold becomes an order, and what Stripe is told of its amount."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from mesh import ids
from mesh.money import Money
from payment_svc.errors import EventCancelled, HoldExpired, HoldPinned
from payment_svc.ledger.transfers import (
    capture_transfer,
    refund_failed_transfer,
    refund_transfer,
)
from payment_svc.neighbours import EventFacts, HeldPart, Hold
from payment_svc.orders.order import Line, LineKind, price
from payment_svc.stripe_processor import from_stripe_amount, to_stripe_amount
from tests.unit.payment.test_checkout import EVENT, NOW, ORDER

BUYER = ids.new_account_id()
HOLD = Hold(
    hold_id=ids.new_id(EVENT),
    state="HELD",
    expire_time=NOW + timedelta(minutes=10),
    parts=[
        HeldPart("s7", "", 1, Money(6_000, "EUR"), "z1", "Section 1, row 2, seat 3"),
        HeldPart("", "p1", 3, Money(1_000, "EUR"), "z2", "Floor"),
    ],
    currency_code="EUR",
)
FACTS = EventFacts(EVENT, UUID(int=1), "Open Line Night", False, NOW + timedelta(days=14), "EUR")


def test_an_order_has_a_line_for_each_seat_and_pool_at_the_holds_prices() -> None:
    order = price(HOLD, FACTS, BUYER, NOW)
    assert [
        (line.line_no, line.seat_id, line.pool_id, line.amount_minor) for line in order.lines
    ] == [
        (1, "s7", "", 6_000),
        (2, "", "p1", 3_000),
    ]
    assert order.total_minor == 9_000
    assert ids.event_of(order.order_id) == EVENT


@pytest.mark.parametrize(
    ("hold", "facts", "refusal"),
    [
        (replace(HOLD, state="EXPIRED"), FACTS, HoldExpired),
        (replace(HOLD, state="RELEASED"), FACTS, HoldExpired),
        (replace(HOLD, expire_time=NOW), FACTS, HoldExpired),
        (replace(HOLD, state="PINNED"), FACTS, HoldPinned),
        (replace(HOLD, state="CONFIRMED"), FACTS, HoldPinned),
        (HOLD, replace(FACTS, is_cancelled=True), EventCancelled),
    ],
)
def test_a_hold_that_cannot_be_sold_is_refused(
    hold: Hold, facts: EventFacts, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        price(hold, facts, BUYER, NOW)


@pytest.mark.parametrize(
    ("ours", "stripes"),
    [
        (Money(9_500, "EUR"), 9_500),
        (Money(9_500, "JPY"), 9_500),
        (Money(9_500, "KWD"), 9_500),
        (Money(9_500, "ISK"), 950_000),
        (Money(9_500, "UGX"), 950_000),
    ],
)
def test_amounts_are_told_as_stripe_counts_them(ours: Money, stripes: int) -> None:
    assert to_stripe_amount(ours) == stripes
    assert from_stripe_amount(stripes, ours.currency_code.lower()) == ours


def test_every_transfer_sums_to_zero() -> None:
    lines = [
        Line(1, LineKind.FACE, "", "s0", "", "z1", 2, 4_000),
        Line(2, LineKind.FEE, "", "", "", "", 1, 1_000),
        Line(3, LineKind.TAX, "", "", "", "", 1, 500),
        Line(4, LineKind.FEE, "", "", "", "", 1, 0),
    ]
    for transfer in (
        capture_transfer(ORDER, lines),
        refund_transfer(ORDER, "rfd_1", 4_000),
        refund_failed_transfer(ORDER, "rfd_1", 4_000),
    ):
        assert sum(transfer.entries.values()) == 0
        assert 0 not in transfer.entries.values()
