"""Signatures that the official library accepts."""

import time

import pytest
import stripe

from deploy.local.stripe.webhooks import RETRY_AFTER_SECONDS, signature_header

BODY = b'{"object": "event", "id": "evt_1", "type": "charge.captured"}'


def test_the_official_library_accepts_the_signature() -> None:
    header = signature_header("whsec_a", BODY, int(time.time()))
    assert stripe.Webhook.construct_event(BODY, header, "whsec_a").id == "evt_1"


@pytest.mark.parametrize(
    ("body", "secret", "age_seconds"),
    [(BODY + b" ", "whsec_a", 0), (BODY, "whsec_b", 0), (BODY, "whsec_a", 3_600)],
)
def test_another_body_secret_or_time_is_not_accepted(
    body: bytes, secret: str, age_seconds: int
) -> None:
    header = signature_header("whsec_a", BODY, int(time.time()) - age_seconds)
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(body, header, secret)


def test_pauses_between_attempts_grow_and_end() -> None:
    assert list(RETRY_AFTER_SECONDS) == sorted(RETRY_AFTER_SECONDS)
    assert 600 < sum(RETRY_AFTER_SECONDS) < 3_600
