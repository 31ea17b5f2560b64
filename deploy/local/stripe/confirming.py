"""Taking an intent's payment: confirm, authenticate, decline."""

from typing import Any
from urllib.parse import quote

from deploy.local.stripe import charges, intents, methods
from deploy.local.stripe.account import Account
from deploy.local.stripe.cards import AUTHENTICATION_REQUIRED, Decline
from deploy.local.stripe.errors import CardError, InvalidRequest, UnexpectedState
from deploy.local.stripe.parameters import Parameters
from deploy.local.stripe.store import Document

AUTHENTICATION_FAILURE = Decline(
    "payment_intent_authentication_failure",
    "We are unable to authenticate your payment method. Please choose a different payment "
    "method and try again.",
)


def confirm(account: Account, intent: Document, parameters: Parameters) -> Document:
    """Takes the payment, as far as it can be taken without the buyer.

    Raises:
        CardError: The card was declined; the failed attempt stays on record.
    """
    if intent["status"] not in intents.AWAITING:
        raise intents.unexpected_state(intent, "confirmed")
    intents.read_options(intent, parameters)
    intents.take_method(account, intent, parameters)
    return take_payment(account, intent, parameters)


def take_payment(account: Account, intent: Document, parameters: Parameters) -> Document:
    """Takes the payment by the method that the intent has."""
    if intent["payment_method"] is None:
        raise UnexpectedState(
            "You cannot confirm this PaymentIntent because it's missing a payment method. You "
            "can either update the PaymentIntent with a payment method and then confirm it "
            "again, or confirm it again directly with a payment method.",
            code="payment_intent_unexpected_state",
            payment_intent=intent,
        )
    return_url = parameters.text("return_url")
    _require_return_url(intent, return_url, parameters)
    method = account.get("payment_method", intent["payment_method"], "payment_method")
    card = methods.test_card_of(method)
    intent["next_action"] = None
    if card is None or not card.must_authenticate:
        return _charge(account, intent, method, authenticated=False)
    if parameters.flag("off_session") or parameters.flag("error_on_requires_action"):
        return _decline(account, intent, method, AUTHENTICATION_REQUIRED)
    return _ask_buyer(account, intent, return_url)


def authenticate(account: Account, intent: Document, *, approved: bool) -> Document:
    """Goes on after the buyer answered the 3-D Secure page.

    Raises:
        CardError: The buyer refused, or the issuer declined after all.
    """
    if intent["status"] != "requires_action":
        raise intents.unexpected_state(intent, "authenticated")
    method = account.get("payment_method", intent["payment_method"], "payment_method")
    intent["next_action"] = None
    if approved:
        return _charge(account, intent, method, authenticated=True)
    intent["last_payment_error"] = _payment_error(AUTHENTICATION_FAILURE, method, None)
    _back_to_start(account, intent)
    return intent


def captured_at_once(intent: Document, method: Document) -> bool:
    """Whether a payment by this method is captured as soon as it is authorised."""
    options = intent["payment_method_options"].get(method["type"], {})
    manual = "manual" in (intent["capture_method"], options.get("capture_method"))
    return not manual


def _charge(
    account: Account, intent: Document, method: Document, *, authenticated: bool
) -> Document:
    card = methods.test_card_of(method)
    if card is not None and card.decline is not None:
        return _decline(account, intent, method, card.decline)
    captured = captured_at_once(intent, method)
    charge = charges.attempt(
        account,
        intent,
        method,
        decline=None,
        captured=captured,
        authenticated=authenticated,
    )
    intent["latest_charge"] = charge["id"]
    intent["last_payment_error"] = None
    if captured:
        intent["status"] = "succeeded"
        intent["amount_received"] = intent["amount"]
        account.store.update(intent)
        account.emit("payment_intent.succeeded", intent)
        at_once = intent["capture_method"] == "automatic"
        charges.take_in(account, charge, at_once=at_once)
    else:
        intent["status"] = "requires_capture"
        intent["amount_capturable"] = intent["amount"]
        account.store.update(intent)
        account.emit("payment_intent.amount_capturable_updated", intent)
        account.schedule("expire_authorisation", intent["id"], charges.AUTHORISATION_SECONDS)
    return intent


def _decline(account: Account, intent: Document, method: Document, decline: Decline) -> Document:
    charge = charges.attempt(
        account, intent, method, decline=decline, captured=False, authenticated=False
    )
    intent["latest_charge"] = charge["id"]
    error = _payment_error(decline, method, charge["id"])
    intent["last_payment_error"] = error
    _back_to_start(account, intent)
    facts = {name: fact for name, fact in error.items() if name not in ("type", "message", "code")}
    facts.pop("doc_url", None)
    raise CardError(decline.message, code=decline.code, payment_intent=intent, **facts)


def _back_to_start(account: Account, intent: Document) -> None:
    intent["payment_method"] = None
    intent["status"] = "requires_payment_method"
    account.store.update(intent)
    account.emit("payment_intent.payment_failed", intent)


def _payment_error(decline: Decline, method: Document, charge_id: str | None) -> dict[str, Any]:
    is_card = decline is not AUTHENTICATION_FAILURE
    error = {
        "type": "card_error" if is_card else "invalid_request_error",
        "code": decline.code,
        "decline_code": decline.decline_code,
        "doc_url": f"https://stripe.com/docs/error-codes/{decline.code.replace('_', '-')}",
        "message": decline.message,
        "charge": charge_id,
        "payment_method": method,
    }
    return {name: fact for name, fact in error.items() if fact is not None}


def _require_return_url(intent: Document, return_url: str | None, parameters: Parameters) -> None:
    automatic = intent["automatic_payment_methods"]
    redirects = automatic is not None and automatic["allow_redirects"] == "always"
    if redirects and return_url is None and not parameters.flag("use_stripe_sdk"):
        raise InvalidRequest(
            "This PaymentIntent is configured to accept payment methods enabled in your "
            "Dashboard. Because some of these payment methods might redirect your customer off "
            "of your page, you must provide a `return_url`. If you don't want to accept "
            "redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` "
            "and `automatic_payment_methods[allow_redirects]` to `never` when creating Setup "
            "Intents and Payment Intents.",
            param="return_url",
        )


def _ask_buyer(account: Account, intent: Document, return_url: str | None) -> Document:
    """Sends the buyer to the page on which the issuer asks for their consent."""
    secret = quote(intent["client_secret"])
    page = f"{account.public_url}/_local/authentications/{intent['id']}?client_secret={secret}"
    if return_url is not None:
        intent["next_action"] = {
            "type": "redirect_to_url",
            "redirect_to_url": {"url": page, "return_url": return_url},
        }
    else:
        intent["next_action"] = {
            "type": "use_stripe_sdk",
            "use_stripe_sdk": {"type": "three_d_secure_redirect", "stripe_js": page},
        }
    intent["status"] = "requires_action"
    account.store.update(intent)
    account.emit("payment_intent.requires_action", intent)
    return intent
