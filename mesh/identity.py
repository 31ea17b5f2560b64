"""Who calls: a token's account, a certificate's peer.

Every service verifies the caller's own token itself, with the issuer's public keys; a verified token is remembered by
its text until it expires. A peer is known by the name in its client certificate, never by metadata.
"""

from __future__ import annotations

import asyncio
import base64
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from mesh import ids
from mesh.errors import TokenInvalid, Unauthenticated
from protos.accounts.v1 import accounts_pb2

ACCESS_TOKEN_TYP = "at+jwt"  # noqa: S105 - a type, not a secret
ACCESS_TOKEN_AUDIENCE = "onsale"  # noqa: S105 - an audience, not a secret
CLOCK_SKEW_SECONDS = 5
KEYS_REFETCH_SECONDS_MIN = 1.0
KEYS_LIFE_SECONDS = 300.0
TOKENS_REMEMBERED_MAX = 10_000
TOKEN_LENGTH_MAX = 8192


@dataclass(frozen=True)
class Caller:
    """Who makes the current call."""

    account_id: UUID | None = None
    roles: frozenset[str] = frozenset()
    gate_for: frozenset[str] = frozenset()
    """Account ids, as text, of the organisers whose gates the caller may work at; "*" is every one."""
    peer: str | None = None
    """The name in the client certificate; None on the public port."""
    token: str = field(default="", repr=False)

    @cached_property
    def account_text(self) -> str:
        """The account id as text; empty for nobody."""
        return ids.text("acc", self.account_id) if self.account_id else ""

    def works_at_gates_of(self, organiser_id: UUID) -> bool:
        """Tells whether the caller may scan an organiser's events."""
        return "*" in self.gate_for or ids.text("acc", organiser_id) in self.gate_for


NOBODY = Caller()
_caller: ContextVar[Caller] = ContextVar("caller", default=NOBODY)
_metadata: ContextVar[dict[str, str]] = ContextVar("metadata", default={})  # noqa: B039 - never changed


def caller() -> Caller:
    """Returns who makes the current call."""
    return _caller.get()


def account() -> UUID:
    """Returns the account that makes the current call. Raises Unauthenticated when there is none."""
    account_id = _caller.get().account_id
    if account_id is None:
        raise Unauthenticated
    return account_id


def metadata_value(key: str) -> str:
    """Returns a value of the current call's metadata; empty when absent."""
    return _metadata.get().get(key, "")


def set_current(who: Caller, metadata: dict[str, str]) -> None:
    """Sets who makes the current call; the interceptor does, and tests."""
    _caller.set(who)
    _metadata.set(metadata)


class KeySet:
    """An issuer's public keys, fetched when first needed and again for an unknown kid."""

    def __init__(self, fetch: Callable[[], Awaitable[accounts_pb2.JWKS]]) -> None:
        self._fetch = fetch
        self._keys: dict[str, Ed25519PublicKey] = {}
        self._fetched = 0.0
        self._failed = float("-inf")
        self._lock = asyncio.Lock()

    async def get(self, kid: str) -> Ed25519PublicKey | None:
        """Returns a key; None when the issuer does not know it."""
        age_seconds = time.monotonic() - self._fetched if self._fetched else float("inf")
        is_known = kid in self._keys
        wanted = not is_known and age_seconds > KEYS_REFETCH_SECONDS_MIN
        # Whoever's key is known does not wait for an issuer that is slow or away.
        can_do_without = is_known and (self._lock.locked() or self._has_just_failed())
        if (wanted or age_seconds > KEYS_LIFE_SECONDS) and not can_do_without:
            await self._refresh(self._fetched)
        return self._keys.get(kid)

    def _has_just_failed(self) -> bool:
        return time.monotonic() - self._failed < KEYS_REFETCH_SECONDS_MIN

    async def _refresh(self, seen: float) -> None:
        async with self._lock:
            if self._fetched != seen:  # another call fetched while this one waited
                return
            if self._keys and self._has_just_failed():
                return
            try:
                message = await self._fetch()
            except Exception:
                if not self._keys:
                    raise
                self._failed = time.monotonic()
                return  # known keys go on working while the issuer is away
            self._keys = {key.kid: public_key(key) for key in message.keys}
            self._fetched = time.monotonic()


def public_key(key: accounts_pb2.JWK) -> Ed25519PublicKey:
    """Returns a JWK's key."""
    raw = base64.urlsafe_b64decode(key.x + "=" * (-len(key.x) % 4))
    return Ed25519PublicKey.from_public_bytes(raw)


async def verify_jwt(token: str, typ: str, audience: str, keys: KeySet) -> dict[str, Any]:
    """Returns the claims of a token of exactly this type and audience. Raises TokenInvalid."""
    if len(token) > TOKEN_LENGTH_MAX:
        raise TokenInvalid
    try:
        header = jwt.get_unverified_header(token)
        kid = header.get("kid")
        if header.get("typ") != typ or not isinstance(kid, str):
            raise TokenInvalid
        key = await keys.get(kid)
        if key is None:
            raise TokenInvalid
        return jwt.decode(
            token,
            key,
            algorithms=["EdDSA"],
            audience=audience,
            leeway=CLOCK_SKEW_SECONDS,
            options={"require": ["exp", "sub"]},
        )
    except (jwt.PyJWTError, ValueError, TypeError, AttributeError, RecursionError):
        raise TokenInvalid from None


class TokenVerifier:
    """Turns access tokens into callers."""

    def __init__(self, keys: KeySet) -> None:
        self._keys = keys
        self._known: OrderedDict[tuple[str, str | None], tuple[float, Caller]] = OrderedDict()
        """By token and peer: the same account through the edge and by itself."""

    async def verify(self, token: str, peer: str | None) -> Caller:
        """Returns the token's account. Raises TokenInvalid."""
        key = (token, peer)
        remembered = self._known.get(key)
        if remembered and remembered[0] > time.time():
            return remembered[1]
        expires, who = await self._verify(token)
        if peer is not None:
            who = replace(who, peer=peer)
        self._known[key] = expires, who
        if len(self._known) > TOKENS_REMEMBERED_MAX:
            self._known.popitem(last=False)
        return who

    async def _verify(self, token: str) -> tuple[float, Caller]:
        claims = await verify_jwt(token, ACCESS_TOKEN_TYP, ACCESS_TOKEN_AUDIENCE, self._keys)
        try:
            account_id = ids.parse("acc", claims["sub"])
        except (ids.MalformedId, AttributeError):
            raise TokenInvalid from None
        who = Caller(
            account_id,
            frozenset(claims.get("roles", ())),
            frozenset(claims.get("gate_for", ())),
            None,
            token,
        )
        return float(claims["exp"]), who
