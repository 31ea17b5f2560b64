"""Page tokens: where the next page begins, for one query, for an hour.

A token is not a secret and gives no right: ownership is in every statement. It names the query it belongs to, so that a
changed query is refused instead of answered wrongly.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from datetime import datetime
from typing import Any

from google.protobuf.message import Message

from mesh.errors import InvalidArgument

PAGE_SIZE_DEFAULT = 25
TOKEN_LIFE_SECONDS = 3600
YEAR_MIN, YEAR_MAX = 2, 9998
"""Within them a time zone cannot push a time out of the calendar, nor the driver take it for infinity."""


class PageTokenInvalid(InvalidArgument):
    """The page token is not ours, too old, or of another query."""

    reason = "PAGE_TOKEN_INVALID"


def page_size(asked: int) -> int:
    """Returns how many items a page has: what was asked, or 25."""
    return asked or PAGE_SIZE_DEFAULT


def query_hash(request: Message) -> str:
    """Returns what a page token is bound to: the list that is asked for, and the request without its page fields."""
    query = type(request)()
    query.CopyFrom(request)
    for field in ("page_token", "page_size"):
        if field in query.DESCRIPTOR.fields_by_name:
            query.ClearField(field)
    asked = (
        query.DESCRIPTOR.full_name.encode() + b"\0" + query.SerializeToString(deterministic=True)
    )
    return hashlib.sha256(asked).hexdigest()[:16]


def read_time(value: Any) -> datetime:
    """Reads a time of a cursor, which anybody may have made up. Raises ValueError, TypeError."""
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None or not YEAR_MIN <= moment.year <= YEAR_MAX:
        raise ValueError("not a time of a list")
    return moment


def read_number(value: Any) -> int:
    """Reads a whole number of a cursor, as a bigint holds it. Raises ValueError."""
    if type(value) is not int or not -(2**63) <= value < 2**63:
        raise ValueError("not a number of a list")
    return value


def read_text(value: Any) -> str:
    """Reads a text of a cursor, as PostgreSQL holds it. Raises ValueError."""
    if not isinstance(value, str) or "\0" in value:
        raise ValueError("not a text of a list")
    value.encode()  # half of a surrogate pair is no text
    return value


def encode_page(cursor: list[Any], query: str, now: datetime) -> str:
    """Returns a token for the page after `cursor`, a list that JSON can hold."""
    body = json.dumps([cursor, query, int(now.timestamp())], separators=(",", ":"))
    return base64.urlsafe_b64encode(body.encode()).rstrip(b"=").decode()


def decode_page(token: str, query: str, now: datetime) -> list[Any] | None:
    """Returns the cursor of a token; None for the first page. Raises PageTokenInvalid."""
    if not token:
        return None
    try:
        padded = token + "=" * (-len(token) % 4)
        cursor, of_query, made = json.loads(base64.urlsafe_b64decode(padded.encode()))
        age_seconds = now.timestamp() - float(made)
    except (ValueError, TypeError, binascii.Error, OverflowError, RecursionError):
        raise PageTokenInvalid("pageToken", "is not a page token") from None
    if of_query != query or not isinstance(cursor, list):
        raise PageTokenInvalid("pageToken", "belongs to another query")
    if not 0 <= age_seconds + 60 <= TOKEN_LIFE_SECONDS + 60:
        raise PageTokenInvalid("pageToken", "is more than an hour old")
    return cursor
