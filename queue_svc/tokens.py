"""The two tokens of the line: a place, which only this service reads, and an admission, which inventory reads."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from mesh import ids
from mesh.errors import TokenInvalid
from mesh.identity import KeySet, verify_jwt
from mesh.keys import KeyRing
from protos.accounts.v1 import accounts_pb2
from queue_svc.errors import JoinTokenInvalid
from queue_svc.room import PlaceHeld

ISSUER = "onsale/queue"
JOIN_TYP = "join+jwt"
JOIN_AUDIENCE = "onsale/queue"
ADMISSION_TYP = "admission+jwt"
ADMISSION_AUDIENCE = "onsale/inventory"
PLACE_LIFE_SECONDS = 14 * 24 * 3600
"""A place outlives any line."""


class Tokens:
    """Signs and reads the line's tokens."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys
        self._own = KeySet(self._jwks)

    async def _jwks(self) -> accounts_pb2.JWKS:
        return self._keys.jwks()

    def jwks(self) -> accounts_pb2.JWKS:
        """Returns the public keys."""
        return self._keys.jwks()

    def place(self, event_id: int, account_text: str, sequence: int, now: datetime) -> str:
        """Returns a signed place; sequence 0 is a place in the draw."""
        # Microseconds: whether a place was joined before an admission ended is decided by its time of issue.
        issued = now.timestamp()
        claims = {
            "iss": ISSUER,
            "aud": JOIN_AUDIENCE,
            "sub": account_text,
            "event": ids.event_text(event_id),
            "seq": sequence,
            "iat": issued,
            "exp": int(issued) + PLACE_LIFE_SECONDS,
        }
        return self._keys.sign(claims, JOIN_TYP)

    async def read_place(self, token: str, event_id: int, account_text: str) -> PlaceHeld:
        """Reads a place. Raises JoinTokenInvalid for a forged, foreign or other event's one."""
        try:
            claims = await verify_jwt(token, JOIN_TYP, JOIN_AUDIENCE, self._own)
        except TokenInvalid:
            raise JoinTokenInvalid from None
        if claims["sub"] != account_text or claims["event"] != ids.event_text(event_id):
            raise JoinTokenInvalid
        sequence = int(claims["seq"])
        issued = datetime.fromtimestamp(float(claims["iat"]), UTC)
        return PlaceHeld(account_text, sequence == 0, sequence, issued)

    def admission(
        self, event_id: int, admission_id: UUID, account_text: str, expires: datetime
    ) -> str:
        """Returns a signed admission; the same row gives the same rights however often it is signed."""
        claims = {
            "iss": ISSUER,
            "aud": ADMISSION_AUDIENCE,
            "sub": account_text,
            "event": ids.event_text(event_id),
            "jti": ids.text("adm", admission_id),
            "exp": int(expires.timestamp()),
        }
        return self._keys.sign(claims, ADMISSION_TYP)
