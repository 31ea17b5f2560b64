"""Admission tokens: the room signs them, inventory checks them itself."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from inventory_svc.holds.party import Admission
from mesh import ids
from mesh.errors import TokenInvalid
from mesh.identity import KeySet, verify_jwt

ADMISSION_TOKEN_TYP = "admission+jwt"  # noqa: S105 - a type, not a secret
ADMISSION_TOKEN_AUDIENCE = "onsale/inventory"  # noqa: S105 - an audience, not a secret


class Admissions:
    """Reads admission tokens."""

    def __init__(self, keys: KeySet) -> None:
        self._keys = keys

    async def read(self, token: str, event_id: int, account_id: UUID) -> Admission | None:
        """Returns the admission of a token; None when it is none of this buyer to this event."""
        try:
            claims = await verify_jwt(
                token, ADMISSION_TOKEN_TYP, ADMISSION_TOKEN_AUDIENCE, self._keys
            )
            is_theirs = (
                ids.parse("acc", claims["sub"]) == account_id
                and ids.parse_event(claims["event"]) == event_id
            )
            admission_id = ids.parse("adm", claims["jti"])
            expire_time = datetime.fromtimestamp(float(claims["exp"]), UTC)
        except (TokenInvalid, ids.MalformedId):
            return None
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            return None
        return Admission(admission_id, expire_time) if is_theirs else None
