"""The checkout's rule, case by case."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from mesh import ids
from mesh.money import Money
from payment_svc.orders.checkout import Step, check_after_seconds, next_step
from payment_svc.orders.order import Order
from payment_svc.processor import Intent, PaymentStatus
from payment_svc.states import EndReason, OrderState

NOW = datetime(2030, 1, 1, tzinfo=UTC)
EVENT = ids.new_event_id()
ORDER = Order(
    event_id=EVENT,
    order_id=ids.new_id(EVENT),
    hold_id=ids.new_id(EVENT),
    account_id=ids.new_account_id(),
    state=OrderState.AWAITING_PAYMENT,
    currency_code="EUR",
    total_minor=9_500,
    captured_minor=0,
    refunded_minor=0,
    event_name="Open Line Night",
    expire_time=NOW + timedelta(minutes=10),
    hold_ended=False,
    ending_reason=None,
    end_reason=None,
    intent_id="pi_1",
    client_secret="pi_1_secret",
    last_decline_code="",
    intent_attempt=1,
    capture_attempt=1,
    void_attempt=1,
    version=1,
    create_time=NOW,
    capture_time=None,
    pay_time=None,
    failure_count=0,
)
CONFIRMING = replace(ORDER, state=OrderState.CONFIRMING)
CAPTURED = replace(CONFIRMING, captured_minor=9_500, capture_time=NOW)
OVER = replace(ORDER, hold_ended=True)


def intent(status: PaymentStatus, decline_code: str = "", amount_minor: int = 9_500) -> Intent:
    return Intent("pi_1", status, Money(amount_minor, "EUR"), "s", decline_code, "", NOW)


def step(order: Order, payment: Intent | None, *, is_pinned: bool = False) -> Step:
    return next_step(order, payment, is_pinned=is_pinned, now=NOW)


@pytest.mark.parametrize(
    ("order", "status", "expected"),
    [
        (ORDER, PaymentStatus.WAITING, Step.WAIT),
        (ORDER, PaymentStatus.PROCESSING, Step.WAIT),
        (ORDER, PaymentStatus.AUTHORISED, Step.BEGIN_CONFIRMING),
        (ORDER, PaymentStatus.CAPTURED, Step.BEGIN_CONFIRMING),
        (ORDER, PaymentStatus.VOIDED, Step.GIVE_UP_PAYMENT),
        (OVER, PaymentStatus.WAITING, Step.LET_HOLD_EXPIRE),
        (OVER, PaymentStatus.PROCESSING, Step.WAIT),
        (OVER, PaymentStatus.AUTHORISED, Step.BEGIN_CONFIRMING),
        (CONFIRMING, PaymentStatus.AUTHORISED, Step.PIN),
        (CONFIRMING, PaymentStatus.CAPTURED, Step.PIN),
        (CAPTURED, PaymentStatus.CAPTURED, Step.SELL),
    ],
)
def test_the_next_step_of_an_order(order: Order, status: PaymentStatus, expected: Step) -> None:
    assert step(order, intent(status)) is expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (PaymentStatus.AUTHORISED, Step.CAPTURE),
        (PaymentStatus.CAPTURED, Step.RECORD_CAPTURE),
        (PaymentStatus.VOIDED, Step.GIVE_UP_PAYMENT),
        (PaymentStatus.WAITING, Step.GIVE_UP_PAYMENT),
        (PaymentStatus.PROCESSING, Step.WAIT),
    ],
)
def test_money_is_taken_only_for_pinned_seats(status: PaymentStatus, expected: Step) -> None:
    assert step(CONFIRMING, intent(status), is_pinned=True) is expected
    assert step(CONFIRMING, intent(status), is_pinned=False) is Step.PIN


@pytest.mark.parametrize(
    ("order", "status", "expected"),
    [
        (ORDER, PaymentStatus.WAITING, Step.VOID),
        (ORDER, PaymentStatus.AUTHORISED, Step.VOID),
        (ORDER, PaymentStatus.PROCESSING, Step.WAIT),
        (ORDER, PaymentStatus.VOIDED, Step.CLOSE),
        (ORDER, None, Step.CLOSE),
        (CONFIRMING, PaymentStatus.CAPTURED, Step.RECORD_CAPTURE),
        (CAPTURED, PaymentStatus.CAPTURED, Step.GIVE_BACK),
        (replace(CAPTURED, refunded_minor=9_500), PaymentStatus.CAPTURED, Step.CLOSE),
    ],
)
def test_an_order_that_is_to_end_keeps_no_money(
    order: Order, status: PaymentStatus | None, expected: Step
) -> None:
    ending = replace(order, ending_reason=EndReason.BUYER)
    assert step(ending, intent(status) if status else None) is expected


def test_nothing_is_ever_captured_for_an_order_that_is_to_end() -> None:
    """All orders × statuses × pins: no ending order captures or sells, no order captures without a pin."""
    for order, status, is_pinned, ending in product(
        (ORDER, OVER, CONFIRMING, CAPTURED), PaymentStatus, (True, False), (None, *EndReason)
    ):
        found = step(replace(order, ending_reason=ending), intent(status), is_pinned=is_pinned)
        if ending:
            assert found not in (Step.CAPTURE, Step.SELL, Step.BEGIN_CONFIRMING)
        if found is Step.CAPTURE:
            assert is_pinned


@pytest.mark.parametrize(
    "state", [s for s in OrderState if s not in ("AWAITING_PAYMENT", "CONFIRMING")]
)
def test_an_order_that_is_paid_or_over_needs_nothing(state: OrderState) -> None:
    for status in PaymentStatus:
        assert step(replace(ORDER, state=state), intent(status)) is Step.DONE


def test_a_payment_of_another_amount_or_currency_is_given_up() -> None:
    assert step(ORDER, intent(PaymentStatus.AUTHORISED, amount_minor=1)) is Step.GIVE_UP_PAYMENT
    yen = replace(intent(PaymentStatus.AUTHORISED), amount=Money(9_500, "JPY"))
    assert step(ORDER, yen) is Step.GIVE_UP_PAYMENT


def test_a_decline_is_noted_once() -> None:
    declined = intent(PaymentStatus.WAITING, "generic_decline")
    assert step(ORDER, declined) is Step.NOTE_DECLINE
    assert step(replace(ORDER, last_decline_code="generic_decline"), declined) is Step.WAIT


def test_a_free_order_needs_no_payment() -> None:
    free = replace(ORDER, total_minor=0, intent_id=None)
    assert step(free, None) is Step.BEGIN_CONFIRMING
    confirming = replace(free, state=OrderState.CONFIRMING)
    assert step(confirming, None) is Step.PIN
    assert step(confirming, None, is_pinned=True) is Step.SELL


def test_an_unpaid_order_is_looked_at_when_its_hold_ends_and_at_least_every_twenty_seconds() -> (
    None
):
    assert check_after_seconds(ORDER, NOW, 0) == 20
    assert check_after_seconds(ORDER, ORDER.expire_time - timedelta(seconds=7), 0) == 7
    assert check_after_seconds(ORDER, ORDER.expire_time, 0) == 5


def test_failures_are_retried_ever_later_and_never_later_than_a_quarter_of_a_minute() -> None:
    waits = [check_after_seconds(ORDER, NOW, count) for count in range(1, 12)]
    assert waits[:4] == [1, 2, 4, 8]
    assert waits == sorted(waits)
    assert max(waits) == 15


def test_keys_name_order_step_and_attempt() -> None:
    key = ORDER.key("capture", 2)
    assert key == f"{ids.text('ord', ORDER.order_id)}-capture-2"
