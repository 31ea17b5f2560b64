"""Access codes: one spelling each, drawn or chosen, and what one is worth at a time."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from inventory_svc.allotments.errors import AccessCodeInvalid, AccessCodeUsedUp
from mesh.errors import InvalidArgument, OnsaleError

CODES_MAX = 20_000
"""Access codes that one event may ever have, withdrawn ones too."""

DRAWN_LENGTH = 10
"""Fifty random bits: at the 3,000 requests a minute that an account has, finding one of 1,000 codes takes 700 years."""

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter that is read as a digit."""
_FORM = re.compile(r"[A-Z0-9_-]{6,64}")


def spelled(code: str) -> str:
    """Returns a code in its one spelling: buyers type spaces around it and small letters."""
    return code.strip().upper()


def hash_of(code: str) -> bytes:
    """Returns what a code is found by."""
    return hashlib.sha256(spelled(code).encode()).digest()


def new(chosen: Sequence[str], draw: int) -> list[str]:
    """Returns an organiser's own codes in their one spelling, then some drawn at random.

    Raises InvalidArgument for repeats, for other forms, and for none at all.
    """
    if not chosen and not draw:
        raise InvalidArgument("codes", "choose codes, or say how many to draw")
    spellings = [spelled(code) for code in chosen]
    for place, code in enumerate(spellings):
        if not _FORM.fullmatch(code):
            raise InvalidArgument(f"codes[{place}]", 'is not 6 to 64 of A to Z, 0 to 9, "-", "_"')
    if len(set(spellings)) != len(spellings):
        raise InvalidArgument("codes", "names a code more than once")
    return spellings + [_drawn() for _ in range(draw)]


def _drawn() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(DRAWN_LENGTH))


@dataclass(frozen=True, slots=True)
class Code:
    """An access code as its row has it."""

    code_no: int
    allotment_no: int
    code: str
    uses_max: int | None
    expire_time: datetime | None
    withdraw_time: datetime | None
    use_count: int
    """Holds placed with it that are live or sold now."""

    def refusal(self, now: datetime, *, beside: int = 0) -> OnsaleError | None:
        """Returns why nothing is held with it; None when it opens its allotment.

        Args:
            now: the time.
            beside: holds that are being placed with it in the same batch.
        """
        is_over = self.expire_time is not None and self.expire_time <= now
        if is_over or self.withdraw_time is not None:
            return AccessCodeInvalid()
        if self.uses_max is not None and self.use_count + beside >= self.uses_max:
            return AccessCodeUsedUp(self.uses_max)
        return None
