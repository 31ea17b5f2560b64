"""Time to pay: at least some minutes from now, never less than before, and not for ever."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from inventory_svc.allocation.paying import paid_by
from inventory_svc.holds.holds import HeldSeat, Hold, State
from mesh import ids

BEGAN = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
HOLD_SECONDS, PAYING_SECONDS = 600, 300


def hold(ends_after_seconds: float) -> Hold:
    event_id = ids.new_event_id()
    return Hold(
        event_id=event_id,
        hold_id=ids.new_id(event_id),
        account_id=ids.new_account_id(),
        admission_id=None,
        state=State.HELD,
        create_time=BEGAN,
        held_until=BEGAN + timedelta(seconds=ends_after_seconds),
        extended=False,
        currency_code="EUR",
        seats=(HeldSeat(1, 1, 5_000, 1),),
        places=(),
    )


def seconds_of(
    ends_after_seconds: float, now_seconds: float, hold_seconds: int = HOLD_SECONDS
) -> float:
    """Returns when a hold ends that is paid for from some second on, in seconds after it was placed."""
    now = BEGAN + timedelta(seconds=now_seconds)
    until = paid_by(hold(ends_after_seconds), now, hold_seconds, PAYING_SECONDS)
    return (until - BEGAN).total_seconds()


def test_a_hold_that_lasts_long_enough_ends_when_it_did() -> None:
    assert seconds_of(600, 10) == 600


def test_a_hold_about_to_end_lasts_until_it_can_be_paid() -> None:
    assert seconds_of(600, 590) == 890


def test_where_holds_are_short_the_time_to_pay_is_too() -> None:
    assert seconds_of(4, 3, hold_seconds=4) == 7


@given(
    extended_at=st.integers(0, HOLD_SECONDS), before_end=st.integers(1, HOLD_SECONDS), now=st.data()
)
def test_it_never_shortens_and_is_bounded(
    extended_at: int, before_end: int, now: st.DataObject
) -> None:
    ends = extended_at + HOLD_SECONDS
    began = now.draw(st.integers(max(0, ends - before_end), ends))
    until = seconds_of(ends, began)
    assert until >= ends
    assert until <= 2 * HOLD_SECONDS + PAYING_SECONDS
    assert until >= began + PAYING_SECONDS
