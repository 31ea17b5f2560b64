"""Stripe behind the processor's seam: the one importer of its library.

A request that was not answered is sent once more with the same key, which Stripe replays; what is still unknown then is
told as ProcessorUnavailable and looked up later. Stripe keeps the reply to a key for 24 hours, its own failures too.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

import stripe

from mesh import telemetry
from mesh.errors import Unavailable
from mesh.money import Money
from payment_svc.errors import SignatureInvalid
from payment_svc.limiter import LimiterFull, RateLimiter
from payment_svc.processor import (
    Intent,
    IntentPage,
    Notice,
    PaymentStatus,
    Payout,
    PayoutStatus,
    ProcessorFaulted,
    ProcessorRefused,
    ProcessorUnavailable,
)

API_VERSION = "2026-10-28.endive"
"""Stripe's shapes as this module reads them; raised on purpose, never by an upgrade of the library."""

ATTEMPTS_MAX = 2
"""Tries of one request with one key, before its caller must look what became of it."""
RETRY_SECONDS = 0.3
PAGE_SIZE_MAX = 100
PAYOUT_PAGES_MAX = 20
"""A payment has as many refunds as its order has tickets, at most; 2,000 is beyond any order."""

HUNDREDFOLD_CURRENCIES = frozenset({"ISK", "UGX"})
"""Without a minor unit by ISO 4217, but Stripe counts them in hundredths, for reasons of its past."""

_STATUSES = {
    "requires_payment_method": PaymentStatus.WAITING,
    "requires_confirmation": PaymentStatus.WAITING,
    "requires_action": PaymentStatus.WAITING,
    "processing": PaymentStatus.PROCESSING,
    "requires_capture": PaymentStatus.AUTHORISED,
    "succeeded": PaymentStatus.CAPTURED,
    "canceled": PaymentStatus.VOIDED,
}
_PAYOUT_STATUSES = {
    "pending": PayoutStatus.PENDING,
    "requires_action": PayoutStatus.PENDING,
    "succeeded": PayoutStatus.SUCCEEDED,
    "failed": PayoutStatus.FAILED,
    "canceled": PayoutStatus.FAILED,
}

T = TypeVar("T")

# The library tells every request at level INFO; our own lines say what became of an order.
logging.getLogger("stripe").setLevel(logging.WARNING)


class StripeProcessor:
    """Moves money through Stripe."""

    def __init__(
        self,
        *,
        api_base: str,
        api_key: str,
        webhook_secret: str,
        timeout_seconds: float,
        webhook_tolerance_seconds: int,
        limiter: RateLimiter,
    ) -> None:
        client = stripe.StripeClient(
            api_key,
            stripe_version=API_VERSION,
            base_addresses={"api": api_base},
            http_client=stripe.HTTPXClient(timeout=timeout_seconds),
            max_network_retries=0,
        )
        self._intents = client.v1.payment_intents
        self._refunds = client.v1.refunds
        self._webhook_secret = webhook_secret
        self._webhook_tolerance_seconds = webhook_tolerance_seconds
        self._limiter = limiter

    async def create_intent(
        self, amount: Money, *, order_text: str, event_text: str, key: str
    ) -> Intent:
        """Makes a PaymentIntent: cards are captured later, methods that redirect are not offered."""
        made = await self._write(
            lambda: self._intents.create_async(
                {
                    "amount": to_stripe_amount(amount),
                    "currency": amount.currency_code.lower(),
                    "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
                    "payment_method_options": {"card": {"capture_method": "manual"}},
                    "metadata": {"order_id": order_text, "event_id": event_text},
                },
                {"idempotency_key": key},
            )
        )
        return _intent(made)

    async def get_intent(self, intent_id: str) -> Intent:
        """Returns a PaymentIntent."""
        return _intent(await self._read(lambda: self._intents.retrieve_async(intent_id)))

    async def capture(self, intent_id: str, *, key: str) -> Intent:
        """Captures all of a PaymentIntent; never a part."""
        return _intent(
            await self._write(
                lambda: self._intents.capture_async(intent_id, {}, {"idempotency_key": key})
            )
        )

    async def void(self, intent_id: str, *, key: str) -> Intent:
        """Cancels a PaymentIntent."""
        return _intent(
            await self._write(
                lambda: self._intents.cancel_async(intent_id, {}, {"idempotency_key": key})
            )
        )

    async def refund(self, intent_id: str, amount: Money, *, refund_text: str, key: str) -> Payout:
        """Makes a Refund that names ours in its metadata, so that it can be found again."""
        made = await self._write(
            lambda: self._refunds.create_async(
                {
                    "payment_intent": intent_id,
                    "amount": to_stripe_amount(amount),
                    "metadata": {"refund_id": refund_text},
                },
                {"idempotency_key": key},
            )
        )
        if _is_replayed(made):  # it tells how the refund was then; it may have failed since
            return await self.get_payout(made.id)
        return _payout(made)

    async def get_payout(self, payout_id: str) -> Payout:
        """Returns a Refund."""
        return _payout(await self._read(lambda: self._refunds.retrieve_async(payout_id)))

    async def find_payout(self, intent_id: str, refund_text: str) -> Payout | None:
        """Looks for one of our refunds among those of a PaymentIntent."""
        query: dict[str, Any] = {"payment_intent": intent_id, "limit": PAGE_SIZE_MAX}
        for _ in range(PAYOUT_PAGES_MAX):
            page = await self._read(lambda: self._refunds.list_async(query))  # type: ignore[arg-type]
            for found in map(_payout, page.data):
                if found.refund_text == refund_text and found.status is not PayoutStatus.FAILED:
                    return found
            if not page.has_more:
                return None
            query["starting_after"] = page.data[-1].id
        return None

    async def list_intents(
        self, *, created_from: datetime, created_before: datetime, after_intent_id: str
    ) -> IntentPage:
        """Returns a page of PaymentIntents."""
        query: dict[str, Any] = {
            "created": {
                "gte": int(created_from.timestamp()),
                "lt": int(created_before.timestamp()),
            },
            "limit": PAGE_SIZE_MAX,
        }
        if after_intent_id:
            query["starting_after"] = after_intent_id
        page = await self._read(lambda: self._intents.list_async(query))  # type: ignore[arg-type]
        return IntentPage([_intent(found) for found in page.data], page.has_more)

    def read_webhook(self, body: bytes, signature: str) -> Notice:
        """Verifies a webhook with Stripe's own verifier, on the raw body and with a tolerance."""
        try:
            stripe.WebhookSignature.verify_header(
                body, signature, self._webhook_secret, self._webhook_tolerance_seconds
            )
            event = json.loads(body)
            about = event["data"]["object"]
            return Notice(
                _name(event["id"]),
                _name(event["type"]),
                _name(_intent_id(about)),
                _name(_payout_id(about)),
            )
        except (stripe.SignatureVerificationError, ValueError, KeyError, TypeError):
            raise SignatureInvalid from None

    async def _read(self, request: Callable[[], Awaitable[T]]) -> T:
        return await self._ask(request)

    async def _write(self, request: Callable[[], Awaitable[T]]) -> T:
        try:
            await self._limiter.take()
        except LimiterFull:
            # It was never sent, but a caller that sent the key before must look all the same.
            raise ProcessorUnavailable from None
        return await self._ask(request)

    async def _ask(self, request: Callable[[], Awaitable[T]]) -> T:
        for attempt in range(1, ATTEMPTS_MAX + 1):
            try:
                return await request()
            except stripe.StripeError as error:
                translated = _translated(error)
                if attempt == ATTEMPTS_MAX or not isinstance(translated, ProcessorUnavailable):
                    raise translated from error
            await asyncio.sleep(RETRY_SECONDS)
        raise ProcessorUnavailable


def to_stripe_amount(amount: Money) -> int:
    """Returns an amount as Stripe counts it."""
    if amount.currency_code in HUNDREDFOLD_CURRENCIES:
        return amount.amount_minor * 100
    return amount.amount_minor


def from_stripe_amount(amount: int, currency: str) -> Money:
    """Reads an amount of Stripe's."""
    code = currency.upper()
    return Money(amount // 100 if code in HUNDREDFOLD_CURRENCIES else amount, code)


def _translated(error: stripe.StripeError) -> Unavailable | ProcessorRefused:
    """The one place where Stripe's errors become ours: did it happen, did it not, or is it unknown?"""
    match error:
        case stripe.CardError() | stripe.InvalidRequestError():
            decline_code = getattr(error.error, "decline_code", None) if error.error else None
            return ProcessorRefused(
                decline_code or error.code or "invalid_request", error.user_message or ""
            )
        case stripe.APIConnectionError() | stripe.RateLimitError():
            return ProcessorUnavailable()
        case stripe.IdempotencyError():
            telemetry.log.error(
                "an idempotency key was used with other parameters", error=str(error)
            )
            return ProcessorFaulted()
        case stripe.APIError() if error.http_status == 409:
            return ProcessorUnavailable()  # the first request with this key is still running
        case stripe.AuthenticationError() | stripe.PermissionError():
            telemetry.log.error("Stripe does not accept our key", error=str(error))
            return ProcessorUnavailable()
        case _:
            return ProcessorFaulted()


def _intent(made: Any) -> Intent:
    last_error = getattr(made, "last_payment_error", None)
    decline_code = ""
    if last_error:
        decline_code = getattr(last_error, "decline_code", None) or last_error.code or ""
    return Intent(
        intent_id=made.id,
        status=_STATUSES.get(made.status, PaymentStatus.PROCESSING),
        amount=from_stripe_amount(made.amount, made.currency),
        client_secret=made.client_secret or "",
        decline_code=decline_code,
        order_text=_metadata(made).get("order_id", ""),
        create_time=datetime.fromtimestamp(made.created, UTC),
    )


def _payout(made: Any) -> Payout:
    return Payout(
        payout_id=made.id,
        status=_PAYOUT_STATUSES.get(made.status or "", PayoutStatus.PENDING),
        amount=from_stripe_amount(made.amount, made.currency),
        refund_text=_metadata(made).get("refund_id", ""),
    )


def _is_replayed(made: Any) -> bool:
    """Tells whether a reply is that of an earlier request with the same key."""
    reply = made.last_response
    return bool(reply) and reply.headers.get("Idempotent-Replayed") == "true"


def _metadata(made: Any) -> dict[str, str]:
    return made.metadata.to_dict() if made.metadata else {}


def _intent_id(about: dict[str, Any]) -> str:
    named = about["id"] if about["object"] == "payment_intent" else about.get("payment_intent")
    return named if isinstance(named, str) else ""


def _payout_id(about: dict[str, Any]) -> str:
    return str(about["id"]) if about["object"] == "refund" else ""


def _name(value: object) -> str:
    """Returns one of Stripe's names, which are plain ASCII. Raises ValueError."""
    if not isinstance(value, str) or not value.isascii() or not value.isprintable():
        raise ValueError("not a name of Stripe's")
    return value
