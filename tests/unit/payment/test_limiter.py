"""Our writes stay below what Stripe allows."""

import pytest

from payment_svc.limiter import WAIT_SECONDS_MAX, LimiterFull, RateLimiter


def test_writes_are_spaced_after_a_short_burst() -> None:
    limiter = RateLimiter(10, now=lambda: 100.0)
    waits = [limiter.reserve() for _ in range(20)]
    assert waits[:6] == [0.0] * 6
    assert waits[19] == pytest.approx(1.4)


def test_over_any_second_no_more_leave_than_allowed_and_the_burst() -> None:
    limiter = RateLimiter(80, now=lambda: 50.0)
    moments = [limiter.reserve() for _ in range(400)]
    assert sum(moment < 1.0 for moment in moments) <= 80 + 41


def test_a_write_that_would_wait_for_long_is_refused_at_once() -> None:
    limiter = RateLimiter(8, now=lambda: 100.0)
    waits = [limiter.reserve() for _ in range(45)]
    assert waits[-1] == WAIT_SECONDS_MAX
    with pytest.raises(LimiterFull):
        limiter.reserve()


def test_no_limit_means_no_waiting() -> None:
    limiter = RateLimiter(0, now=lambda: 0.0)
    assert [limiter.reserve() for _ in range(1_000)] == [0.0] * 1_000
