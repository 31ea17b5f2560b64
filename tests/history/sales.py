"""A hold is sold only from a pin, and pinned only while it lived."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tests.history.claims import Claim, Ledger
from tests.history.records import History, Kind, Outcome, Violation

SOLD_AFTER_ITS_END = "an expired hold was sold"
SOLD_UNPINNED = "a hold was sold that was not pinned for its order"
EXTENDED_AFTER_ITS_END = "an expired hold was extended"


def check_sales(history: History, ledger: Ledger, claims: Sequence[Claim]) -> Iterator[Violation]:
    """Finds pins, sales and extensions of holds that were over."""
    for claim in claims:
        yield from _calls(claim, ledger, history.clock_error_seconds)


def _calls(claim: Claim, ledger: Ledger, error: float) -> Iterator[Violation]:
    calls = ledger.about.get(claim.hold_id, [])
    pins = [call for call in calls if call.kind is Kind.PIN]
    for call in calls:
        if call.outcome is not Outcome.OK:
            continue
        if call.kind is Kind.PIN and call.invoked > claim.expire_time + error:
            if not _was_pinned_before(call.invoked, call.order_id, claim, ledger):
                yield Violation(SOLD_AFTER_ITS_END, f"{claim.hold_id} was pinned after its end")
        elif call.kind is Kind.CONFIRM:
            if not any(
                pin.order_id == call.order_id
                and pin.outcome is not Outcome.REFUSED
                and pin.invoked <= call.answered
                for pin in pins
            ):
                yield Violation(SOLD_UNPINNED, f"{claim.hold_id} to {call.order_id}")
        elif call.kind is Kind.EXTEND:
            before = claim.row.held_until if claim.row else claim.expire_time
            first = ledger.acknowledged.get(claim.hold_id)
            ended = first.told.expire_time if first and first.told else before
            others = [each for each in calls if each.request_id == call.request_id]
            if min(each.invoked for each in others) > ended + error:
                yield Violation(EXTENDED_AFTER_ITS_END, claim.hold_id)


def _was_pinned_before(time: float, order_id: str, claim: Claim, ledger: Ledger) -> bool:
    """A pin that is asked for again is told that it is there."""
    return any(
        call.kind is Kind.PIN
        and call.order_id == order_id
        and call.outcome is not Outcome.REFUSED
        and call.invoked <= claim.expire_time
        and call.invoked < time
        for call in ledger.about.get(claim.hold_id, [])
    )
