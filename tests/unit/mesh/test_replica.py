"""How old a replica's state is: proven by what the primary had written, never assumed."""

from datetime import UTC, datetime, timedelta

from mesh.replica import PULSES_KEPT, STALENESS_SECONDS_MAX, Freshness, Pulse

START = datetime(2026, 5, 1, tzinfo=UTC)


class Watch:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def pulse(seconds: float, position: int) -> Pulse:
    return Pulse(100.0 + seconds, START + timedelta(seconds=seconds), position)


def test_nothing_is_proven_at_first() -> None:
    freshness = Freshness(Watch())
    assert freshness.proven_time() is None
    freshness.replayed(1_000)
    assert freshness.proven_time() is None


def test_a_replica_proves_what_it_has_replayed_and_no_more() -> None:
    watch = Watch()
    freshness = Freshness(watch)
    freshness.written(pulse(0.0, 10))
    freshness.written(pulse(0.5, 20))
    freshness.replayed(19)
    watch.now = 100.6
    assert freshness.proven_time() == START
    freshness.replayed(20)
    assert freshness.proven_time() == START + timedelta(seconds=0.5)


def test_an_idle_primary_proves_a_replica_anew_with_every_pulse() -> None:
    watch = Watch()
    freshness = Freshness(watch)
    for second in range(10):
        watch.now = 100.0 + second
        freshness.written(pulse(second, 10))
        freshness.replayed(10)
        assert freshness.proven_time() == START + timedelta(seconds=second)


def test_a_proof_lasts_as_long_as_the_bound() -> None:
    watch = Watch()
    freshness = Freshness(watch)
    freshness.written(pulse(0.0, 10))
    freshness.replayed(10)
    watch.now = 100.0 + STALENESS_SECONDS_MAX
    assert freshness.proven_time() == START
    assert freshness.proven_time(within_seconds=STALENESS_SECONDS_MAX / 2) is None
    watch.now += 0.001
    assert freshness.proven_time() is None


def test_a_replica_that_lags_is_never_proven_by_a_later_pulse() -> None:
    watch = Watch()
    freshness = Freshness(watch)
    for number in range(2 * PULSES_KEPT):
        watch.now = 100.0 + number / 2
        freshness.written(pulse(number / 2, 10 + number))
        freshness.replayed(10)
    assert freshness.proven_time() is None


def test_a_server_that_replays_nothing_is_no_replica() -> None:
    freshness = Freshness(Watch())
    freshness.written(pulse(0.0, 10))
    freshness.replayed(10)
    freshness.replayed(None)
    assert freshness.proven_time() is None


def test_a_replica_that_was_lost_has_to_prove_itself_again() -> None:
    freshness = Freshness(Watch())
    freshness.written(pulse(0.0, 10))
    freshness.replayed(10)
    freshness.lost()
    assert freshness.proven_time() is None
    freshness.replayed(10)
    assert freshness.proven_time() == START
