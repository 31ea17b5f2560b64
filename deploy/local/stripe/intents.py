"""PaymentIntents: making, reading and changing them. ``confirming.py`` takes the money.

requires_payment_method -> requires_confirmation (a method was given)
-> requires_action (3-D Secure) -> requires_capture (authorised) or succeeded;
a decline leads back to requires_payment_method, ``cancel`` from any but the final two
to canceled.
"""

from typing import Any, Final

from deploy.local.stripe import currencies, methods
from deploy.local.stripe.account import Account
from deploy.local.stripe.errors import InvalidRequest, ParameterMissing, UnexpectedState
from deploy.local.stripe.ids import new_client_secret, new_id
from deploy.local.stripe.lists import CURSOR_PARAMETERS, page
from deploy.local.stripe.parameters import Parameters
from deploy.local.stripe.store import Document, Span

CHANGE_PARAMETERS: Final = frozenset(
    {
        "amount", "capture_method", "currency", "customer", "description", "metadata",
        "payment_method", "payment_method_data", "payment_method_options",
        "payment_method_types", "receipt_email", "setup_future_usage", "statement_descriptor",
        "statement_descriptor_suffix", "transfer_group", "expand",
    }
)  # fmt: skip
CONFIRM_PARAMETERS: Final = frozenset(
    {
        "capture_method", "client_secret", "error_on_requires_action", "off_session",
        "payment_method", "payment_method_data", "payment_method_options",
        "payment_method_types", "receipt_email", "return_url", "setup_future_usage",
        "use_stripe_sdk", "expand",
    }
)  # fmt: skip
CREATE_PARAMETERS: Final = (CHANGE_PARAMETERS | CONFIRM_PARAMETERS) - {"client_secret"} | {
    "automatic_payment_methods",
    "confirm",
    "confirmation_method",
}
LIST_PARAMETERS: Final = CURSOR_PARAMETERS | {"created", "customer"}

AWAITING: Final = ("requires_payment_method", "requires_confirmation", "requires_action")
"""The states before any money was asked for; terms may change in them."""
TERMS: Final = (
    "amount",
    "capture_method",
    "currency",
    "payment_method",
    "payment_method_data",
    "payment_method_options",
    "payment_method_types",
)
"""What is fixed once a payment was authorised."""
CAPTURE_METHODS: Final = ("automatic", "automatic_async", "manual")
TEXTS: Final = (
    "description",
    "receipt_email",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_group",
)
PUBLISHABLE_FIELDS: Final = (
    "id", "object", "amount", "amount_details", "automatic_payment_methods", "canceled_at",
    "cancellation_reason", "capture_method", "client_secret", "confirmation_method", "created",
    "currency", "description", "last_payment_error", "livemode", "next_action",
    "payment_method", "payment_method_configuration_details", "payment_method_types",
    "processing", "receipt_email", "setup_future_usage", "shipping", "source", "status",
)  # fmt: skip


def create(account: Account, parameters: Parameters) -> Document:
    """Makes an intent that waits for a payment method or for its confirmation."""
    amount = parameters.integer("amount", least=1)
    if amount is None:
        raise ParameterMissing("amount")
    currency = currencies.supported(parameters.required_text("currency"))
    currencies.require_chargeable(amount, currency)
    intent = _blank(account, amount, currency)
    _read_offered_methods(intent, parameters)
    _change(account, intent, parameters)
    account.store.insert(intent)
    account.emit("payment_intent.created", intent)
    return intent


def update(account: Account, intent: Document, parameters: Parameters) -> Document:
    """Changes an intent; its terms only before it was authorised."""
    if intent["status"] not in AWAITING and any(term in parameters for term in TERMS):
        raise unexpected_state(intent, "updated")
    amount = parameters.integer("amount", least=1)
    if amount is not None:
        intent["amount"] = amount
    if (currency := parameters.text("currency")) is not None:
        intent["currency"] = currencies.supported(currency)
    currencies.require_chargeable(intent["amount"], intent["currency"])
    _change(account, intent, parameters)
    account.store.update(intent)
    return intent


def publishable(intent: Document) -> Document:
    """What a browser may see: nothing that the shop noted for itself."""
    return {name: intent[name] for name in PUBLISHABLE_FIELDS}


def list_intents(account: Account, parameters: Parameters) -> Document:
    customer = parameters.text("customer")
    return page(
        account,
        Span("payment_intent"),
        parameters,
        "/v1/payment_intents",
        lambda intent: customer is None or intent["customer"] == customer,
    )


def take_method(account: Account, intent: Document, parameters: Parameters) -> None:
    """Puts the payment method that the parameters name or describe on the intent."""
    data, method_id = parameters.group("payment_method_data"), parameters.text("payment_method")
    if data is not None:
        data.allow(methods.DATA_PARAMETERS)
        method = methods.create(account, data)
    elif method_id is not None:
        method = methods.resolve(account, method_id)
    else:
        return
    if method["type"] not in intent["payment_method_types"]:
        raise InvalidRequest(
            f"The PaymentMethod provided ({method['type']}) is not allowed for this PaymentIntent.",
            code="payment_intent_incompatible_payment_method",
            param="payment_method",
        )
    intent["payment_method"] = method["id"]
    intent["status"] = "requires_confirmation"
    intent["next_action"] = None


def unexpected_state(intent: Document, verb: str) -> UnexpectedState:
    """The refusal of an operation that the intent's state does not allow."""
    return UnexpectedState(
        f"This PaymentIntent could not be {verb} because it has a status of {intent['status']}.",
        code="payment_intent_unexpected_state",
        payment_intent=intent,
    )


def read_options(intent: Document, parameters: Parameters) -> None:
    """Reads what may be said again at each confirmation: options, capture method, address."""
    if (method := parameters.choice("capture_method", CAPTURE_METHODS)) is not None:
        intent["capture_method"] = method
    if (email := parameters.text("receipt_email")) is not None:
        intent["receipt_email"] = email
    usage = parameters.choice("setup_future_usage", ("on_session", "off_session"))
    if usage is not None:
        intent["setup_future_usage"] = usage
    if (types := parameters.texts("payment_method_types")) is not None:
        intent["payment_method_types"] = _known_types(types)
        intent["automatic_payment_methods"] = None
    options = parameters.group("payment_method_options")
    if options is not None:
        options.allow(methods.TYPES)
        card = options.group("card")
        if card is not None:
            _read_card_options(intent, card)


def _read_card_options(intent: Document, card: Parameters) -> None:
    card.allow(("capture_method", "request_three_d_secure"))
    options = intent["payment_method_options"]["card"]
    if "capture_method" in card:
        # An empty value takes the card's own capture method away again.
        if card.choice("capture_method", ("manual",)) is None:
            options.pop("capture_method", None)
        else:
            options["capture_method"] = "manual"
    secure = card.choice("request_three_d_secure", ("automatic", "any", "challenge"))
    if secure is not None:
        options["request_three_d_secure"] = secure


def _change(account: Account, intent: Document, parameters: Parameters) -> None:
    read_options(intent, parameters)
    for name in TEXTS:
        if name in parameters:
            intent[name] = parameters.text(name)
    intent["metadata"] = parameters.merged_metadata(intent["metadata"])
    if (customer_id := parameters.text("customer")) is not None:
        intent["customer"] = account.get("customer", customer_id, "customer", status=400)["id"]
    take_method(account, intent, parameters)


def _read_offered_methods(intent: Document, parameters: Parameters) -> None:
    """Which methods the intent offers: a list, or those switched on for the account."""
    automatic = parameters.group("automatic_payment_methods")
    if automatic is None:
        return
    automatic.allow(("enabled", "allow_redirects"))
    if not automatic.flag("enabled"):
        intent["automatic_payment_methods"] = None
        intent["payment_method_types"] = ["card"]
        return
    redirects = automatic.choice("allow_redirects", ("always", "never")) or "always"
    intent["automatic_payment_methods"] = {"allow_redirects": redirects, "enabled": True}


def _known_types(types: list[str]) -> list[str]:
    for type_ in types:
        if type_ not in methods.TYPES:
            raise InvalidRequest(
                f"The payment method type provided: {type_} is invalid. This account offers "
                f"{', '.join(methods.TYPES)}.",
                param="payment_method_types",
            )
    return types


def _blank(account: Account, amount: int, currency: str) -> dict[str, Any]:
    intent_id = new_id("payment_intent")
    return {
        "id": intent_id,
        "object": "payment_intent",
        "amount": amount,
        "amount_capturable": 0,
        "allowed_payment_method_types": None,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": {"allow_redirects": "always", "enabled": True},
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic_async",
        "client_secret": new_client_secret(intent_id),
        "confirmation_method": "automatic",
        "created": account.now,
        "currency": currency,
        "customer": None,
        "customer_account": None,
        "description": None,
        "excluded_payment_method_types": None,
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "managed_payments": None,
        "metadata": {},
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {
            "card": {
                "installments": None,
                "mandate_options": None,
                "network": None,
                "request_three_d_secure": "automatic",
            },
            "link": {},
        },
        "payment_method_types": list(methods.TYPES),
        "processing": None,
        "receipt_email": None,
        "review": None,
        "setup_future_usage": None,
        "shipping": None,
        "source": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": None,
    }
