"""PaymentIntents through the official library, over a real socket."""

import httpx
import pytest
import stripe

from tests.integration.local_stripe.server import KEY, LocalStripe, WebhookReceiver


def test_a_card_is_authorised_then_captured(local_stripe: LocalStripe) -> None:
    intents = local_stripe.client().v1.payment_intents
    intent = local_stripe.new_intent()
    assert intent.status == "requires_payment_method"
    assert intent.capture_method == "automatic_async"

    authorised = intents.confirm(
        intent.id, {"payment_method": "pm_card_visa", "expand": ["latest_charge"]}
    )
    assert authorised.status == "requires_capture"
    assert authorised.amount_capturable == 5_000
    assert authorised.amount_received == 0
    charge = authorised.latest_charge
    assert isinstance(charge, stripe.Charge)
    assert (charge.paid, charge.captured, charge.amount_captured) == (True, False, 0)

    captured = intents.capture(intent.id, {"expand": ["latest_charge.balance_transaction"]})
    assert captured.status == "succeeded"
    assert (captured.amount_received, captured.amount_capturable) == (5_000, 0)
    charge = captured.latest_charge
    assert isinstance(charge, stripe.Charge)
    entry = charge.balance_transaction
    assert isinstance(entry, stripe.BalanceTransaction)
    assert (entry.type, entry.amount, entry.net) == ("charge", 5_000, 5_000 - entry.fee)


def test_a_method_that_is_no_card_is_captured_at_once(
    local_stripe: LocalStripe, webhooks: WebhookReceiver
) -> None:
    intent = local_stripe.new_intent(payment_method_data={"type": "link"}, confirm=True)

    assert intent.status == "succeeded"
    assert intent.amount_received == 5_000
    # The balance follows asynchronously, as Stripe documents for automatic_async.
    settled = webhooks.wait_for(intent.id, "charge.updated")["data"]
    assert settled["previous_attributes"] == {"balance_transaction": None}
    assert settled["object"]["balance_transaction"].startswith("txn_")


@pytest.mark.parametrize(
    ("method", "code", "decline_code"),
    [
        ("pm_card_visa_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
        (
            "pm_card_visa_chargeDeclinedInsufficientFunds",
            "card_declined",
            "insufficient_funds",
        ),
        ("pm_card_visa_chargeDeclinedLostCard", "card_declined", "lost_card"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
        ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", "incorrect_cvc"),
        ("pm_card_chargeDeclinedProcessingError", "processing_error", "processing_error"),
        ("pm_card_radarBlock", "card_declined", "fraudulent"),
    ],
)
def test_a_declined_card_leaves_the_intent_ready_for_another(
    local_stripe: LocalStripe, method: str, code: str, decline_code: str
) -> None:
    intents = local_stripe.client().v1.payment_intents
    intent = local_stripe.new_intent()

    with pytest.raises(stripe.CardError) as declined:
        intents.confirm(intent.id, {"payment_method": method})

    assert declined.value.http_status == 402
    error = declined.value.error
    assert error is not None
    assert (error.code, error.decline_code) == (code, decline_code)
    assert error.payment_intent.status == "requires_payment_method"
    after = intents.retrieve(intent.id, {"expand": ["latest_charge"]})
    assert after.status == "requires_payment_method"
    assert after.payment_method is None
    assert after.last_payment_error is not None
    assert after.last_payment_error.code == code
    assert isinstance(after.latest_charge, stripe.Charge)
    assert after.latest_charge.status == "failed"
    paid = intents.confirm(intent.id, {"payment_method": "pm_card_mastercard"})
    assert paid.status == "requires_capture"
    assert paid.last_payment_error is None


def test_cancelling_gives_an_authorisation_back_and_moves_no_balance(
    local_stripe: LocalStripe, webhooks: WebhookReceiver
) -> None:
    client = local_stripe.client()
    intent = local_stripe.new_intent()
    client.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})

    cancelled = client.v1.payment_intents.cancel(
        intent.id, {"cancellation_reason": "abandoned", "expand": ["latest_charge"]}
    )

    assert (cancelled.status, cancelled.cancellation_reason) == (
        "canceled",
        "abandoned",
    )
    assert isinstance(cancelled.latest_charge, stripe.Charge)
    assert cancelled.latest_charge.refunded
    assert cancelled.latest_charge.amount_captured == 0
    assert cancelled.latest_charge.balance_transaction is None
    webhooks.wait_for(intent.id, "payment_intent.canceled")
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})
    assert refused.value.code == "payment_intent_unexpected_state"


def test_an_intent_is_captured_once(local_stripe: LocalStripe) -> None:
    intent = local_stripe.captured_intent()

    with pytest.raises(stripe.InvalidRequestError) as refused:
        local_stripe.client().v1.payment_intents.capture(intent.id)

    assert refused.value.code == "payment_intent_unexpected_state"
    assert refused.value.error is not None
    assert refused.value.error.payment_intent.status == "succeeded"


def test_no_more_than_the_authorised_amount_is_captured(local_stripe: LocalStripe) -> None:
    intents = local_stripe.client().v1.payment_intents
    intent = local_stripe.new_intent()
    intents.confirm(intent.id, {"payment_method": "pm_card_visa"})

    with pytest.raises(stripe.InvalidRequestError) as refused:
        intents.capture(intent.id, {"amount_to_capture": 5_001})

    assert refused.value.code == "amount_too_large"
    assert intents.retrieve(intent.id).status == "requires_capture"


@pytest.mark.parametrize(
    ("terms", "code", "param"),
    [
        ({"amount": "-1"}, "parameter_invalid_integer", "amount"),
        ({"amount": "0"}, "parameter_invalid_integer", "amount"),
        ({"amount": "49"}, "amount_too_small", "amount"),
        ({"amount": "100000000"}, "amount_too_large", "amount"),
        ({"amount": "9223372036854775808"}, "parameter_invalid_integer", "amount"),
        ({"amount": "1e400"}, "parameter_invalid_integer", "amount"),
        ({"amount": "5.5"}, "parameter_invalid_integer", "amount"),
        ({"amount": ""}, "parameter_missing", "amount"),
        ({"currency": "xyz"}, None, "currency"),
        ({"currency": "kwd", "amount": "5005"}, "parameter_invalid_integer", "amount"),
        ({"seat": "A1"}, "parameter_unknown", "seat"),
        ({"customer": "cus_unknown"}, "resource_missing", "customer"),
        ({"payment_method": "pm_unknown"}, "resource_missing", "payment_method"),
    ],
)
def test_terms_that_stripe_would_refuse_are_refused(
    local_stripe: LocalStripe, terms: dict[str, str], code: str | None, param: str
) -> None:
    form = {"amount": "5000", "currency": "eur", **terms}
    url = f"{local_stripe.url}/v1/payment_intents"

    reply = httpx.post(url, data=form, auth=(KEY, ""))

    assert reply.status_code == 400
    error = reply.json()["error"]
    assert error["type"] == "invalid_request_error"
    assert (error.get("code"), error["param"]) == (code, param)


def test_a_return_url_is_wanted_where_methods_may_redirect(local_stripe: LocalStripe) -> None:
    intents = local_stripe.client().v1.payment_intents
    intent = intents.create({"amount": 5_000, "currency": "usd"})

    with pytest.raises(stripe.InvalidRequestError, match="return_url"):
        intents.confirm(intent.id, {"payment_method": "pm_card_visa"})

    paid = intents.confirm(
        intent.id,
        {"payment_method": "pm_card_visa", "return_url": "https://onsale.test/back"},
    )
    assert paid.status == "succeeded"


def test_terms_are_fixed_once_authorised_and_metadata_is_not(local_stripe: LocalStripe) -> None:
    intents = local_stripe.client().v1.payment_intents
    intent = local_stripe.new_intent()
    assert intents.update(intent.id, {"amount": 6_000}).amount == 6_000
    intents.confirm(intent.id, {"payment_method": "pm_card_visa"})

    with pytest.raises(stripe.InvalidRequestError) as refused:
        intents.update(intent.id, {"amount": 1_000})
    noted = intents.update(intent.id, {"metadata": {"seat": "A1", "order_id": ""}})

    assert refused.value.code == "payment_intent_unexpected_state"
    assert noted.metadata is not None
    assert noted.metadata.to_dict() == {"seat": "A1"}
    assert noted.amount == 6_000


def test_lists_page_through_everything_once_in_both_directions(
    local_stripe: LocalStripe,
) -> None:
    intents = local_stripe.client().v1.payment_intents
    made = [local_stripe.new_intent().id for _ in range(7)]

    first = intents.list({"limit": 3})
    assert first.has_more
    assert [intent.id for intent in first.data] == made[:-4:-1]
    paged = []
    for intent in first.auto_paging_iter():
        paged.append(intent.id)
        if len(paged) == 7:
            break
    assert paged == made[::-1]
    newer = intents.list({"ending_before": made[0], "limit": 2})
    assert [intent.id for intent in newer.data] == [made[2], made[1]]
    assert newer.has_more


def test_a_list_refuses_limits_and_cursors_that_make_no_sense(local_stripe: LocalStripe) -> None:
    for query in ("limit=0", "limit=101", "limit=-1", "starting_after=pi_unknown"):
        reply = httpx.get(f"{local_stripe.url}/v1/payment_intents?{query}", auth=(KEY, ""))
        assert reply.status_code == 400, query


def test_a_list_is_bounded_by_time_of_creation(local_stripe: LocalStripe) -> None:
    intents = local_stripe.client().v1.payment_intents
    intent = local_stripe.new_intent()

    at_or_after = intents.list({"created": {"gte": intent.created}})
    after = intents.list({"created": {"gt": intent.created + 3_600}})

    assert intent.id in [found.id for found in at_or_after.data]
    assert after.data == []


def test_unknown_objects_and_addresses_are_404_in_stripes_shape(
    local_stripe: LocalStripe,
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as missing:
        local_stripe.client().v1.payment_intents.retrieve("pi_unknown")
    assert missing.value.http_status == 404
    assert missing.value.code == "resource_missing"

    for method, path in (("GET", "/v1/nothing"), ("PATCH", "/v1/payment_intents")):
        reply = httpx.request(method, local_stripe.url + path, auth=(KEY, ""))
        assert reply.status_code == 404
        assert reply.json()["error"]["type"] == "invalid_request_error"


def test_only_our_keys_open_the_door(local_stripe: LocalStripe) -> None:
    url = f"{local_stripe.url}/v1/payment_intents"
    refused = [
        httpx.get(url),
        httpx.get(url, auth=("sk_test_other", "")),
        httpx.get(url, headers={"Authorization": "Bearer sk_live_other"}),
        httpx.get(url, headers={"Authorization": "Basic !!!"}),
        httpx.get(url, auth=("pk_test_local", "")),
    ]
    assert [reply.status_code for reply in refused] == [401] * 5
    assert all(reply.json()["error"]["message"] for reply in refused)
    with pytest.raises(stripe.AuthenticationError):
        local_stripe.client("sk_test_other").v1.payment_intents.list()
    bearer = httpx.get(url, headers={"Authorization": f"Bearer {KEY}"})
    assert bearer.status_code == 200


def test_replies_carry_request_id_and_version(local_stripe: LocalStripe) -> None:
    url = f"{local_stripe.url}/v1/balance"
    pinned = httpx.get(url, auth=(KEY, ""), headers={"Stripe-Version": "2025-03-31.basil"})
    wrong = httpx.get(url, auth=(KEY, ""), headers={"Stripe-Version": "yesterday"})

    assert pinned.headers["request-id"].startswith("req_")
    assert pinned.headers["stripe-version"] == "2025-03-31.basil"
    assert wrong.status_code == 400


def test_json_is_not_what_the_api_takes(local_stripe: LocalStripe) -> None:
    url = f"{local_stripe.url}/v1/payment_intents"
    reply = httpx.post(url, auth=(KEY, ""), json={"amount": 5_000, "currency": "eur"})
    assert reply.status_code == 400
    assert "form" in reply.json()["error"]["message"]
