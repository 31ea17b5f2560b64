"""Idempotency keys, as Stripe documents them."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import httpx
import pytest
import stripe

from tests.integration.local_stripe.server import KEY, NO_REDIRECTS, LocalStripe
from tests.polling import wait_until

FORM = {"amount": "5000", "currency": "eur", "metadata[order_id]": "ord_1"}


def post(server: LocalStripe, path: str, key: str, form: dict[str, str]) -> httpx.Response:
    headers = {"Idempotency-Key": key}
    return httpx.post(server.url + path, data=form, headers=headers, auth=(KEY, ""), timeout=30)


def test_the_same_key_and_parameters_replay_the_first_reply(local_stripe: LocalStripe) -> None:
    key = str(uuid4())
    first = post(local_stripe, "/v1/payment_intents", key, FORM)
    reordered = dict(reversed(FORM.items()))
    again = post(local_stripe, "/v1/payment_intents", key, reordered)

    assert again.content == first.content
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["original-request"] == first.headers["request-id"]
    assert again.headers["request-id"] != first.headers["request-id"]
    assert "idempotent-replayed" not in first.headers


def test_a_key_with_other_parameters_is_refused(local_stripe: LocalStripe) -> None:
    key = str(uuid4())
    options: stripe.RequestOptions = {"idempotency_key": key}
    intents = local_stripe.client().v1.payment_intents
    intents.create({"amount": 5_000, "currency": "eur"}, options)

    with pytest.raises(stripe.IdempotencyError) as refused:
        intents.create({"amount": 6_000, "currency": "eur"}, options)

    assert refused.value.http_status == 400
    other_address = post(local_stripe, "/v1/customers", key, {"email": "ada@example.org"})
    assert other_address.status_code == 400
    assert other_address.json()["error"]["type"] == "idempotency_error"


def test_a_declined_payment_is_declined_again_without_a_second_attempt(
    local_stripe: LocalStripe,
) -> None:
    intent = local_stripe.new_intent()
    path, key = f"/v1/payment_intents/{intent.id}/confirm", str(uuid4())
    form = {"payment_method": "pm_card_chargeDeclined"}

    first = post(local_stripe, path, key, form)
    again = post(local_stripe, path, key, form)

    assert first.status_code == again.status_code == 402
    assert again.content == first.content
    charges = local_stripe.client().v1.charges.list({"payment_intent": intent.id})
    assert len(charges.data) == 1


def test_a_refusal_by_the_objects_state_is_kept(local_stripe: LocalStripe) -> None:
    intent = local_stripe.new_intent()
    path, key = f"/v1/payment_intents/{intent.id}/capture", str(uuid4())

    early = post(local_stripe, path, key, {})
    local_stripe.client().v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})
    again = post(local_stripe, path, key, {})

    assert early.status_code == again.status_code == 400
    assert again.headers["idempotent-replayed"] == "true"


def test_a_request_that_failed_validation_may_be_mended(local_stripe: LocalStripe) -> None:
    key = str(uuid4())
    wrong = post(local_stripe, "/v1/payment_intents", key, {**FORM, "amount": "x"})
    right = post(local_stripe, "/v1/payment_intents", key, FORM)
    assert (wrong.status_code, right.status_code) == (400, 200)


def test_a_key_in_use_is_a_conflict(local_stripe: LocalStripe) -> None:
    """Tried: without the mark of keys in use the second request is run too, and gets a 200."""
    key = str(uuid4())
    local_stripe.fault(action="delay_ms", method="POST", path="/v1/payment_intents", delay_ms=1_500)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(post, local_stripe, "/v1/payment_intents", key, FORM)
        wait_until(
            lambda: httpx.get(f"{local_stripe.url}/_local/faults").json()["faults"][0]["strikes"],
            within_seconds=5,
            what="the first request's delay",
        )
        second = post(local_stripe, "/v1/payment_intents", key, FORM)

        assert second.status_code == 409
        assert second.json()["error"]["code"] == "idempotency_key_in_use"
        assert second.headers["stripe-should-retry"] == "true"
        assert first.result().status_code == 200


def test_the_librarys_own_retry_after_a_lost_reply_pays_once(local_stripe: LocalStripe) -> None:
    local_stripe.fault(
        action="timeout_after_doing", path="/v1/payment_intents", method="POST", delay_ms=0
    )
    marked = {"test": str(uuid4())}

    intent = local_stripe.client(retries=2).v1.payment_intents.create(
        {
            "amount": 5_000,
            "currency": "eur",
            "automatic_payment_methods": NO_REDIRECTS,  # type: ignore[typeddict-item]
            "metadata": marked,
        }
    )

    everything = local_stripe.client().v1.payment_intents.list({"limit": 100})
    assert [found.id for found in everything.data if found.to_dict()["metadata"] == marked] == [
        intent.id
    ]
