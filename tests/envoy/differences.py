"""What the edge does otherwise than Envoy's transcoder, on purpose; anything else is a fault of the edge.

One that no request shows is not listed: a test sees to it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.envoy.replies import Pair, is_problem


@dataclass(frozen=True)
class Difference:
    """One that is meant."""

    name: str
    why: str
    shows: Callable[[Pair], bool]
    """Whether a pair of replies shows it."""
    is_translated: bool = False
    """The replies say the same in two languages: Pair.is_same has already compared what they say."""


def _problem(pair: Pair) -> bool:
    return pair.is_same and pair.ours.status >= 400


def _conflict(pair: Pair) -> bool:
    return pair.is_same and (pair.ours.status, pair.envoys.status) == (409, 400)


def _success_status(pair: Pair) -> bool:
    return pair.is_same and pair.ours.status in (201, 204) and pair.envoys.status == 200


def _refused_unread(pair: Pair) -> bool:
    return pair.envoys.is_refused_by_itself and is_problem(pair.ours, range(400, 500))


def _unknown_field(pair: Pair) -> bool:
    return pair.case.what.startswith("unknown") and is_problem(pair.ours, (400,))


def _cookie(pair: Pair) -> bool:
    ours, envoys = pair.ours.json, pair.envoys.json
    is_session = isinstance(envoys, dict) and isinstance(ours, dict) and "refreshToken" in envoys
    return is_session and not ours.get("refreshToken") and ours.keys() <= envoys.keys()


MEANT: tuple[Difference, ...] = (
    Difference(
        "errors are problem documents",
        "RFC 9457 with reason and facts as members; Envoy prints google.rpc.Status.",
        _problem,
        is_translated=True,
    ),
    Difference(
        "FAILED_PRECONDITION is 409",
        "Somebody else has the seat: that is a conflict, not a malformed request. Envoy has 400.",
        _conflict,
        is_translated=True,
    ),
    Difference(
        "what was made is 201, what has nothing to say is 204",
        "The annotation success_status says so; Envoy knows 200 only.",
        _success_status,
        is_translated=True,
    ),
    Difference(
        "what cannot be read is refused in the contract's order",
        "Envoy refuses it with a text of its own before anybody asks who calls; the edge passes the fault on, so that "
        "401, 403 and 404 come before 400, and always as a problem.",
        _refused_unread,
    ),
    Difference(
        "unknown fields are refused",
        "Envoy drops what the message does not have; a misspelt name must not be taken for an absent one.",
        _unknown_field,
    ),
    Difference(
        "the refresh token is a cookie",
        "No script of a page may read it: the edge moves it from the body into an HttpOnly cookie.",
        _cookie,
    ),
)
