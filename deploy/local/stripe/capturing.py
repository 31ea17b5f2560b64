"""What becomes of an authorised payment: captured, or let go."""

from typing import Final

from deploy.local.stripe import charges, intents, refunds
from deploy.local.stripe.account import Account, changed
from deploy.local.stripe.errors import InvalidRequest
from deploy.local.stripe.parameters import Parameters
from deploy.local.stripe.store import Document

CAPTURE_PARAMETERS: Final = frozenset({"amount_to_capture", "final_capture", "metadata", "expand"})
CANCEL_PARAMETERS: Final = frozenset({"cancellation_reason", "expand"})
CANCELLATION_REASONS: Final = ("abandoned", "duplicate", "fraudulent", "requested_by_customer")
CANCELLABLE: Final = (*intents.AWAITING, "requires_capture")


def capture(account: Account, intent: Document, parameters: Parameters) -> Document:
    """Takes the authorised money, or part of it; the issuer is given back the rest."""
    if intent["status"] != "requires_capture":
        raise intents.unexpected_state(intent, "captured")
    capturable = intent["amount_capturable"]
    amount = parameters.integer("amount_to_capture", least=1) or capturable
    if amount > capturable:
        raise InvalidRequest(
            f"The amount_to_capture ({amount}) is greater than the amount that can be captured "
            f"({capturable}).",
            code="amount_too_large",
            param="amount_to_capture",
        )
    intent["metadata"] = parameters.merged_metadata(intent["metadata"])
    charge = account.get("charge", intent["latest_charge"], "charge")
    before = dict(charge)
    charge["captured"] = True
    charge["amount_captured"] = amount
    charge["amount_refunded"] = charge["amount"] - amount
    intent["amount_received"] = amount
    intent["amount_capturable"] = 0
    intent["status"] = "succeeded"
    charges.take_in(account, charge, at_once=True)
    account.store.update(intent)
    account.emit("charge.captured", charge)
    account.emit("payment_intent.succeeded", intent)
    account.emit("charge.updated", charge, changed(before, charge))
    return intent


def cancel(account: Account, intent: Document, parameters: Parameters) -> Document:
    reason = parameters.choice("cancellation_reason", CANCELLATION_REASONS)
    return let_go(account, intent, reason)


def let_go(account: Account, intent: Document, reason: str | None) -> Document:
    """Ends an intent that was not captured; an authorisation goes back to the buyer."""
    if intent["status"] not in CANCELLABLE:
        raise intents.unexpected_state(intent, "canceled")
    authorised = intent["status"] == "requires_capture"
    intent["status"] = "canceled"
    intent["canceled_at"] = account.now
    intent["cancellation_reason"] = reason
    intent["amount_capturable"] = 0
    intent["next_action"] = None
    account.store.update(intent)
    if authorised:
        charge = account.get("charge", intent["latest_charge"], "charge")
        refunds.release(account, charge, expired=reason == "automatic")
    account.emit("payment_intent.canceled", intent)
    return intent


def expire_authorisation(account: Account, intent_id: str) -> None:
    """Ends an authorisation that was not captured in time (job ``expire_authorisation``)."""
    intent = account.get("payment_intent", intent_id, "intent")
    if intent["status"] == "requires_capture":
        let_go(account, intent, "automatic")
