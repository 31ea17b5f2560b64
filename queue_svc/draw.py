"""The draw: everyone who joins before the opening gets a rank that anyone can recompute and nobody could foresee.

rank = HMAC-SHA256(seed, account id as text), read as a fraction of 1. The seed is 32 random bytes made with the room;
its SHA-256 is published at once, the seed itself when the line opens.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

SEED_BYTES = 32
_WHOLE = float(2**256)


def new_seed() -> bytes:
    """Returns a seed that nobody could foresee."""
    return secrets.token_bytes(SEED_BYTES)


def commitment(seed: bytes) -> str:
    """Returns what is published before the opening: SHA-256 of the seed, hexadecimal."""
    return hashlib.sha256(seed).hexdigest()


def rank(seed: bytes, account_text: str) -> float:
    """Returns an account's rank in [0, 1): the same however often it joined."""
    digest = hmac.new(seed, account_text.encode(), hashlib.sha256).digest()
    return int.from_bytes(digest, "big") / _WHOLE
