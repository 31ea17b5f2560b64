"""Faults on demand do exactly what they say."""

import httpx
import pytest
import stripe

from tests.integration.local_stripe.server import KEY, LocalStripe, WebhookReceiver
from tests.polling import wait_until


def intent_count(server: LocalStripe, order_id: str) -> int:
    listed = server.client().v1.payment_intents.list({"limit": 100})
    return sum(intent.to_dict()["metadata"].get("order_id") == order_id for intent in listed.data)


@pytest.mark.parametrize(
    ("action", "error", "status"),
    [("refuse_500", stripe.APIError, 500), ("refuse_429", stripe.RateLimitError, 429)],
)
def test_a_refusal_does_nothing_and_ends_with_its_count(
    local_stripe: LocalStripe, action: str, error: type[stripe.StripeError], status: int
) -> None:
    local_stripe.fault(action=action, method="POST", path="/v1/payment_intents", count=2)
    order = f"ord_{action}"

    for _ in range(2):
        with pytest.raises(error) as refused:
            local_stripe.new_intent(metadata={"order_id": order})
        assert refused.value.http_status == status

    assert intent_count(local_stripe, order) == 0
    local_stripe.new_intent(metadata={"order_id": order})
    assert intent_count(local_stripe, order) == 1


def test_a_kept_refusal_answers_every_retry_of_its_key(local_stripe: LocalStripe) -> None:
    local_stripe.fault(action="refuse_500", path="/v1/payment_intents", keep=True)
    options = {"idempotency_key": "key-of-a-kept-500"}

    for _ in range(2):
        with pytest.raises(stripe.APIError):
            local_stripe.new_intent(options=options)

    local_stripe.new_intent(options={"idempotency_key": "another-key"})


def test_a_lost_reply_was_done_all_the_same(local_stripe: LocalStripe) -> None:
    intent = local_stripe.new_intent()
    local_stripe.fault(action="timeout_after_doing", path=".*/confirm", delay_ms=50)

    with pytest.raises(stripe.APIConnectionError):
        local_stripe.client().v1.payment_intents.confirm(
            intent.id, {"payment_method": "pm_card_visa"}
        )

    after = local_stripe.client().v1.payment_intents.retrieve(intent.id)
    assert after.status == "requires_capture"


def test_a_webhook_can_overtake_its_reply(
    local_stripe: LocalStripe, webhooks: WebhookReceiver
) -> None:
    intent = local_stripe.new_intent()
    local_stripe.fault(action="delay_ms", path=".*/confirm", when="after", delay_ms=60_000)
    form = {"payment_method": "pm_card_visa"}
    url = f"{local_stripe.url}/v1/payment_intents/{intent.id}/confirm"

    # The reply is held for a minute; the client gives up long before.
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(url, data=form, auth=(KEY, ""), timeout=1)

    webhooks.wait_for(intent.id, "payment_intent.amount_capturable_updated")


def test_webhooks_are_dropped_and_doubled(
    local_stripe: LocalStripe, webhooks: WebhookReceiver
) -> None:
    local_stripe.fault(action="drop_webhook", event_type="payment_intent.created")
    local_stripe.fault(action="duplicate_webhook", event_type="charge.succeeded", copies=3)

    intent = local_stripe.captured_intent()
    webhooks.wait_for(intent.id, "charge.succeeded", count=3)
    webhooks.wait_for(intent.id, "payment_intent.succeeded")

    wait_until(
        lambda: not httpx.get(f"{local_stripe.url}/_local/deliveries").json()["deliveries"],
        within_seconds=10,
        what="the end of all deliveries",
    )
    assert "payment_intent.created" not in webhooks.about(intent.id)
    assert webhooks.about(intent.id).count("charge.succeeded") == 3


def test_webhooks_arrive_backwards(local_stripe: LocalStripe, webhooks: WebhookReceiver) -> None:
    intent = local_stripe.new_intent()
    local_stripe.client().v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})
    webhooks.wait_for(intent.id, "payment_intent.amount_capturable_updated")
    before = len(webhooks.about(intent.id))
    local_stripe.fault(action="reorder_webhooks", path=".*/capture", count=None, delay_ms=2_000)

    local_stripe.client().v1.payment_intents.capture(intent.id)
    webhooks.wait_for(intent.id, "charge.captured")

    assert webhooks.about(intent.id)[before:] == [
        "charge.updated",
        "payment_intent.succeeded",
        "charge.captured",
    ]


def test_what_is_no_rule_is_refused(local_stripe: LocalStripe) -> None:
    url = f"{local_stripe.url}/_local/faults"
    for rule in ({}, {"action": "explode"}, {"action": "refuse_500", "count": 0},
                 {"action": "refuse_500", "path": "("}, {"action": "refuse_500", "colour": 1}):  # fmt: skip
        assert httpx.post(url, json=rule).status_code == 400
    assert httpx.post(url, content=b"[").status_code == 400
    assert httpx.get(url).json() == {"faults": []}
