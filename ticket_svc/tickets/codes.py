"""The code of a ticket: a JWT signed with Ed25519, which a gate checks with the public key alone.

No other token of ours shares its `typ` and `aud`. Claims are few, since each makes the QR code denser: who issued it
for whom (`iss`, `aud`), the ticket (`sub`), the event, the venue, the seat or pool, and the outer bounds `nbf` and
`exp`. It says nothing of a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import jwt

from mesh import ids
from mesh.keys import KeyRing
from protos.accounts.v1 import accounts_pb2
from ticket_svc.tickets.ticket import Event, Place

TYP = "ticket+jwt"
ISSUER = "onsale/tickets"
AUDIENCE = "onsale/gate"
ALGORITHM = "EdDSA"
LIFE_AFTER_EVENT = timedelta(hours=24)
CODE_LENGTH_MAX = 2048
"""Our own codes have about 400 characters; what is longer is not worth looking at."""

_OPTIONS = {
    "require": ["exp", "nbf", "sub", "iss", "aud"],
    # Whether its time has come or passed is a verdict of its own, with a reason; see gate/verdicts.py.
    "verify_exp": False,
    "verify_nbf": False,
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What a code of ours says."""

    ticket_id: UUID
    event_id: int
    not_before_time: datetime
    expire_time: datetime


class TicketCodes:
    """Signs and reads codes."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys

    def sign(self, ticket_id: UUID, event: Event, place: Place, issue_time: datetime) -> str:
        """Returns the code of a ticket. The same ticket, time and key give the same code."""
        claims: dict[str, object] = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": ids.text("tkt", ticket_id),
            "event": ids.event_text(event.event_id),
            "venue": event.venue_id,
            "nbf": int(issue_time.timestamp()),
            "exp": int(code_expire_time(event).timestamp()),
        }
        if place.seat_no is not None:
            claims["seat"] = f"s{place.seat_no}"
        else:
            claims["pool"] = f"p{place.pool_no}"
        return self._keys.sign(claims, TYP)

    def jwks(self) -> accounts_pb2.JWKS:
        """Returns the public keys, for whoever checks codes."""
        return self._keys.jwks()

    def read(self, code: str) -> Reading | None:
        """Returns what a code says; None unless it is a ticket code with a signature of ours."""
        if not code or len(code) > CODE_LENGTH_MAX:
            return None
        try:
            header = jwt.get_unverified_header(code)
            kid = header.get("kid")
            if header.get("typ") != TYP or not isinstance(kid, str):
                return None
            key = self._keys.public_key(kid)
            if key is None:
                return None
            claims = jwt.decode(
                code,
                key,
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                issuer=ISSUER,
                options=_OPTIONS,  # type: ignore[arg-type]
            )
            return Reading(
                ids.parse("tkt", claims["sub"]),
                ids.parse_event(claims["event"]),
                datetime.fromtimestamp(claims["nbf"], UTC),
                datetime.fromtimestamp(claims["exp"], UTC),
            )
        except (jwt.PyJWTError, ValueError, TypeError, KeyError, AttributeError, OverflowError):
            return None
        except RecursionError:  # JSON nested a thousand deep
            return None


def code_expire_time(event: Event) -> datetime:
    """Returns when the codes of an event stop: a day after its end."""
    return (event.end_time + LIFE_AFTER_EVENT).replace(microsecond=0)
