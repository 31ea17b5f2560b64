"""Whole parties, and one effect for one request id."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from tests.history.records import Call, History, Kind, Outcome, Violation

PARTY_NOT_WHOLE = "a party got other seats than it asked for"
REPLAY_DIFFERS = "one request id, two answers"
KEY_REUSED = "a request id did another thing"

REUSED = "IDEMPOTENCY_KEY_REUSED"


def check_replies(history: History) -> Iterator[Violation]:
    """Finds parties that were not whole, and requests that were answered in two ways."""
    requests: defaultdict[tuple[Kind, str, str], list[Call]] = defaultdict(list)
    for call in history.calls:
        if call.kind is Kind.HOLD:
            yield from _whole(call, history.limits.seats_per_hold)
        if call.request_id:
            requests[call.kind, call.account, call.request_id].append(call)
    for calls in requests.values():
        if len(calls) > 1:
            yield from _one_answer(calls)


def _whole(call: Call, seats_per_hold: int) -> Iterator[Violation]:
    if call.told is None:
        return
    seat_nos = [seat_no for seat_no, _ in call.told.seats]
    is_whole = (
        len(seat_nos) == call.quantity
        if call.quantity
        else sorted(seat_nos) == sorted(call.seats_asked)
    )
    if not is_whole or len(set(seat_nos)) != len(seat_nos) or len(seat_nos) > seats_per_hold:
        wanted = call.quantity or call.seats_asked
        yield Violation(PARTY_NOT_WHOLE, f"{call.told.hold_id}: {seat_nos} for {wanted}")


def _one_answer(calls: Sequence[Call]) -> Iterator[Violation]:
    answers: dict[tuple[object, ...], Call] = {}
    bodies: set[tuple[object, ...]] = set()
    for call in calls:
        if call.outcome is Outcome.UNKNOWN or call.reason == REUSED:
            continue
        bodies.add(call.body)
        answers.setdefault((call.outcome, call.reason, call.told), call)
    name = f"{calls[0].kind} {calls[0].request_id} of {calls[0].account}"
    if len(bodies) > 1:
        yield Violation(KEY_REUSED, f"{name}: {len(bodies)} bodies were carried out")
    elif len(answers) > 1:
        yield Violation(REPLAY_DIFFERS, f"{name}: {' / '.join(map(str, answers))}")
