"""Every kind of reply fits Stripe's own schema, and has the fields that Stripe always sends."""

from typing import Any

import httpx
import pytest

from deploy.local.stripe.operations import OPERATIONS
from tests.integration.local_stripe.openapi import Schemas, load_document, request_parameters
from tests.integration.local_stripe.server import KEY, LocalStripe, WebhookReceiver

pytestmark = pytest.mark.go


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return load_document()


@pytest.fixture(scope="module")
def schemas(document: dict[str, Any]) -> Schemas:
    return Schemas(document["components"]["schemas"])


class Journey:
    """Calls that between them show every kind of object in its states."""

    def __init__(self, server: LocalStripe) -> None:
        self._http = httpx.Client(base_url=server.url, auth=(KEY, ""))
        self.replies: list[dict[str, Any]] = []
        self.refusals: list[dict[str, Any]] = []

    def call(self, method: str, path: str, **fields: str) -> dict[str, Any]:
        given = {"params": fields} if method == "GET" else {"data": fields}
        reply: dict[str, Any] = self._http.request(method, path, **given).json()  # type: ignore[arg-type]
        (self.refusals if "error" in reply else self.replies).append(reply)
        return reply

    def intent(self, **fields: str) -> dict[str, Any]:
        terms = {
            "amount": "5000",
            "currency": "eur",
            "automatic_payment_methods[enabled]": "true",
            "automatic_payment_methods[allow_redirects]": "never",
            "payment_method_options[card][capture_method]": "manual",
            "metadata[order_id]": "ord_test",
        }
        return self.call("POST", "/v1/payment_intents", **{**terms, **fields})

    def confirmed(self, method: str) -> dict[str, Any]:
        path = f"/v1/payment_intents/{self.intent()['id']}/confirm"
        return self.call("POST", path, payment_method=method)


def walk(server: LocalStripe, webhooks: WebhookReceiver) -> Journey:
    """Pays, declines, authenticates, cancels, refunds and disputes."""
    journey = Journey(server)
    declined = journey.confirmed("pm_card_chargeDeclined")
    journey.call("GET", f"/v1/payment_intents/{declined['error']['payment_intent']['id']}")
    journey.confirmed("pm_card_authenticationRequired")
    voided = journey.confirmed("pm_card_visa")
    journey.call("POST", f"/v1/payment_intents/{voided['id']}/cancel")
    paid = journey.confirmed("pm_card_createDispute")
    journey.call("POST", f"/v1/payment_intents/{paid['id']}/capture")
    webhooks.wait_for(paid["id"], "charge.dispute.created")
    journey.call("POST", "/v1/refunds", payment_intent=paid["id"])
    dispute = journey.call("GET", "/v1/disputes", payment_intent=paid["id"])["data"][0]
    evidence = {"evidence[uncategorized_text]": "winning_evidence"}
    journey.call("POST", f"/v1/disputes/{dispute['id']}", **evidence)
    link = journey.intent(**{"payment_method_data[type]": "link", "confirm": "true"})
    refund = journey.call("POST", "/v1/refunds", payment_intent=link["id"], amount="100")
    failing = journey.confirmed("pm_card_refundFail")
    journey.call("POST", f"/v1/payment_intents/{failing['id']}/capture")
    failed = journey.call("POST", "/v1/refunds", payment_intent=failing["id"])
    webhooks.wait_for(failed["id"], "refund.failed")
    for path in (
        f"/v1/refunds/{refund['id']}",
        f"/v1/refunds/{failed['id']}",
        "/v1/charges",
        "/v1/balance_transactions",
        "/v1/balance",
        "/v1/webhook_endpoints",
        "/v1/events",
    ):
        journey.call("GET", path)
    expand = {"expand[]": "latest_charge.refunds"}
    journey.call("GET", f"/v1/payment_intents/{link['id']}", **expand)
    journey.call("POST", "/v1/customers", email="ada@example.org")
    card = {"card[number]": "4242424242424242", "card[exp_month]": "1", "card[exp_year]": "34"}
    journey.call("POST", "/v1/payment_methods", type="card", **card)
    hook = {"url": "http://127.0.0.1:9/hook", "enabled_events[]": "charge.succeeded"}
    made = journey.call("POST", "/v1/webhook_endpoints", **hook)
    gone = journey.call("DELETE", f"/v1/webhook_endpoints/{made['id']}")
    assert gone["deleted"] is True
    journey.replies.remove(gone)
    journey.call("GET", "/v1/payment_intents/pi_unknown")
    return journey


def test_every_reply_and_every_event_fits_stripes_own_schema(
    local_stripe: LocalStripe, webhooks: WebhookReceiver, schemas: Schemas
) -> None:
    journey = walk(local_stripe, webhooks)

    faults: list[str] = []
    checked: set[str] = set()
    objects = [item for reply in journey.replies for item in reply.get("data", [reply])]
    objects += [event["data"]["object"] for event in webhooks.events]
    for document in objects:
        checked.add(document["object"])
        faults += schemas.faults(document["object"], _known_fields(document))
    for refusal in journey.refusals:
        faults += schemas.faults("error", {"error": _known_fields(refusal["error"])})

    assert not faults, "\n".join(sorted(set(faults)))
    assert checked >= {
        "balance", "balance_transaction", "charge", "customer", "dispute", "event",
        "payment_intent", "payment_method", "refund", "webhook_endpoint",
    }  # fmt: skip


def test_no_operation_takes_a_parameter_that_stripe_does_not(document: dict[str, Any]) -> None:
    for operation in OPERATIONS:
        known = request_parameters(document, operation.method, operation.path)
        assert operation.accepts <= known, (operation.method, operation.path)


def test_every_type_of_event_is_one_of_stripes(
    local_stripe: LocalStripe, webhooks: WebhookReceiver, document: dict[str, Any]
) -> None:
    walk(local_stripe, webhooks)
    create = document["paths"]["/v1/webhook_endpoints"]["post"]["requestBody"]["content"]
    form = create["application/x-www-form-urlencoded"]["schema"]["properties"]
    known = set(form["enabled_events"]["items"]["enum"])

    told = {event["type"] for event in webhooks.events}

    assert told <= known
    assert len(told) >= 15


def _known_fields(value: Any) -> Any:
    """A reply without ``source``, which Stripe still sends but no longer lists."""
    if isinstance(value, list):
        return [_known_fields(item) for item in value]
    if not isinstance(value, dict):
        return value
    legacy = value.get("object") in ("payment_intent", "charge")
    return {
        name: _known_fields(item)
        for name, item in value.items()
        if not (legacy and name == "source")
    }
