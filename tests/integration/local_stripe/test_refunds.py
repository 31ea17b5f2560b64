"""Refunds and disputes, and the balance that an audit sums."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
import stripe

from tests.integration.local_stripe.server import KEY, LocalStripe, WebhookReceiver

REFUNDERS = 8


def entries(server: LocalStripe, *sources: str) -> list[tuple[str, int]]:
    """The movements of money of these objects: type and amount."""
    found = []
    for source in sources:
        listed = server.client().v1.balance_transactions.list({"source": source})
        found += [(entry.type, entry.amount) for entry in listed.data]
    return found


def test_part_then_the_rest_is_refunded_and_nothing_beyond(
    local_stripe: LocalStripe, webhooks: WebhookReceiver
) -> None:
    client = local_stripe.client()
    intent = local_stripe.captured_intent()

    part = client.v1.refunds.create(
        {"payment_intent": intent.id, "amount": 2_000, "metadata": {"ticket_id": "tkt_1"}}
    )
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded"):
        client.v1.refunds.create({"payment_intent": intent.id, "amount": 3_001})
    rest = client.v1.refunds.create({"payment_intent": intent.id})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.refunds.create({"payment_intent": intent.id})

    assert (part.status, part.amount) == ("succeeded", 2_000)
    assert part.metadata is not None
    assert part.metadata.to_dict() == {"ticket_id": "tkt_1"}
    assert rest.amount == 3_000
    assert refused.value.code == "charge_already_refunded"
    assert entries(local_stripe, part.id, rest.id) == [("refund", -2_000), ("refund", -3_000)]
    charge = client.v1.charges.retrieve(str(intent.latest_charge), {"expand": ["refunds"]})
    assert (charge.refunded, charge.amount_refunded) == (True, 5_000)
    assert charge.refunds is not None
    assert [refund.id for refund in charge.refunds.data] == [rest.id, part.id]
    listed = client.v1.refunds.list({"payment_intent": intent.id})
    assert [refund.id for refund in listed.data] == [rest.id, part.id]
    webhooks.wait_for(rest.id, "refund.created")
    webhooks.wait_for(str(intent.latest_charge), "charge.refunded", count=2)


def test_refunds_at_once_never_give_back_more_than_was_captured(
    local_stripe: LocalStripe,
) -> None:
    """Tried: without the comparison with what is left, all 30 succeed and this fails."""
    intent = local_stripe.captured_intent(amount=1_000)

    def refund(_: int) -> int:
        form = {"payment_intent": intent.id, "amount": "100"}
        return httpx.post(f"{local_stripe.url}/v1/refunds", data=form, auth=(KEY, "")).status_code

    with ThreadPoolExecutor(REFUNDERS) as pool:
        statuses = list(pool.map(refund, range(30)))

    assert (statuses.count(200), statuses.count(400)) == (10, 20)
    charge = local_stripe.client().v1.charges.retrieve(str(intent.latest_charge))
    assert (charge.amount_captured, charge.amount_refunded) == (1_000, 1_000)


def test_what_was_not_captured_is_not_refunded(local_stripe: LocalStripe) -> None:
    client = local_stripe.client()
    intent = local_stripe.new_intent()
    client.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})

    with pytest.raises(stripe.InvalidRequestError, match="successful charge"):
        client.v1.refunds.create({"payment_intent": intent.id})


def test_a_refund_that_fails_later_brings_the_money_back(
    local_stripe: LocalStripe, webhooks: WebhookReceiver
) -> None:
    client = local_stripe.client()
    intent = local_stripe.captured_intent("pm_card_refundFail")

    refund = client.v1.refunds.create({"payment_intent": intent.id})
    assert refund.status == "succeeded"
    webhooks.wait_for(refund.id, "refund.failed")

    assert client.v1.refunds.retrieve(refund.id).status == "failed"
    assert entries(local_stripe, refund.id) == [("refund_failure", 5_000), ("refund", -5_000)]
    assert client.v1.charges.retrieve(str(intent.latest_charge)).amount_refunded == 0


def test_a_pending_refund_ends_well_later(
    local_stripe: LocalStripe, webhooks: WebhookReceiver
) -> None:
    intent = local_stripe.captured_intent("pm_card_pendingRefund")

    refund = local_stripe.client().v1.refunds.create({"payment_intent": intent.id})
    assert refund.status == "pending"
    updated = webhooks.wait_for(refund.id, "refund.updated")

    assert updated["data"]["object"]["status"] == "succeeded"
    assert updated["data"]["previous_attributes"]["status"] == "pending"


def test_a_disputed_payment_is_withdrawn_and_cannot_be_refunded(
    local_stripe: LocalStripe, webhooks: WebhookReceiver
) -> None:
    client = local_stripe.client()
    intent = local_stripe.captured_intent("pm_card_createDispute")
    webhooks.wait_for(intent.id, "charge.dispute.funds_withdrawn")

    dispute = client.v1.disputes.list({"payment_intent": intent.id}).data[0]
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.refunds.create({"payment_intent": intent.id})
    closed = client.v1.disputes.close(dispute.id)

    assert (dispute.status, dispute.reason, dispute.amount) == (
        "needs_response",
        "fraudulent",
        5_000,
    )
    assert refused.value.code == "charge_disputed"
    assert closed.status == "lost"
    assert entries(local_stripe, dispute.id) == [("adjustment", -5_000)]
    webhooks.wait_for(dispute.id, "charge.dispute.closed")


def test_winning_evidence_reinstates_the_money(
    local_stripe: LocalStripe, webhooks: WebhookReceiver
) -> None:
    client = local_stripe.client()
    intent = local_stripe.captured_intent()
    url = f"{local_stripe.url}/_local/charges/{intent.latest_charge}/dispute"
    dispute_id = httpx.post(url, json={"reason": "product_not_received"}).json()["id"]

    won = client.v1.disputes.update(
        dispute_id, {"evidence": {"uncategorized_text": "winning_evidence"}}
    )

    assert won.status == "won"
    assert sum(amount for _, amount in entries(local_stripe, dispute_id)) == 0
    webhooks.wait_for(dispute_id, "charge.dispute.funds_reinstated")


def test_the_balance_is_the_sum_of_its_transactions(local_stripe: LocalStripe) -> None:
    client = local_stripe.client()
    intent = local_stripe.captured_intent(currency="chf")
    client.v1.refunds.create({"payment_intent": intent.id, "amount": 1_500})

    listed = client.v1.balance_transactions.list({"currency": "chf", "limit": 100})

    pending = {amount.currency: amount.amount for amount in client.v1.balance.retrieve().pending}
    assert not listed.has_more
    assert pending["chf"] == sum(entry.net for entry in listed.data)
