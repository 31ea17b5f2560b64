"""What was acknowledged survives restarts and kill -9."""

import signal

import pytest
import stripe

from tests.integration.local_stripe.server import LocalStripe, WebhookReceiver


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_state_and_keys_survive(own_stripe: LocalStripe, number: signal.Signals) -> None:
    options = {"idempotency_key": "before-the-restart"}
    intent = own_stripe.new_intent(options=options)
    own_stripe.client().v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})

    status = own_stripe.stop(number)
    own_stripe.start()

    assert status == (0 if number == signal.SIGTERM else -signal.SIGKILL)
    assert own_stripe.new_intent(options=options).id == intent.id
    captured = own_stripe.client().v1.payment_intents.capture(intent.id)
    assert captured.status == "succeeded"


def test_webhooks_not_taken_before_a_crash_are_delivered_after_it(
    own_stripe: LocalStripe, webhooks: WebhookReceiver
) -> None:
    own_stripe.fault(action="delay_webhook", count=None, delay_ms=2_000)
    intent = own_stripe.new_intent()

    own_stripe.stop(signal.SIGKILL)
    assert webhooks.about(intent.id) == []
    own_stripe.start()

    webhooks.wait_for(intent.id, "payment_intent.created")


def test_what_stripe_does_later_is_done_after_a_crash(
    own_stripe: LocalStripe, webhooks: WebhookReceiver
) -> None:
    intent = own_stripe.captured_intent("pm_card_refundFail")
    refund = own_stripe.client().v1.refunds.create({"payment_intent": intent.id})

    own_stripe.stop(signal.SIGKILL)
    own_stripe.start()

    webhooks.wait_for(refund.id, "refund.failed")


def test_it_ends_at_once_though_a_reply_is_held(own_stripe: LocalStripe) -> None:
    own_stripe.fault(action="timeout_after_doing", delay_ms=60_000)
    client = stripe.StripeClient(
        "sk_test_local",
        base_addresses={"api": own_stripe.url},
        http_client=stripe.RequestsClient(timeout=1),
        max_network_retries=0,
    )
    with pytest.raises(stripe.APIConnectionError):
        client.v1.balance.retrieve()

    assert own_stripe.stop() == 0
    own_stripe.start()
