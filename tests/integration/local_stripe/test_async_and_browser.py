"""The library's async side, and what a page in a browser may do."""

import asyncio

import httpx
import stripe

from tests.integration.local_stripe.server import LocalStripe

PUBLISHABLE_KEY = "pk_test_local"
ORIGIN = {"Origin": "http://shop.test"}


async def test_many_payments_at_once_through_the_async_library(
    local_stripe: LocalStripe,
) -> None:
    client = stripe.StripeClient(
        "sk_test_local",
        base_addresses={"api": local_stripe.url},
        http_client=stripe.HTTPXClient(),
    )

    async def pay() -> str:
        intents = client.v1.payment_intents
        intent = await intents.create_async(
            {
                "amount": 2_500,
                "currency": "gbp",
                "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
                "payment_method_options": {"card": {"capture_method": "manual"}},
            }
        )
        await intents.confirm_async(intent.id, {"payment_method": "pm_card_visa"})
        captured = await intents.capture_async(intent.id)
        return f"{captured.status} {captured.amount_received}"

    results = await asyncio.gather(*(pay() for _ in range(20)))

    assert results == ["succeeded 2500"] * 20


def test_a_page_pays_with_its_publishable_key_and_the_intents_secret(
    local_stripe: LocalStripe,
) -> None:
    """What Stripe.js does with a card form: key and secret as fields, the card's data inline."""
    intent = local_stripe.new_intent()
    url = f"{local_stripe.url}/v1/payment_intents/{intent.id}"
    form = {
        "key": PUBLISHABLE_KEY,
        "client_secret": intent.client_secret or "",
        "payment_method_data[type]": "card",
        "payment_method_data[card][number]": "4242 4242 4242 4242",
        "payment_method_data[card][exp_month]": "12",
        "payment_method_data[card][exp_year]": "34",
        "payment_method_data[card][cvc]": "123",
        "payment_method_data[billing_details][email]": "ada@example.org",
        "use_stripe_sdk": "true",
    }

    paid = httpx.post(f"{url}/confirm", data=form, headers=ORIGIN)
    query = {"key": PUBLISHABLE_KEY, "client_secret": intent.client_secret or ""}
    seen = httpx.get(url, params=query, headers=ORIGIN)

    assert paid.status_code == 200
    assert paid.headers["access-control-allow-origin"] == "*"
    assert paid.json()["status"] == seen.json()["status"] == "requires_capture"
    assert "metadata" not in seen.json()
    assert "latest_charge" not in seen.json()


def test_a_page_without_the_right_secret_learns_and_pays_nothing(
    local_stripe: LocalStripe,
) -> None:
    intent = local_stripe.new_intent()
    url = f"{local_stripe.url}/v1/payment_intents/{intent.id}"
    auth = (PUBLISHABLE_KEY, "")
    wrong = {"client_secret": f"{intent.id}_secret_guess", "payment_method": "pm_card_visa"}

    refused = [
        httpx.get(url, auth=auth),
        httpx.get(url, auth=auth, params={"client_secret": "x"}),
        httpx.post(f"{url}/confirm", auth=auth, data=wrong),
        httpx.post(f"{url}/capture", auth=auth),
    ]

    assert [reply.status_code for reply in refused] == [400, 400, 400, 401]
    assert all(intent.client_secret not in reply.text for reply in refused)
    now = local_stripe.client().v1.payment_intents.retrieve(intent.id)
    assert now.status == "requires_payment_method"


def test_card_data_that_cannot_be_right_is_a_card_error(local_stripe: LocalStripe) -> None:
    url = f"{local_stripe.url}/v1/payment_methods"
    right = {"number": "4242424242424242", "exp_month": "12", "exp_year": "2034", "cvc": "123"}
    wrong = {
        "incorrect_number": {"number": "4242424242424241"},
        "invalid_expiry_month": {"exp_month": "13"},
        "invalid_expiry_year": {"exp_year": "2020"},
        "invalid_cvc": {"cvc": "99"},
        "card_declined": {"number": "4929000000006"},  # a real range, so no test card
    }
    for code, change in wrong.items():
        card = {f"card[{name}]": value for name, value in {**right, **change}.items()}
        reply = httpx.post(url, data={"type": "card", **card}, auth=(PUBLISHABLE_KEY, ""))
        assert (reply.status_code, reply.json()["error"]["code"]) == (402, code)


def test_a_browsers_preflight_is_answered(local_stripe: LocalStripe) -> None:
    asked = {
        **ORIGIN,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,stripe-version",
    }
    reply = httpx.options(f"{local_stripe.url}/v1/payment_intents/pi_x/confirm", headers=asked)
    assert reply.status_code == 200
    assert "POST" in reply.headers["access-control-allow-methods"]
