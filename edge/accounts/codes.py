"""Sign-in codes: six digits, kept as a keyed hash, few tries."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

CODE_DIGITS = 6
MAIL_WINDOW = timedelta(minutes=10)
"""Within it one address is mailed a few times at most."""


@dataclass(frozen=True)
class StoredCode:
    """What is known of an address's newest code."""

    code_hash: bytes | None
    tries_left: int
    expire_time: datetime

    def is_live(self, now: datetime) -> bool:
        """Tells whether it may still be tried."""
        return self.code_hash is not None and self.tries_left > 0 and now < self.expire_time


def new_code() -> str:
    """Returns a code that nobody can guess."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"


def hash_code(pepper: str, email: str, code: str) -> bytes:
    """Returns what is stored of a code: worth nothing without the pepper, nor for another address."""
    return hmac.digest(pepper.encode(), f"{email}\n{code}".encode(), hashlib.sha256)


def tidy_code(text: str) -> str:
    """Returns a code as it was mailed, however it was typed or pasted."""
    return "".join(character for character in text if character not in " \t\r\n-\u00a0")


def is_right(stored: StoredCode, code_hash: bytes) -> bool:
    """Compares in a time that tells nothing."""
    return stored.code_hash is not None and hmac.compare_digest(stored.code_hash, code_hash)


def recent(request_times: list[datetime], now: datetime) -> list[datetime]:
    """Returns the requests that still count against an address."""
    return [time for time in request_times if time > now - MAIL_WINDOW]


def seconds_until_next(recent_times: list[datetime], limit: int, now: datetime) -> float:
    """Returns how long an address must wait for its next code; 0 when it need not."""
    if not limit or len(recent_times) < limit:
        return 0.0
    oldest_that_counts = sorted(recent_times)[-limit]
    return (oldest_that_counts + MAIL_WINDOW - now).total_seconds()
