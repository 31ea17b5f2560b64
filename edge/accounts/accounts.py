"""Who somebody is: addresses, roles, and who may grant them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from uuid import UUID

import idna

from edge.accounts.errors import EmailInvalid, RoleNotGrantable
from mesh import ids
from mesh.identity import Caller

EMAIL_LENGTH_MAX = 254
LOCAL_PART_LENGTH_MAX = 64
EVERY_ORGANISER = "*"
OPERATOR = "operator"

_LOCAL_PART = re.compile(r"[^\s\x00-\x1f\x7f<>()\[\],;:\\\"@]+")
_PLAIN_DOMAIN = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)+")


@dataclass(frozen=True)
class Account:
    """A person."""

    account_id: UUID
    email: str
    roles: tuple[str, ...] = ("buyer",)
    gate_for: tuple[str, ...] = ()
    """Of a gate: account ids, as text, of the organisers it works for; "*" is every one."""

    @property
    def account_text(self) -> str:
        """The account's id as text."""
        return ids.text("acc", self.account_id)

    def seen_by_organiser(self, organiser: str) -> Account:
        """Returns what an organiser may know of somebody else: what the organiser granted."""
        works_here = tuple(name for name in self.gate_for if name == organiser)
        roles = tuple(role for role in self.roles if role in ("buyer", "gate"))
        return Account(self.account_id, self.email, roles, works_here)


@dataclass(frozen=True)
class Grant:
    """A role to give."""

    role: str
    gate_for: str = field(default="")


def normalise_email(text: str) -> str:
    """Returns the one form of an address that names its account. Raises EmailInvalid."""
    email = unicodedata.normalize("NFKC", text).strip().lower()
    local_part, at, domain = email.rpartition("@")
    if not at or not _LOCAL_PART.fullmatch(local_part):
        raise EmailInvalid("is not an e-mail address")
    normalised = f"{local_part}@{_normalise_domain(domain)}"
    if len(local_part) > LOCAL_PART_LENGTH_MAX or len(normalised) > EMAIL_LENGTH_MAX:
        raise EmailInvalid("is too long for an e-mail address")
    return normalised


def _normalise_domain(domain: str) -> str:
    """Returns a domain as the mail system knows it: "münchen.example" is "xn--mnchen-3ya.example"."""
    if _PLAIN_DOMAIN.fullmatch(domain):
        return domain
    try:
        encoded = idna.encode(domain, uts46=True).decode()
    except (idna.IDNAError, UnicodeError):
        raise EmailInvalid("has no valid domain") from None
    if not _PLAIN_DOMAIN.fullmatch(encoded):
        raise EmailInvalid("has no valid domain")
    return encoded


def grant_by(who: Caller, role: str, organiser_id: str) -> Grant:
    """Returns the grant that a caller may make. Raises RoleNotGrantable."""
    if who.peer == OPERATOR:
        return Grant(role, (organiser_id or EVERY_ORGANISER) if role == "gate" else "")
    if role != "gate" or organiser_id not in ("", who.account_text):
        raise RoleNotGrantable
    return Grant("gate", who.account_text)
