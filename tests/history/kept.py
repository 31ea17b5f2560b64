"""What was acknowledged stays true: in the database at the end, and in every answer before the hold's end."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence

from tests.history.claims import Claim, Ledger
from tests.history.records import Call, History, HoldRow, Kind, Outcome, Violation

HOLD_LOST = "an acknowledged hold was lost"
HOLD_CHANGED = "an acknowledged hold became another"
NOBODY_ASKED = "a hold that nobody can have asked for"

OVER = frozenset(("HOLD_EXPIRED", "HOLD_NOT_FOUND"))
GONE_STATES = frozenset(("EXPIRED", "RELEASED"))


def check_kept(history: History, ledger: Ledger, claims: Sequence[Claim]) -> Iterator[Violation]:
    """Finds acknowledged holds that are not there, or were said not to be, and holds out of nowhere."""
    by_id = {claim.hold_id: claim for claim in claims}
    for hold_id, first in ledger.acknowledged.items():
        yield from _in_the_database(first, ledger.rows.get(hold_id), hold_id)
    for hold_id, calls in ledger.about.items():
        for call in calls:
            yield from _while_it_lived(call, by_id.get(hold_id), calls, history.clock_error_seconds)
    yield from _asked_for(history, ledger)


def _in_the_database(first: Call, row: HoldRow | None, hold_id: str) -> Iterator[Violation]:
    told = first.told
    if row is None:
        yield Violation(HOLD_LOST, f"{hold_id} was acknowledged at {first.answered:.6f}: no row")
    elif told and (first.account, told.seats) != (row.account, row.seats):
        yield Violation(HOLD_CHANGED, f"{hold_id}: told {told.seats}, the row has {row.seats}")


def _while_it_lived(
    call: Call, claim: Claim | None, calls: Sequence[Call], error: float
) -> Iterator[Violation]:
    if claim is None:
        if call.outcome is Outcome.OK and call.kind is not Kind.UNPIN:
            yield Violation(NOBODY_ASKED, f"{call.kind} of {call.hold_id} succeeded")
        return
    told = call.told
    said_over = call.reason in OVER or (told is not None and told.state in GONE_STATES)
    if said_over and _lived_throughout(call, claim, calls, error):
        said = told.state if told else call.reason
        yield Violation(HOLD_LOST, f"{call.kind} of {claim.hold_id} was told {said} while it lived")
    if told and told.seats != claim.seats:
        what = f"{call.kind} of {claim.hold_id} was told {told.seats}, before {claim.seats}"
        yield Violation(HOLD_CHANGED, what)
    is_extended = call.kind is Kind.EXTEND and call.outcome is Outcome.OK
    if is_extended and claim.row and not claim.row.extended:
        yield Violation(HOLD_LOST, f"the extension of {claim.hold_id} is not in its row")


def _lived_throughout(call: Call, claim: Claim, calls: Sequence[Call], error: float) -> bool:
    """Tells whether the hold surely lived from the start of a call to its answer."""
    if call.invoked < claim.placed.latest or call.answered >= claim.ended.earliest:
        return False
    # A pin that was decided in time may be written a moment after the hold's time was over.
    pinned_at = min(
        (pin.answered for pin in calls if pin.kind is Kind.PIN and pin.outcome is Outcome.OK),
        default=math.inf,
    )
    return call.answered < claim.expire_time - error or call.invoked >= pinned_at


def _asked_for(history: History, ledger: Ledger) -> Iterator[Violation]:
    """Each hold that nobody was told of belongs to a request of its own whose outcome nobody knows."""
    unanswered: defaultdict[str, dict[str, Call]] = defaultdict(dict)
    answered: set[tuple[str, str]] = set()
    for call in history.calls:
        if call.kind is not Kind.HOLD:
            continue
        if call.outcome is Outcome.UNKNOWN:
            unanswered[call.account].setdefault(call.request_id, call)
        elif call.reason != "IDEMPOTENCY_KEY_REUSED":
            answered.add((call.account, call.request_id))
    for row in sorted(history.holds, key=lambda row: row.create_time):
        if row.hold_id in ledger.acknowledged:
            continue
        requests = unanswered[row.account]
        asked = next(
            (
                call
                for call in requests.values()
                if (call.account, call.request_id) not in answered
                and _may_have_placed(call, row, history.clock_error_seconds)
            ),
            None,
        )
        if asked is None:
            yield Violation(NOBODY_ASKED, f"{row.hold_id} of {row.account}: {row.seats}")
        else:
            del requests[asked.request_id]


def _may_have_placed(call: Call, row: HoldRow, error: float) -> bool:
    seat_nos = tuple(seat_no for seat_no, _ in row.seats)
    fits = len(seat_nos) == call.quantity or seat_nos == tuple(sorted(call.seats_asked))
    return fits and row.create_time >= call.invoked - error
