"""3-D Secure: the buyer answers for their bank, on a page or through the test API."""

import httpx
import pytest
import stripe

from tests.integration.local_stripe.server import LocalStripe, WebhookReceiver


def waiting_intent(server: LocalStripe, **terms: str) -> stripe.PaymentIntent:
    intent = server.new_intent()
    method = {"payment_method": "pm_card_authenticationRequired", **terms}
    waiting = server.client().v1.payment_intents.confirm(intent.id, method)  # type: ignore[arg-type]
    assert waiting.status == "requires_action"
    return waiting


def answer(server: LocalStripe, intent: stripe.PaymentIntent, outcome: str) -> httpx.Response:
    url = f"{server.url}/_local/authentications/{intent.id}"
    return httpx.post(url, json={"outcome": outcome, "client_secret": intent.client_secret})


def test_an_approved_payment_is_authorised(
    local_stripe: LocalStripe, webhooks: WebhookReceiver
) -> None:
    intent = waiting_intent(local_stripe)
    webhooks.wait_for(intent.id, "payment_intent.requires_action")

    reply = answer(local_stripe, intent, "approve")

    assert reply.json()["status"] == "requires_capture"
    webhooks.wait_for(intent.id, "payment_intent.amount_capturable_updated")
    charge = local_stripe.client().v1.charges.list({"payment_intent": intent.id}).data[0]
    assert charge.payment_method_details is not None
    card = charge.payment_method_details.card
    assert card is not None
    assert card.three_d_secure is not None
    assert card.three_d_secure.result == "authenticated"


def test_a_refused_payment_wants_another_method(
    local_stripe: LocalStripe, webhooks: WebhookReceiver
) -> None:
    intent = waiting_intent(local_stripe)

    refused = answer(local_stripe, intent, "refuse").json()

    assert refused["status"] == "requires_payment_method"
    assert refused["last_payment_error"]["code"] == "payment_intent_authentication_failure"
    webhooks.wait_for(intent.id, "payment_intent.payment_failed")
    again = local_stripe.client().v1.payment_intents.confirm(
        intent.id, {"payment_method": "pm_card_visa"}
    )
    assert again.status == "requires_capture"


def test_the_page_asks_and_leads_back_to_the_shop(local_stripe: LocalStripe) -> None:
    intent = waiting_intent(local_stripe, return_url="https://onsale.test/orders?o=1")
    assert intent.next_action is not None
    assert intent.next_action.redirect_to_url is not None
    address = intent.next_action.redirect_to_url.url
    assert address is not None

    page = httpx.get(address)
    assert "Approve" in page.text
    assert "50.00 EUR" in page.text
    form = {"outcome": "approve", "client_secret": intent.client_secret or ""}
    back = httpx.post(address.partition("?")[0], data=form)

    assert back.status_code == 303
    assert back.headers["location"].startswith(
        f"https://onsale.test/orders?o=1&payment_intent={intent.id}"
    )
    assert back.headers["location"].endswith("redirect_status=succeeded")
    assert httpx.get(address).status_code == 409


def test_without_a_return_url_the_library_of_the_page_is_asked_to_act(
    local_stripe: LocalStripe,
) -> None:
    intent = waiting_intent(local_stripe)
    assert intent.next_action is not None
    assert intent.next_action.type == "use_stripe_sdk"
    assert httpx.get(intent.next_action.use_stripe_sdk["stripe_js"]).status_code == 200


def test_nobody_answers_without_the_intents_secret(local_stripe: LocalStripe) -> None:
    intent = waiting_intent(local_stripe)
    url = f"{local_stripe.url}/_local/authentications/{intent.id}"

    for forged in ({}, {"client_secret": "pi_x_secret_y"}):
        assert httpx.post(url, json={"outcome": "approve", **forged}).status_code == 400

    now = local_stripe.client().v1.payment_intents.retrieve(intent.id)
    assert now.status == "requires_action"


def test_the_bank_may_decline_after_the_buyer_approved(local_stripe: LocalStripe) -> None:
    intent = local_stripe.new_intent()
    waiting = local_stripe.client().v1.payment_intents.confirm(
        intent.id, {"payment_method": "pm_card_threeDSecureRequiredChargeDeclined"}
    )

    declined = answer(local_stripe, waiting, "approve").json()

    assert declined["status"] == "requires_payment_method"
    assert declined["last_payment_error"]["decline_code"] == "generic_decline"


def test_a_buyer_who_is_away_cannot_authenticate(local_stripe: LocalStripe) -> None:
    intent = local_stripe.new_intent()
    with pytest.raises(stripe.CardError) as declined:
        local_stripe.client().v1.payment_intents.confirm(
            intent.id,
            {"payment_method": "pm_card_authenticationRequired", "error_on_requires_action": True},
        )
    assert declined.value.code == "authentication_required"
