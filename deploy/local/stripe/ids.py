"""Identifiers in Stripe's form: a prefix that names the kind, then random base 62."""

import hashlib
import os
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
ID_LENGTH: Final = 24
SECRET_LENGTH: Final = 25
REQUEST_ID_LENGTH: Final = 14

PREFIXES: Final = {
    "balance_transaction": "txn",
    "charge": "ch",
    "customer": "cus",
    "dispute": "du",
    "event": "evt",
    "payment_intent": "pi",
    "payment_method": "pm",
    "refund": "re",
    "webhook_endpoint": "we",
}
KINDS: Final = {prefix: kind for kind, prefix in PREFIXES.items()}


def new_id(kind: str) -> str:
    """Makes an id for an object of this kind."""
    return f"{PREFIXES[kind]}_{random_text(ID_LENGTH)}"


def kind_of(object_id: str) -> str | None:
    """Tells from its prefix what kind of object an id names."""
    return KINDS.get(object_id.partition("_")[0])


def new_request_id() -> str:
    return f"req_{random_text(REQUEST_ID_LENGTH)}"


def new_client_secret(intent_id: str) -> str:
    return f"{intent_id}_secret_{random_text(SECRET_LENGTH)}"


def new_webhook_secret() -> str:
    return f"whsec_{random_text(32)}"


def card_fingerprint(number: str) -> str:
    """The same for the same card number, whoever uses it, as Stripe's is."""
    return _base62(int.from_bytes(hashlib.sha256(number.encode()).digest(), "big"), 16)


def random_text(length: int) -> str:
    return _base62(int.from_bytes(os.urandom(length), "big"), length)


def _base62(number: int, length: int) -> str:
    characters = []
    for _ in range(length):
        number, index = divmod(number, len(ALPHABET))
        characters.append(ALPHABET[index])
    return "".join(characters)
