"""The state machine on the fake store: the rules alone, thousands of steps in seconds."""

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.model.depth import examples
from tests.model.fake_office import FakeOffice
from tests.model.machine import BoxOfficeMachine


class OnFakes(BoxOfficeMachine):
    """The real lanes, placer and decisions, on rows in memory."""

    open_office = FakeOffice


def test_the_rules_keep_to_the_reference_whatever_is_done_in_whatever_order() -> None:
    run_state_machine_as_test(
        OnFakes,
        settings=settings(
            max_examples=examples(150),
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
