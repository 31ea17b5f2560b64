"""Refunds: never more than was captured and not yet given back."""

from typing import Any, Final

from deploy.local.stripe import charges, ledger
from deploy.local.stripe.account import Account, changed
from deploy.local.stripe.errors import InvalidRequest, ParameterMissing, UnexpectedState
from deploy.local.stripe.ids import new_id
from deploy.local.stripe.lists import CURSOR_PARAMETERS, page
from deploy.local.stripe.parameters import Parameters
from deploy.local.stripe.store import Document, Span

CREATE_PARAMETERS: Final = frozenset(
    {"amount", "charge", "currency", "metadata", "payment_intent", "reason", "expand"}
)
UPDATE_PARAMETERS: Final = frozenset({"metadata", "expand"})
LIST_PARAMETERS: Final = CURSOR_PARAMETERS | {"charge", "created", "payment_intent"}
REASONS: Final = ("duplicate", "fraudulent", "requested_by_customer")

OUTCOME_SECONDS: Final = 1.0
"""How long after it began a refund of the test cards for late outcomes ends."""


def create(account: Account, parameters: Parameters) -> Document:
    """Gives money back, all that is left or the amount asked for.

    Raises:
        UnexpectedState: Nothing was captured, or all is refunded or disputed already.
        InvalidRequest: The amount is more than is left.
    """
    charge = _charge_to_refund(account, parameters)
    reason = parameters.choice("reason", REASONS)
    amount = parameters.integer("amount", least=1)
    left = charge["amount"] - charge["amount_refunded"]
    if charge["disputed"]:
        raise UnexpectedState(
            f"Charge {charge['id']} has been charged back; cannot issue a refund.",
            code="charge_disputed",
        )
    if left == 0:
        raise UnexpectedState(
            f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded"
        )
    if amount is not None and amount > left:
        raise InvalidRequest(
            f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})",
            param="amount",
        )
    card = charges.card_behind(account, charge)
    outcome = card.refund_outcome if card is not None else "succeeded"
    refund = _add(account, charge, amount or left, reason, parameters.merged_metadata({}))
    if outcome == "pending":
        refund["status"] = "pending"
        refund["pending_reason"] = "processing"
        account.schedule("finish_refund", refund["id"], OUTCOME_SECONDS)
    elif outcome == "failed":
        account.schedule("fail_refund", refund["id"], OUTCOME_SECONDS)
    transaction = ledger.record(account, "refund", refund, -refund["amount"])
    refund["balance_transaction"] = transaction["id"]
    account.store.update(refund)
    account.emit("refund.created", refund)
    account.emit("charge.refunded", charge)
    return refund


def release(account: Account, charge: Document, *, expired: bool) -> None:
    """Gives an authorisation back: Stripe shows it as a refund that moved no balance."""
    reason = "expired_uncaptured_charge" if expired else None
    refund = _add(account, charge, charge["amount"] - charge["amount_refunded"], reason, {})
    account.emit("refund.created", refund)
    account.emit("charge.refunded", charge)


def update(account: Account, refund: Document, parameters: Parameters) -> Document:
    before = dict(refund)
    refund["metadata"] = parameters.merged_metadata(refund["metadata"])
    account.store.update(refund)
    _emit_updated(account, before, refund)
    return refund


def list_refunds(account: Account, parameters: Parameters, url: str = "/v1/refunds") -> Document:
    charge_id, intent_id = parameters.text("charge"), parameters.text("payment_intent")
    span = Span("refund")
    if charge_id:
        span = Span("refund", field="charge", value=charge_id)
    elif intent_id:
        span = Span("refund", field="payment_intent", value=intent_id)
    return page(account, span, parameters, url)


def finish(account: Account, refund_id: str) -> None:
    """Ends a pending refund well (job ``finish_refund``)."""
    refund = account.get("refund", refund_id, "refund")
    before = dict(refund)
    refund["status"] = "succeeded"
    refund.pop("pending_reason", None)
    account.store.update(refund)
    _emit_updated(account, before, refund)


def fail(account: Account, refund_id: str) -> None:
    """Ends a refund badly: the money comes back to us (job ``fail_refund``)."""
    refund = account.get("refund", refund_id, "refund")
    before = dict(refund)
    charge = account.get("charge", refund["charge"], "charge")
    charge["amount_refunded"] -= refund["amount"]
    charge["refunded"] = False
    account.store.update(charge)
    transaction = ledger.record(account, "refund_failure", refund, refund["amount"])
    refund["status"] = "failed"
    refund["failure_reason"] = "unknown"
    refund["failure_balance_transaction"] = transaction["id"]
    account.store.update(refund)
    account.emit("refund.failed", refund)
    _emit_updated(account, before, refund)


def _emit_updated(account: Account, before: Document, refund: Document) -> None:
    account.emit("refund.updated", refund, changed(before, refund))
    account.emit("charge.refund.updated", refund, changed(before, refund))


def _charge_to_refund(account: Account, parameters: Parameters) -> Document:
    charge_id, intent_id = parameters.text("charge"), parameters.text("payment_intent")
    if charge_id is None and intent_id is None:
        raise ParameterMissing("payment_intent")
    if charge_id is None:
        intent = account.get("payment_intent", intent_id or "", "payment_intent", status=400)
        charge_id = intent["latest_charge"] if intent["status"] == "succeeded" else None
        if charge_id is None:
            raise UnexpectedState(
                f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.",
                code="payment_intent_unexpected_state",
                param="payment_intent",
            )
    charge = account.get("charge", charge_id, "charge", status=400)
    if intent_id not in (None, charge["payment_intent"]):
        raise InvalidRequest("The charge is not of this PaymentIntent.", param="payment_intent")
    if not charge["captured"]:
        raise UnexpectedState(
            f"Charge {charge['id']} was not captured; cancel its PaymentIntent instead.",
            code="charge_not_refundable",
        )
    return charge


def _add(
    account: Account,
    charge: Document,
    amount: int,
    reason: str | None,
    metadata: dict[str, str],
) -> dict[str, Any]:
    refund: Document = {
        "id": new_id("refund"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": account.now,
        "currency": charge["currency"],
        "customer": charge["customer"],
        "customer_account": None,
        "destination_details": _destination(charge),
        "metadata": metadata,
        "payment_intent": charge["payment_intent"],
        "payment_method": charge["payment_method"],
        "reason": reason,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded",
        "transfer_reversal": None,
    }
    account.store.insert(refund)
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    account.store.update(charge)
    return refund


def _destination(charge: Document) -> dict[str, Any]:
    if charge["payment_method_details"]["type"] != "card":
        return {"type": "link"}
    kind = "refund" if charge["captured"] else "reversal"
    return {"type": "card", "card": {"type": kind}}
