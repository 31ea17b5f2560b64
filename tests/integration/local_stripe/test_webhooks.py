"""Events and their signed delivery, tried until taken."""

from uuid import uuid4

import httpx
import pytest
import stripe

from tests.integration.local_stripe.server import KEY, LocalStripe, WebhookReceiver
from tests.polling import wait_until


def test_every_state_change_of_a_payment_is_told(
    local_stripe: LocalStripe, webhooks: WebhookReceiver
) -> None:
    """The receiver checks each signature with the official library before it counts."""
    intent = local_stripe.new_intent()
    intents = local_stripe.client().v1.payment_intents
    with pytest.raises(stripe.CardError):
        intents.confirm(intent.id, {"payment_method": "pm_card_chargeDeclined"})
    intents.confirm(intent.id, {"payment_method": "pm_card_visa"})
    intents.capture(intent.id)
    local_stripe.client().v1.refunds.create({"payment_intent": intent.id})
    webhooks.wait_for(intent.id, "charge.refunded")

    recorded = local_stripe.client().v1.events.list({"limit": 100}).data
    told = [event.type for event in reversed(recorded) if intent.id in str(event.data.object)]
    assert told == [
        "payment_intent.created",
        "charge.failed",
        "payment_intent.payment_failed",
        "charge.succeeded",
        "payment_intent.amount_capturable_updated",
        "charge.captured",
        "payment_intent.succeeded",
        "charge.updated",
        "refund.created",
        "charge.refunded",
    ]
    wait_until(
        lambda: sorted(webhooks.about(intent.id)) == sorted(told),
        within_seconds=10,
        what="the delivery of each event once",
    )


def test_an_event_names_the_request_that_caused_it_and_shows_the_state_then(
    local_stripe: LocalStripe, webhooks: WebhookReceiver
) -> None:
    key = str(uuid4())
    intent = local_stripe.new_intent(options={"idempotency_key": key})
    local_stripe.client().v1.payment_intents.cancel(intent.id)

    event = webhooks.wait_for(intent.id, "payment_intent.created")

    assert event["request"]["idempotency_key"] == key
    assert event["request"]["id"].startswith("req_")
    assert event["data"]["object"]["status"] == "requires_payment_method"
    recorded = local_stripe.client().v1.events.retrieve(event["id"])
    assert recorded.type == "payment_intent.created"


def test_a_refused_delivery_is_tried_again(
    local_stripe: LocalStripe, webhooks: WebhookReceiver
) -> None:
    wait_until(lambda: deliveries(local_stripe) == [], within_seconds=10, what="a quiet start")
    webhooks.refusals.extend([500, 302])

    intent = local_stripe.new_intent()
    event = webhooks.wait_for(intent.id, "payment_intent.created")

    assert not webhooks.refusals
    wait_until(
        lambda: local_stripe.client().v1.events.retrieve(event["id"]).pending_webhooks == 0,
        within_seconds=5,
        what="the count of pending deliveries to fall to zero",
    )


def test_events_are_listed_by_type_and_group(local_stripe: LocalStripe) -> None:
    events = local_stripe.client().v1.events
    intent = local_stripe.captured_intent()

    one = events.list({"type": "payment_intent.succeeded", "limit": 1})
    group = events.list({"type": "payment_intent.*", "limit": 3})
    several = events.list({"types": ["charge.captured", "payment_intent.created"], "limit": 2})

    assert one.data[0].data.object["id"] == intent.id
    assert [event.type for event in group.data] == [
        "payment_intent.succeeded",
        "payment_intent.amount_capturable_updated",
        "payment_intent.created",
    ]
    assert [event.type for event in several.data] == ["charge.captured", "payment_intent.created"]


def test_an_endpoint_gets_what_it_asked_for_signed_with_its_own_secret(
    local_stripe: LocalStripe,
) -> None:
    receiver = WebhookReceiver()
    endpoints = local_stripe.client().v1.webhook_endpoints
    endpoint = endpoints.create(
        {"url": receiver.url, "enabled_events": ["payment_intent.canceled"]}
    )
    try:
        assert endpoint.secret is not None
        assert endpoint.secret.startswith("whsec_")
        assert "secret" not in endpoints.retrieve(endpoint.id)
        # The receiver knows another secret: it refuses, and the delivery keeps waiting.
        intent = local_stripe.new_intent()
        local_stripe.client().v1.payment_intents.cancel(intent.id)
        wait_until(
            lambda: [
                delivery
                for delivery in deliveries(local_stripe)
                if delivery["endpointId"] == endpoint.id and delivery["attempts"] >= 1
            ],
            within_seconds=10,
            what="a failed attempt at the endpoint",
        )
        waiting = [d for d in deliveries(local_stripe) if d["endpointId"] == endpoint.id]
        assert [delivery["eventType"] for delivery in waiting] == ["payment_intent.canceled"]
        assert receiver.events == []
    finally:
        assert endpoints.delete(endpoint.id)["deleted"] is True
        receiver.close()
    wait_until(
        lambda: all(d["endpointId"] != endpoint.id for d in deliveries(local_stripe)),
        within_seconds=20,
        what="the end of deliveries to a deleted endpoint",
    )


def test_an_event_can_be_sent_again(local_stripe: LocalStripe, webhooks: WebhookReceiver) -> None:
    intent = local_stripe.new_intent()
    event = webhooks.wait_for(intent.id, "payment_intent.created")

    httpx.post(f"{local_stripe.url}/_local/events/{event['id']}/resend").raise_for_status()

    webhooks.wait_for(intent.id, "payment_intent.created", count=2)


def deliveries(server: LocalStripe) -> list[dict[str, object]]:
    reply = httpx.get(f"{server.url}/_local/deliveries", auth=(KEY, ""))
    found: list[dict[str, object]] = reply.json()["deliveries"]
    return found
