"""The state machine on the fake store: the rules alone, thousands of steps in seconds."""

from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.model.depth import TIMEOUT_SECONDS, examples
from tests.model.fake_office import FakeOffice
from tests.model.machine import BoxOfficeMachine

OFTEN = {
    "Got",
    "Done",
    "SEATS_TAKEN",
    "PLACES_TAKEN",
    "NOTHING_FITS",
    "HOLD_LIMIT",
    "IDEMPOTENCY_KEY_REUSED",
    "ADMISSION_INVALID",
    "HOLD_NOT_FOUND",
    "HOLD_EXPIRED",
    "HOLD_PINNED",
    "HOLD_NOT_PINNED",
    "PIN_CLOSED",
    "SEATS_NOT_SOLD",
}
"""Answers that a run cannot do without: else the rules play beside the point."""


class OnFakes(BoxOfficeMachine):
    """The real lanes, placer and decisions, on rows in memory."""

    open_office = FakeOffice
    met: ClassVar[set[str]] = set()


@pytest.mark.timeout(TIMEOUT_SECONDS)
def test_the_rules_keep_to_the_reference_whatever_is_done_in_whatever_order() -> None:
    run_state_machine_as_test(
        OnFakes,
        settings=settings(
            max_examples=examples(120, in_soak=5_000),
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert OnFakes.met >= OFTEN
