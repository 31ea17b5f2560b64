"""Sessions: short access tokens that anybody can verify, long refresh tokens that only we know."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from edge.accounts.accounts import Account
from mesh.identity import ACCESS_TOKEN_AUDIENCE

ISSUER = "onsale/edge"
_REFRESH_TOKEN_BYTES = 32


@dataclass(frozen=True)
class SessionTerms:
    """How long tokens live."""

    access_token_life: timedelta
    refresh_token_life: timedelta


@dataclass(frozen=True)
class Session:
    """What a successful sign-in gives."""

    access_token: str
    expire_time: datetime
    account: Account
    refresh_token: str


def access_claims(account: Account, now: datetime, life: timedelta) -> dict[str, Any]:
    """Returns what an access token says: who, and which roles, as of now."""
    return {
        "iss": ISSUER,
        "aud": ACCESS_TOKEN_AUDIENCE,
        "sub": account.account_text,
        "roles": list(account.roles),
        "gate_for": list(account.gate_for),
        "iat": int(now.timestamp()),
        "exp": int((now + life).timestamp()),
        "jti": secrets.token_hex(8),
    }


def new_refresh_token() -> str:
    """Returns an opaque token."""
    return secrets.token_urlsafe(_REFRESH_TOKEN_BYTES)


def hash_token(token: str) -> bytes:
    """Returns what is stored of a refresh token; it has 256 random bits, so a plain hash suffices."""
    return hashlib.sha256(token.encode()).digest()
