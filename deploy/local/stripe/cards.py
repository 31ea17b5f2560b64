"""Stripe's documented test cards: what each number and ``pm_card_…`` name does."""

from dataclasses import dataclass
from typing import Final

from deploy.local.stripe.ids import card_fingerprint


@dataclass(frozen=True)
class Decline:
    """Why an issuer, or Stripe itself, says no."""

    code: str
    message: str
    decline_code: str | None = None
    """The issuer's reason; only beside the code ``card_declined`` and the like."""
    blocked: bool = False
    """Whether Stripe's fraud rules stopped it before the issuer was asked."""


@dataclass(frozen=True)
class TestCard:
    """One test card and its behaviour."""

    __test__ = False  # tells pytest that the name means a card

    number: str
    names: tuple[str, ...]
    """The ``pm_card_…`` ids that stand for it."""
    brand: str = "visa"
    country: str = "US"
    funding: str = "credit"
    decline: Decline | None = None
    must_authenticate: bool = False
    """Whether each payment needs 3-D Secure."""
    dispute_reason: str | None = None
    """Set: the payment is disputed soon after its capture, for this reason."""
    refund_outcome: str = "succeeded"
    """``pending``: a refund succeeds later. ``failed``: it succeeds and fails later."""

    @property
    def fingerprint(self) -> str:
        return card_fingerprint(self.number)

    @property
    def last4(self) -> str:
        return self.number[-4:]


def _declined(decline_code: str, message: str = "Your card was declined.") -> Decline:
    return Decline("card_declined", message, decline_code)


GENERIC: Final = _declined("generic_decline")
INSUFFICIENT_FUNDS: Final = _declined("insufficient_funds", "Your card has insufficient funds.")
FRAUDULENT: Final = Decline("card_declined", "Your card was declined.", "fraudulent", blocked=True)
EXPIRED: Final = Decline("expired_card", "Your card has expired.", "expired_card")
INCORRECT_CVC: Final = Decline(
    "incorrect_cvc", "Your card's security code is incorrect.", "incorrect_cvc"
)
PROCESSING_ERROR: Final = Decline(
    "processing_error",
    "An error occurred while processing your card. Try again in a little bit.",
    "processing_error",
)
LIVE_CARD: Final = _declined(
    "test_mode_live_card",
    "Your card was declined. Your request was in test mode, but used a non test card. For a "
    "list of valid test cards, visit: https://stripe.com/docs/testing.",
)
AUTHENTICATION_REQUIRED: Final = Decline(
    "authentication_required",
    "Your card was declined. This transaction requires authentication.",
    "authentication_required",
)

TEST_CARDS: Final = (
    TestCard("4242424242424242", ("pm_card_visa", "pm_card_us")),
    TestCard("4000056655665556", ("pm_card_visa_debit",), funding="debit"),
    TestCard("5555555555554444", ("pm_card_mastercard",), "mastercard"),
    TestCard("5200828282828210", ("pm_card_mastercard_debit",), "mastercard", funding="debit"),
    TestCard("5105105105105100", ("pm_card_mastercard_prepaid",), "mastercard", funding="prepaid"),
    TestCard("378282246310005", ("pm_card_amex",), "amex"),
    TestCard("6011111111111117", ("pm_card_discover",), "discover"),
    TestCard("3056930009020004", ("pm_card_diners",), "diners"),
    TestCard("3566002020360505", ("pm_card_jcb",), "jcb", "JP"),
    TestCard("6200000000000005", ("pm_card_unionpay",), "unionpay", "CN"),
    TestCard("4000002760000016", ("pm_card_de",), country="DE"),
    TestCard("4000002500000003", ("pm_card_fr",), country="FR"),
    TestCard("4000008260000000", ("pm_card_gb",), country="GB"),
    TestCard("4000003920000003", ("pm_card_jp",), country="JP"),
    TestCard("4000000000000077", ("pm_card_bypassPending",)),
    TestCard(
        "4000000000000002",
        ("pm_card_visa_chargeDeclined", "pm_card_chargeDeclined"),
        decline=GENERIC,
    ),
    TestCard(
        "4000000000009995",
        (
            "pm_card_visa_chargeDeclinedInsufficientFunds",
            "pm_card_chargeDeclinedInsufficientFunds",
        ),
        decline=INSUFFICIENT_FUNDS,
    ),
    TestCard(
        "4000000000009987",
        ("pm_card_visa_chargeDeclinedLostCard",),
        decline=_declined("lost_card"),
    ),
    TestCard(
        "4000000000009979",
        ("pm_card_visa_chargeDeclinedStolenCard",),
        decline=_declined("stolen_card"),
    ),
    TestCard("4000000000000069", ("pm_card_chargeDeclinedExpiredCard",), decline=EXPIRED),
    TestCard("4000000000000127", ("pm_card_chargeDeclinedIncorrectCvc",), decline=INCORRECT_CVC),
    TestCard(
        "4000000000000119", ("pm_card_chargeDeclinedProcessingError",), decline=PROCESSING_ERROR
    ),
    TestCard(
        "4000000000006975",
        ("pm_card_visa_chargeDeclinedVelocityLimitExceeded",),
        decline=_declined("card_velocity_exceeded"),
    ),
    TestCard("4000000000000341", ("pm_card_chargeCustomerFail",), decline=GENERIC),
    TestCard(
        "4100000000000019",
        ("pm_card_radarBlock", "pm_card_chargeDeclinedFraudulent"),
        decline=FRAUDULENT,
    ),
    TestCard("4000002760003184", ("pm_card_authenticationRequired",), must_authenticate=True),
    TestCard(
        "4000002500003155", ("pm_card_authenticationRequiredOnSetup",), must_authenticate=True
    ),
    TestCard(
        "4000000000003220",
        ("pm_card_threeDSecure2Required", "pm_card_threeDSecureRequired"),
        must_authenticate=True,
    ),
    TestCard(
        "4000008400001629",
        ("pm_card_threeDSecureRequiredChargeDeclined",),
        must_authenticate=True,
        decline=GENERIC,
    ),
    TestCard(
        "4000008260003178",
        ("pm_card_authenticationRequiredChargeDeclinedInsufficientFunds",),
        country="GB",
        must_authenticate=True,
        decline=INSUFFICIENT_FUNDS,
    ),
    TestCard("4000000000000259", ("pm_card_createDispute",), dispute_reason="fraudulent"),
    TestCard(
        "4000000000002685",
        ("pm_card_createDisputeProductNotReceived",),
        dispute_reason="product_not_received",
    ),
    TestCard("4000000000007726", ("pm_card_pendingRefund",), refund_outcome="pending"),
    TestCard("4000000000005126", ("pm_card_refundFail",), refund_outcome="failed"),
)

BY_NAME: Final = {name: card for card in TEST_CARDS for name in card.names}
BY_NUMBER: Final = {card.number: card for card in TEST_CARDS}
BY_FINGERPRINT: Final = {card.fingerprint: card for card in TEST_CARDS}


def passes_luhn(number: str) -> bool:
    """Whether the check digit of a card number is right."""
    digits = [int(digit) for digit in reversed(number)]
    doubled = [digit * 2 - 9 if digit > 4 else digit * 2 for digit in digits[1::2]]
    return (sum(digits[0::2]) + sum(doubled)) % 10 == 0
