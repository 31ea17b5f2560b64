"""Payment methods: a test card by number or by name, or Link."""

import re
import time
from typing import Any, Final

from deploy.local.stripe.account import Account
from deploy.local.stripe.cards import (
    BY_FINGERPRINT,
    BY_NAME,
    BY_NUMBER,
    LIVE_CARD,
    TestCard,
    passes_luhn,
)
from deploy.local.stripe.errors import CardError, InvalidRequest, ParameterMissing
from deploy.local.stripe.ids import new_id
from deploy.local.stripe.parameters import Parameters
from deploy.local.stripe.store import Document

CREATE_PARAMETERS: Final = frozenset(
    {"type", "card", "link", "billing_details", "metadata", "allow_redisplay", "expand"}
)
DATA_PARAMETERS: Final = CREATE_PARAMETERS - {"expand"}
CARD_PARAMETERS: Final = ("number", "exp_month", "exp_year", "cvc")
TYPES: Final = ("card", "link")
TEST_CARD_EXPIRY: Final = (12, 2034)

ADDRESS_FIELDS: Final = ("city", "country", "line1", "line2", "postal_code", "state")
NO_BILLING_DETAILS: Final[Document] = {
    "address": dict.fromkeys(ADDRESS_FIELDS),
    "email": None,
    "name": None,
    "phone": None,
    "tax_id": None,
}


def create(account: Account, parameters: Parameters) -> Document:
    """Makes a payment method from what a form sent, as Stripe's card field does.

    Raises:
        CardError: The number, the date or the security code cannot be right.
    """
    parameters.allow(CREATE_PARAMETERS)
    if parameters.choice("type", TYPES) == "link":
        return _add(account, parameters, {"type": "link", "link": {"email": None}})
    card = parameters.group("card")
    if card is None:
        raise ParameterMissing(parameters.path("card"))
    test_card, month, year = _read_card(card, account.now)
    return _add(account, parameters, _card_details(test_card, month, year))


def resolve(account: Account, method_id: str) -> Document:
    """The payment method with this id; each use of a test name makes a new one, as at Stripe."""
    test_card = BY_NAME.get(method_id)
    if test_card is None:
        return account.get("payment_method", method_id, "payment_method", status=400)
    details = _card_details(test_card, *TEST_CARD_EXPIRY)
    return _add(account, Parameters({}), details)


def test_card_of(method: Document) -> TestCard | None:
    """How this payment method behaves; None for methods that are no card."""
    if method["type"] != "card":
        return None
    return BY_FINGERPRINT[method["card"]["fingerprint"]]


def _read_card(card: Parameters, now: int) -> tuple[TestCard, int, int]:
    card.allow(CARD_PARAMETERS)
    number = re.sub(r"[ -]", "", card.required_text("number"))
    if not re.fullmatch(r"[0-9]{12,19}", number) or not passes_luhn(number):
        raise CardError(
            "Your card number is incorrect.", code="incorrect_number", param=card.path("number")
        )
    month, year = card.integer("exp_month"), card.integer("exp_year")
    if month is None or not 1 <= month <= 12:
        raise CardError(
            "Your card's expiration month is invalid.",
            code="invalid_expiry_month",
            param=card.path("exp_month"),
        )
    if year is not None and year < 100:
        year += 2_000
    if year is None or (year, month) < _year_and_month(now):
        raise CardError(
            "Your card's expiration year is invalid.",
            code="invalid_expiry_year",
            param=card.path("exp_year"),
        )
    security_code = card.text("cvc")
    if security_code is not None and not re.fullmatch(r"[0-9]{3,4}", security_code):
        raise CardError(
            "Your card's security code is invalid.", code="invalid_cvc", param=card.path("cvc")
        )
    if number not in BY_NUMBER:
        raise CardError(LIVE_CARD.message, code=LIVE_CARD.code, decline_code=LIVE_CARD.decline_code)
    return BY_NUMBER[number], month, year


def _year_and_month(now: int) -> tuple[int, int]:
    moment = time.gmtime(now)
    return moment.tm_year, moment.tm_mon


def _card_details(card: TestCard, month: int, year: int) -> Document:
    return {
        "type": "card",
        "card": {
            "brand": card.brand,
            "checks": {
                "address_line1_check": None,
                "address_postal_code_check": None,
                "cvc_check": "unchecked",
            },
            "country": card.country,
            "display_brand": card.brand,
            "exp_month": month,
            "exp_year": year,
            "fingerprint": card.fingerprint,
            "funding": card.funding,
            "generated_from": None,
            "last4": card.last4,
            "networks": {"available": [card.brand], "preferred": None},
            "regulated_status": "unregulated",
            "three_d_secure_usage": {"supported": True},
            "wallet": None,
        },
    }


def _add(account: Account, parameters: Parameters, details: Document) -> Document:
    method: Document = {
        "id": new_id("payment_method"),
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": _billing_details(parameters.group("billing_details")),
        "created": account.now,
        "customer": None,
        "customer_account": None,
        "livemode": False,
        "metadata": parameters.merged_metadata({}),
        **details,
    }
    account.store.insert(method)
    return method


def _billing_details(given: Parameters | None) -> Document:
    details: dict[str, Any] = dict(NO_BILLING_DETAILS)
    if given is None:
        return details
    given.allow(tuple(NO_BILLING_DETAILS))
    for name in ("email", "name", "phone", "tax_id"):
        details[name] = given.text(name)
    address = given.group("address")
    if address is not None:
        address.allow(ADDRESS_FIELDS)
        details["address"] = {name: address.text(name) for name in ADDRESS_FIELDS}
    if details["email"] and "@" not in details["email"]:
        raise InvalidRequest(
            f"Invalid email address: {details['email']}",
            code="email_invalid",
            param=given.path("email"),
        )
    return details
