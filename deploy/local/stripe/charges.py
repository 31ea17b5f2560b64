"""Charges: one for each attempt to take a payment, failed ones included."""

from typing import Any, Final

from deploy.local.stripe import ledger
from deploy.local.stripe.account import Account, changed
from deploy.local.stripe.cards import Decline, TestCard
from deploy.local.stripe.ids import new_id
from deploy.local.stripe.lists import CURSOR_PARAMETERS, page
from deploy.local.stripe.methods import test_card_of
from deploy.local.stripe.parameters import Parameters
from deploy.local.stripe.store import Document, Span

AUTHORISATION_SECONDS: Final = 7 * 86_400
"""How long an issuer keeps an authorisation that is not captured."""

DISPUTE_SECONDS: Final = 0.5
"""How long after its capture a payment by a disputing test card is disputed."""

LIST_PARAMETERS: Final = CURSOR_PARAMETERS | {"created", "customer", "payment_intent"}
UPDATE_PARAMETERS: Final = frozenset({"description", "metadata", "receipt_email", "expand"})


def attempt(
    account: Account,
    intent: Document,
    method: Document,
    *,
    decline: Decline | None,
    captured: bool,
    authenticated: bool,
) -> Document:
    """Makes the charge that records one attempt to take an intent's payment."""
    amount = intent["amount"]
    succeeded = decline is None
    charge: Document = {
        "id": new_id("charge"),
        "object": "charge",
        "amount": amount,
        "amount_captured": amount if succeeded and captured else 0,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": None,
        "billing_details": method["billing_details"],
        "calculated_statement_descriptor": "ONSALE",
        "captured": succeeded and captured,
        "created": account.now,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": decline.code if decline else None,
        "failure_message": decline.message if decline else None,
        "fraud_details": {},
        "livemode": False,
        "metadata": dict(intent["metadata"]),
        "on_behalf_of": None,
        "outcome": _outcome(decline),
        "paid": succeeded,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": _method_details(
            account, method, amount, captured=captured, authenticated=authenticated
        ),
        "receipt_email": intent["receipt_email"],
        "receipt_number": None,
        "receipt_url": None,
        "refunded": False,
        "review": None,
        "shipping": None,
        "source": None,
        "source_transfer": None,
        "statement_descriptor": intent["statement_descriptor"],
        "statement_descriptor_suffix": intent["statement_descriptor_suffix"],
        "status": "succeeded" if succeeded else "failed",
        "transfer_data": None,
        "transfer_group": intent["transfer_group"],
    }
    account.store.insert(charge)
    account.emit("charge.succeeded" if succeeded else "charge.failed", charge)
    return charge


def take_in(account: Account, charge: Document, *, at_once: bool) -> None:
    """Brings captured money into the balance, at once or soon after as Stripe does by default."""
    if at_once:
        ledger.settle(account, charge)
    else:
        account.schedule("settle_charge", charge["id"], ledger.SETTLEMENT_SECONDS)
    card = card_behind(account, charge)
    if card is not None and card.dispute_reason is not None:
        account.schedule("open_dispute", charge["id"], DISPUTE_SECONDS)


def card_behind(account: Account, charge: Document) -> TestCard | None:
    """The test card that paid; None where no card did."""
    method = account.get("payment_method", charge["payment_method"], "payment_method")
    return test_card_of(method)


def update(account: Account, charge: Document, parameters: Parameters) -> Document:
    before = dict(charge)
    charge["metadata"] = parameters.merged_metadata(charge["metadata"])
    for name in ("description", "receipt_email"):
        if name in parameters:
            charge[name] = parameters.text(name)
    account.store.update(charge)
    account.emit("charge.updated", charge, changed(before, charge))
    return charge


def list_charges(account: Account, parameters: Parameters) -> Document:
    intent_id, customer = parameters.text("payment_intent"), parameters.text("customer")
    span = Span("charge")
    if intent_id:
        span = Span("charge", field="payment_intent", value=intent_id)
    return page(
        account,
        span,
        parameters,
        "/v1/charges",
        lambda charge: customer is None or charge["customer"] == customer,
    )


def _outcome(decline: Decline | None) -> dict[str, Any]:
    outcome: dict[str, Any] = {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": "approved_by_network",
        "reason": None,
        "risk_level": "normal",
        "risk_score": 20,
        "seller_message": "Payment complete.",
        "type": "authorized",
    }
    if decline is None:
        return outcome
    if decline.blocked:
        return outcome | {
            "network_status": "not_sent_to_network",
            "reason": "highest_risk_level",
            "risk_level": "highest",
            "risk_score": 90,
            "seller_message": "Stripe blocked this payment as too risky.",
            "type": "blocked",
        }
    return outcome | {
        "advice_code": "try_again_later",
        "network_status": "declined_by_network",
        "reason": decline.decline_code,
        "seller_message": "The bank did not return any further details with this decline.",
        "type": "issuer_declined",
    }


def _method_details(
    account: Account, method: Document, amount: int, *, captured: bool, authenticated: bool
) -> dict[str, Any]:
    if method["type"] != "card":
        return {"type": "link", "link": {"country": None}}
    card = method["card"]
    details: dict[str, Any] = {
        "amount_authorized": amount,
        "authorization_code": "123456",
        "brand": card["brand"],
        "checks": card["checks"],
        "country": card["country"],
        "exp_month": card["exp_month"],
        "exp_year": card["exp_year"],
        "extended_authorization": {"status": "disabled"},
        "fingerprint": card["fingerprint"],
        "funding": card["funding"],
        "incremental_authorization": {"status": "unavailable"},
        "installments": None,
        "last4": card["last4"],
        "mandate": None,
        "multicapture": {"status": "unavailable"},
        "network": card["brand"],
        "network_token": {"used": False},
        "network_transaction_id": None,
        "overcapture": {"maximum_amount_capturable": amount, "status": "unavailable"},
        "regulated_status": card["regulated_status"],
        "three_d_secure": _secure_details() if authenticated else None,
        "transaction_link_id": None,
        "wallet": None,
    }
    if not captured:
        details["capture_before"] = account.now + AUTHORISATION_SECONDS
    return {"type": "card", "card": details}


def _secure_details() -> dict[str, Any]:
    return {
        "authentication_flow": "challenge",
        "electronic_commerce_indicator": "05",
        "exemption_indicator": None,
        "result": "authenticated",
        "result_reason": None,
        "transaction_id": None,
        "version": "2.2.0",
    }
