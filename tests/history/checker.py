"""All rules over one history."""

from __future__ import annotations

from tests.history.claims import claims_of, ledger_of
from tests.history.kept import check_kept
from tests.history.limits import check_limits
from tests.history.ownership import check_ownership
from tests.history.records import History, Violation
from tests.history.refusals import check_refusals
from tests.history.replies import check_replies
from tests.history.sales import check_sales


def check(history: History) -> list[Violation]:
    """Returns everything in a history that no box office does which sells each seat once and keeps its word."""
    ledger = ledger_of(history)
    claims = claims_of(history, ledger)
    return [
        *check_ownership(history, claims),
        *check_kept(history, ledger, claims),
        *check_replies(history),
        *check_limits(history, claims),
        *check_sales(history, ledger, claims),
        *check_refusals(history, claims),
    ]
