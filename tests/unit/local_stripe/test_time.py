"""What the passing of time does: keys are forgotten, authorisations end, money is available."""

import pytest

from deploy.local.stripe import capturing, confirming, intents, ledger
from deploy.local.stripe.account import Account
from deploy.local.stripe.charges import AUTHORISATION_SECONDS
from deploy.local.stripe.errors import IdempotencyKeyInUse, IdempotencyKeyReused
from deploy.local.stripe.idempotency import KEPT_SECONDS, IdempotencyKeys, fingerprint
from deploy.local.stripe.parameters import Parameters
from deploy.local.stripe.store import Document, KeptReply, Span
from tests.unit.local_stripe.conftest import FakeClock

TERMS = {
    "amount": "5000",
    "currency": "eur",
    "capture_method": "manual",
    "payment_method": "pm_card_visa",
    "automatic_payment_methods": {"enabled": "true", "allow_redirects": "never"},
}


def authorised(account: Account) -> Document:
    parameters = Parameters(TERMS)
    return confirming.take_payment(account, intents.create(account, parameters), parameters)


def test_a_reply_is_kept_for_a_day(account: Account, clock: FakeClock) -> None:
    keys = IdempotencyKeys(account.store, clock)
    mark = fingerprint("POST", "/v1/refunds", "amount=1")
    keys.keep("key", KeptReply(mark, 200, b"{}", "req_1"))

    clock.advance(KEPT_SECONDS - 1)
    assert keys.kept("key", mark) is not None
    with pytest.raises(IdempotencyKeyReused):
        keys.kept("key", fingerprint("POST", "/v1/refunds", "amount=2"))
    clock.advance(2)
    assert keys.kept("key", mark) is None


def test_a_key_is_free_again_after_its_request(account: Account, clock: FakeClock) -> None:
    keys = IdempotencyKeys(account.store, clock)
    with keys.in_use("key"), pytest.raises(IdempotencyKeyInUse):
        keys.kept("key", "mark")
    assert keys.kept("key", "mark") is None


def test_the_order_of_parameters_does_not_make_another_request() -> None:
    same = {fingerprint("POST", "/v1/x", text) for text in ("a=1&b=2", "b=2&a=1")}
    other = {fingerprint("POST", "/v1/y", "a=1&b=2"), fingerprint("POST", "/v1/x", "a=1&b=3")}
    assert len(same) == 1
    assert not same & other


def test_an_authorisation_that_is_not_captured_in_a_week_ends(
    account: Account, clock: FakeClock
) -> None:
    intent = authorised(account)
    clock.advance(AUTHORISATION_SECONDS - 1)
    assert account.store.due_jobs(clock()) == []
    clock.advance(2)

    (job,) = account.store.due_jobs(clock())
    assert job.name == "expire_authorisation"
    capturing.expire_authorisation(account, job.object_id)

    ended = account.get("payment_intent", intent["id"], "intent")
    assert (ended["status"], ended["cancellation_reason"]) == ("canceled", "automatic")
    (refund,) = account.store.newest_first(Span("refund"))
    assert refund["reason"] == "expired_uncaptured_charge"
    assert list(account.store.newest_first(Span("balance_transaction"))) == []


def test_a_captured_payment_does_not_expire(account: Account, clock: FakeClock) -> None:
    intent = authorised(account)
    capturing.capture(account, intent, Parameters({}))
    clock.advance(AUTHORISATION_SECONDS + 1)

    capturing.expire_authorisation(account, intent["id"])

    assert account.get("payment_intent", intent["id"], "intent")["status"] == "succeeded"


def test_money_is_available_after_two_days(account: Account, clock: FakeClock) -> None:
    capturing.capture(account, authorised(account), Parameters({}))
    fresh = ledger.balance(account)
    clock.advance(ledger.AVAILABLE_AFTER_SECONDS)
    later = ledger.balance(account)

    net = 5_000 - ledger.processing_fee(5_000)
    assert (fresh["pending"][0]["amount"], fresh["available"][0]["amount"]) == (net, 0)
    assert (later["pending"][0]["amount"], later["available"][0]["amount"]) == (0, net)


def test_the_oldest_events_go_first_and_never_one_that_is_still_to_be_delivered(
    account: Account,
) -> None:
    for _ in range(5):
        account.emit("customer.created", {"id": "cus_1", "object": "customer"})
    events = list(account.store.oldest_first(Span("event")))
    account.store.add_delivery(events[0]["id"], "we_1", 0)

    account.store.forget_events(events_max=2, batch_rows=100)

    kept = [event["id"] for event in account.store.oldest_first(Span("event"))]
    assert kept == [events[0]["id"], events[3]["id"], events[4]["id"]]
    by_type = Span("event", field="type", value="customer.created")
    assert [event["id"] for event in account.store.oldest_first(by_type)] == kept
