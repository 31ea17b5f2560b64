"""Ids: an event's is a 64-bit time-ordered number, what belongs to an event carries it in 128 bits.

In text an id is a prefix and Crockford's base 32 in lower case: `ev_01h2…`, `hld_…`. An id is never a secret.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import ParamSpec, TypeVar
from uuid import UUID

from mesh.errors import OnsaleError

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_VALUES = {character: value for value, character in enumerate(_ALPHABET)}
_CHARACTERS_64 = 13
_CHARACTERS_128 = 26
_PAIRS = tuple(first + second for first in _ALPHABET for second in _ALPHABET)
"""Two characters for ten bits: half the steps, and every hold is told of with three ids in text."""

# An event id is 41 bits of milliseconds since this epoch (enough until 2094) and 22 random bits; the sign bit stays 0,
# so that PostgreSQL's bigint holds it.
_EPOCH_MILLIS = 1_767_225_600_000 - 2 * 31_536_000_000
_RANDOM_BITS = 22

P = ParamSpec("P")
T = TypeVar("T")


class MalformedId(ValueError):
    """The text is not an id of that kind."""


def _encode(number: int, characters: int) -> str:
    head = _ALPHABET[number >> 5 * (characters - 1) & 31] if characters % 2 else ""
    pairs = [_PAIRS[number >> shift & 1023] for shift in _shifts(characters)]
    return head + "".join(pairs)


@cache
def _shifts(characters: int) -> range:
    return range(10 * (characters // 2 - 1), -1, -10)


def _decode(prefix: str, text: str, characters: int, bits: int) -> int:
    head = prefix + "_"
    if not text.startswith(head) or len(text) != len(head) + characters:
        raise MalformedId(text)
    number = 0
    for character in text[len(head) :]:
        value = _VALUES.get(character)
        if value is None:
            raise MalformedId(text)
        number = number << 5 | value
    if number >> bits:
        raise MalformedId(text)
    return number


def _new_64(now: datetime | None) -> int:
    millis = int((now.timestamp() if now else time.time()) * 1000) - _EPOCH_MILLIS
    return max(millis, 0) << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS)


def new_event_id(now: datetime | None = None) -> int:
    """Returns a new event id; later ones are larger."""
    return _new_64(now)


def event_text(event_id: int) -> str:
    """Returns an event id as text, `ev_…`."""
    return "ev_" + _encode(event_id, _CHARACTERS_64)


def parse_event(event_text: str) -> int:
    """Reads an event id. Raises MalformedId."""
    return _decode("ev", event_text, _CHARACTERS_64, 63)


def new_venue_id(now: datetime | None = None) -> int:
    """Returns a new venue id; later ones are larger."""
    return _new_64(now)


def venue_text(venue_id: int) -> str:
    """Returns a venue id as text, `ven_…`."""
    return "ven_" + _encode(venue_id, _CHARACTERS_64)


def parse_venue(venue_text: str) -> int:
    """Reads a venue id. Raises MalformedId."""
    return _decode("ven", venue_text, _CHARACTERS_64, 63)


def new_id(event_id: int) -> UUID:
    """Returns a new id of something that belongs to an event: its first half is the event's id."""
    return UUID(int=event_id << 64 | secrets.randbits(64))


def new_account_id() -> UUID:
    """Returns a new account id."""
    return UUID(int=_new_64(None) << 64 | secrets.randbits(64))


def text(prefix: str, identifier: UUID) -> str:
    """Returns a 128-bit id as text, such as `hld_…`."""
    return f"{prefix}_{_encode(identifier.int, _CHARACTERS_128)}"


def parse(prefix: str, id_text: str) -> UUID:
    """Reads a 128-bit id. Raises MalformedId."""
    return UUID(int=_decode(prefix, id_text, _CHARACTERS_128, 128))


def event_of(identifier: UUID) -> int:
    """Returns the id of the event that an id belongs to; above 63 bits it is of no event and none is found."""
    return (identifier.int >> 64) & (2**63 - 1)


def parse_or(error: OnsaleError, parser: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Reads an id, or raises the given error: what is not an id is an id of nothing."""
    try:
        return parser(*args, **kwargs)
    except MalformedId:
        raise error from None
