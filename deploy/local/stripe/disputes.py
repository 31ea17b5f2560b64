"""Disputes: the issuer takes a payment back, and evidence may win it again."""

from typing import Any, Final

from deploy.local.stripe import charges, ledger
from deploy.local.stripe.account import Account, changed
from deploy.local.stripe.errors import InvalidRequest, UnexpectedState
from deploy.local.stripe.ids import new_id
from deploy.local.stripe.lists import CURSOR_PARAMETERS, page
from deploy.local.stripe.parameters import Parameters
from deploy.local.stripe.store import Document, Span

LIST_PARAMETERS: Final = CURSOR_PARAMETERS | {"charge", "created", "payment_intent"}
UPDATE_PARAMETERS: Final = frozenset({"evidence", "metadata", "submit", "expand"})
EVIDENCE_SECONDS: Final = 7 * 86_400
"""How long evidence may be sent."""

WINNING_EVIDENCE: Final = "winning_evidence"
LOSING_EVIDENCE: Final = "losing_evidence"
"""Stripe's test values of ``evidence[uncategorized_text]`` that decide a dispute."""

REASONS: Final = (
    "bank_cannot_process", "check_returned", "credit_not_processed", "customer_initiated",
    "debit_not_authorized", "duplicate", "fraudulent", "general",
    "incorrect_account_details", "insufficient_funds", "noncompliant",
    "product_not_received", "product_unacceptable", "subscription_canceled", "unrecognized",
)  # fmt: skip
EVIDENCE_TEXTS: Final = (
    "access_activity_log", "billing_address", "cancellation_policy",
    "cancellation_policy_disclosure", "cancellation_rebuttal", "customer_communication",
    "customer_email_address", "customer_name", "customer_purchase_ip", "customer_signature",
    "duplicate_charge_documentation", "duplicate_charge_explanation", "duplicate_charge_id",
    "product_description", "receipt", "refund_policy", "refund_policy_disclosure",
    "refund_refusal_explanation", "service_date", "service_documentation", "shipping_address",
    "shipping_carrier", "shipping_date", "shipping_documentation", "shipping_tracking_number",
    "uncategorized_file", "uncategorized_text",
)  # fmt: skip


def open_by_card(account: Account, charge_id: str) -> None:
    """Opens the dispute that a test card stands for (job ``open_dispute``)."""
    charge = account.get("charge", charge_id, "charge")
    card = charges.card_behind(account, charge)
    if card is not None and card.dispute_reason is not None and charge["amount_refunded"] == 0:
        open_dispute(account, charge, card.dispute_reason)


def open_dispute(account: Account, charge: Document, reason: str) -> Document:
    """Opens a dispute over all that was captured and not refunded."""
    if reason not in REASONS:
        raise InvalidRequest(f"Invalid reason: {reason}", param="reason")
    amount = charge["amount_captured"] - max(
        0, charge["amount_refunded"] - (charge["amount"] - charge["amount_captured"])
    )
    if not charge["captured"] or charge["disputed"] or amount <= 0:
        raise UnexpectedState("This charge cannot be disputed.", code="charge_not_disputable")
    dispute = _blank(account, charge, amount, reason)
    withdrawal = ledger.record(
        account,
        "adjustment",
        dispute,
        -amount,
        fee=ledger.DISPUTE_FEE_MINOR,
        reporting_category="dispute",
        description=f"Chargeback withdrawal for {charge['id']}",
    )
    dispute["balance_transactions"] = [withdrawal]
    account.store.insert(dispute)
    before = dict(charge)
    charge["disputed"] = True
    account.store.update(charge)
    account.emit("charge.dispute.created", dispute)
    account.emit("charge.dispute.funds_withdrawn", dispute)
    account.emit("charge.updated", charge, changed(before, charge))
    return dispute


def update(account: Account, dispute: Document, parameters: Parameters) -> Document:
    """Takes evidence; Stripe's two test texts decide the dispute at once."""
    before = dict(dispute)
    dispute["metadata"] = parameters.merged_metadata(dispute["metadata"])
    evidence = parameters.group("evidence")
    if evidence is not None:
        _require_open(dispute)
        evidence.allow(EVIDENCE_TEXTS)
        given = {name: evidence.text(name) for name in EVIDENCE_TEXTS if name in evidence}
        dispute["evidence"] = dispute["evidence"] | given
        details = dispute["evidence_details"]
        submitted = parameters.flag("submit") is not False
        dispute["evidence_details"] = details | {
            "has_evidence": True,
            "submission_count": details["submission_count"] + int(submitted),
        }
        if submitted:
            dispute["status"] = "under_review"
    account.store.update(dispute)
    account.emit("charge.dispute.updated", dispute, changed(before, dispute))
    if dispute["status"] == "under_review":
        text = dispute["evidence"]["uncategorized_text"]
        if text == WINNING_EVIDENCE:
            _win(account, dispute)
        elif text == LOSING_EVIDENCE:
            _end(account, dispute, "lost")
    return dispute


def close(account: Account, dispute: Document) -> Document:
    """Accepts the dispute as lost."""
    _require_open(dispute)
    _end(account, dispute, "lost")
    return dispute


def list_disputes(account: Account, parameters: Parameters) -> Document:
    charge_id, intent_id = parameters.text("charge"), parameters.text("payment_intent")
    span = Span("dispute")
    if charge_id:
        span = Span("dispute", field="charge", value=charge_id)
    elif intent_id:
        span = Span("dispute", field="payment_intent", value=intent_id)
    return page(account, span, parameters, "/v1/disputes")


def _win(account: Account, dispute: Document) -> None:
    reversal = ledger.record(
        account,
        "adjustment",
        dispute,
        dispute["amount"],
        reporting_category="dispute_reversal",
        description=f"Chargeback reversal for {dispute['charge']}",
    )
    dispute["balance_transactions"] = [*dispute["balance_transactions"], reversal]
    account.store.update(dispute)
    account.emit("charge.dispute.funds_reinstated", dispute)
    _end(account, dispute, "won")


def _end(account: Account, dispute: Document, status: str) -> None:
    dispute["status"] = status
    dispute["is_charge_refundable"] = False
    account.store.update(dispute)
    account.emit("charge.dispute.closed", dispute)


def _require_open(dispute: Document) -> None:
    if dispute["status"] not in ("needs_response", "under_review"):
        raise UnexpectedState("This dispute is already closed.", code="dispute_closed")


def _blank(account: Account, charge: Document, amount: int, reason: str) -> dict[str, Any]:
    card = charge["payment_method_details"].get("card")
    dispute: dict[str, Any] = {
        "id": new_id("dispute"),
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [],
        "charge": charge["id"],
        "created": account.now,
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {**dict.fromkeys(EVIDENCE_TEXTS), "enhanced_evidence": {}},
        "evidence_details": {
            "due_by": account.now + EVIDENCE_SECONDS,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "reason": reason,
        "status": "needs_response",
    }
    if card is not None:
        dispute["payment_method_details"] = {
            "type": "card",
            "card": {
                "brand": card["brand"],
                "case_type": "chargeback",
                "network": card["brand"],
                "network_reason_code": "10.4",
            },
        }
    return dispute
