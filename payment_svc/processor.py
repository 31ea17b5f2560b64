"""The seam to whoever moves the money. `stripe_processor.py` is the one behind it.

Every write takes a key. The same key never does a thing twice; a caller takes the next key only when the thing surely
did not happen. Amounts are ours: minor units as ISO 4217 counts them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from mesh.errors import Conflict, Unavailable
from mesh.money import Money


class PaymentStatus(StrEnum):
    """Where a payment is."""

    WAITING = "WAITING"
    """The buyer is to pay, or to try again."""
    PROCESSING = "PROCESSING"
    """The bank is at it; nobody can change anything."""
    AUTHORISED = "AUTHORISED"
    """The money is reserved, and ours to capture or to let go."""
    CAPTURED = "CAPTURED"
    """The money is taken."""
    VOIDED = "VOIDED"
    """Ended; nothing was taken and nothing can be."""


@dataclass(frozen=True)
class Intent:
    """A payment as the processor knows it."""

    intent_id: str
    status: PaymentStatus
    amount: Money
    client_secret: str
    """Lets the buyer's page confirm it."""
    decline_code: str
    """Why the last attempt failed; empty when none did."""
    order_text: str
    """The order that it was made for, as text; empty when it is not one of ours."""
    create_time: datetime


class PayoutStatus(StrEnum):
    """Where a refund is on the processor's side."""

    PENDING = "PENDING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


@dataclass(frozen=True)
class Payout:
    """Money on its way back."""

    payout_id: str
    status: PayoutStatus
    amount: Money
    refund_text: str
    """Our refund, as text; empty when it is not one of ours."""


@dataclass(frozen=True)
class Notice:
    """What a verified webhook says."""

    notice_id: str
    """The same on every redelivery."""
    type: str
    intent_id: str
    """The payment that it is about; empty for none."""
    payout_id: str
    """The refund that it is about; empty for none."""


@dataclass(frozen=True)
class IntentPage:
    """Some payments, newest first."""

    intents: Sequence[Intent]
    has_more: bool


class ProcessorUnavailable(Unavailable):
    """The payment processor does not answer; what was asked may or may not have happened. Ask again, same key."""


class ProcessorFaulted(Unavailable):
    """The payment processor failed on its side and will repeat that for this key: look, then take the next key."""


class ProcessorRefused(Conflict):
    """The payment processor refused; what was asked did not happen."""

    reason = "PAYMENT_REFUSED"

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message, processorCode=code)
        self.processor_code = code


class Processor(Protocol):
    """Moves money. Every call may raise ProcessorUnavailable; every write ProcessorFaulted and ProcessorRefused."""

    async def create_intent(
        self, amount: Money, *, order_text: str, event_text: str, key: str
    ) -> Intent:
        """Makes a payment that is authorised first and captured later, where its method can."""

    async def get_intent(self, intent_id: str) -> Intent:
        """Returns a payment as it is now."""

    async def capture(self, intent_id: str, *, key: str) -> Intent:
        """Takes all of an authorised payment."""

    async def void(self, intent_id: str, *, key: str) -> Intent:
        """Ends a payment that is not captured; an authorisation goes back to the buyer."""

    async def refund(self, intent_id: str, amount: Money, *, refund_text: str, key: str) -> Payout:
        """Gives some of a captured payment back."""

    async def get_payout(self, payout_id: str) -> Payout:
        """Returns a refund as it is now."""

    async def find_payout(self, intent_id: str, refund_text: str) -> Payout | None:
        """Looks whether one of our refunds was made; failed ones do not count."""

    async def list_intents(
        self, *, created_from: datetime, created_before: datetime, after_intent_id: str
    ) -> IntentPage:
        """Returns a page of the payments made in a span, newest first, after a payment of the page before."""

    def read_webhook(self, body: bytes, signature: str) -> Notice:
        """Verifies a webhook on its raw body. Raises SignatureInvalid."""
