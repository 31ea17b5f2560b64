"""What an honest box office does under concurrency, silence and crashes is not called a fault."""

import random

import pytest

from tests.history.records import Kind, Outcome
from tests.unit.history.runs import Run


def test_holds_that_follow_each_other_on_a_seat() -> None:
    run = Run()
    run.held("h1", (0, 1), ((7, 1),), created=0.5)
    run.held("h2", (10, 11), ((7, 2),), created=10.5, account="bob")
    run.about(Kind.RELEASE, "h2", (12, 13), account="bob")
    run.held("h3", (12.5, 12.8), ((7, 4),))
    run.seat(7, 4, "h3")
    assert run.rules_broken() == set()


def test_two_calls_that_overlap_may_have_happened_in_either_order() -> None:
    run = Run()
    run.held("h2", (1, 9), ((7, 3),), created=5.0, account="bob")
    run.held("h1", (0, 8), ((7, 1),), created=3.0)
    run.about(Kind.RELEASE, "h1", (4, 10))
    assert run.rules_broken() == set()


def test_a_hold_whose_reply_was_lost_and_that_ran_out() -> None:
    run = Run()
    run.call(Kind.HOLD, (0, 1), request_id="r", seats_asked=(7,), outcome=Outcome.UNKNOWN)
    run.row("h1", ((7, 1),), 0.5)
    run.held("h2", (10.4, 11), ((7, 2),), created=10.5, account="bob")
    assert run.rules_broken() == set()


def test_a_lost_reply_that_the_retry_is_told() -> None:
    run = Run()
    first = run.held("h1", (5, 6), ((7, 1),), created=0.5)
    run.again(first, (0, 1), outcome=Outcome.UNKNOWN, told=None)
    run.again(first, (7, 8))
    assert run.rules_broken() == set()


def test_a_release_whose_reply_was_lost_may_have_freed_the_seat() -> None:
    for state in ("RELEASED", "EXPIRED"):
        run = Run()
        run.held("h1", (0, 1), ((7, 1),), created=0.5, row={"state": state})
        run.about(Kind.RELEASE, "h1", (2, 3), outcome=Outcome.UNKNOWN)
        run.held("h2", (4, 11), ((7, 3),), created=10.6, account="bob")
        assert run.rules_broken() == set()


def test_an_extension_whose_reply_was_lost_but_that_happened() -> None:
    run = Run()
    row = {"extended": True, "held_until": 12.5}
    run.held("h1", (0, 1), ((7, 1),), created=0.5, row=row)
    run.about(Kind.EXTEND, "h1", (2, 3), outcome=Outcome.UNKNOWN, request_id="e")
    run.about(Kind.GET, "h1", (14, 15), outcome=Outcome.REFUSED, reason="HOLD_EXPIRED")
    run.held("h2", (12, 13), ((7, 2),), created=12.5, account="bob")
    assert run.rules_broken() == set()


def test_a_pin_whose_reply_was_lost_then_given_up() -> None:
    run = Run()
    row = {"state": "RELEASED", "order_id": "o"}
    run.held("h1", (0, 1), ((7, 1),), created=0.5, row=row)
    run.about(Kind.PIN, "h1", (2, 3), outcome=Outcome.UNKNOWN, order_id="o")
    run.about(Kind.UNPIN, "h1", (20, 21), order_id="o")
    run.held("h2", (22, 23), ((7, 3),), account="bob")
    assert run.rules_broken() == set()


def test_a_sale_and_its_return() -> None:
    run = Run()
    row = {"state": "CONFIRMED", "order_id": "o"}
    run.held("h1", (0, 1), ((7, 1),), created=0.5, row=row)
    run.about(Kind.PIN, "h1", (2, 3), order_id="o")
    run.about(
        Kind.PIN, "h1", (30, 31), order_id="o"
    )  # asked again, long after the hold would have run out
    run.about(Kind.CONFIRM, "h1", (32, 33), order_id="o")
    run.about(Kind.RETURN, "h1", (34, 35), order_id="o")
    run.held("h2", (36, 37), ((7, 3),), account="bob")
    run.seat(7, 4)
    assert run.rules_broken() == set()


def test_a_refusal_while_the_seat_was_held_by_somebody_who_was_never_told() -> None:
    run = Run()
    run.call(Kind.HOLD, (0, 1), request_id="r", seats_asked=(7,), outcome=Outcome.UNKNOWN)
    run.row("h1", ((7, 1),), 0.5)
    gone = {"outcome": Outcome.REFUSED, "reason": "SEATS_TAKEN", "seats_gone": (7,)}
    run.call(Kind.HOLD, (5, 6), account="bob", request_id="q", seats_asked=(7,), **gone)
    assert run.rules_broken() == set()


def test_as_many_as_a_buyer_may_have_one_after_the_other() -> None:
    run = Run()
    for number in range(6):
        at = 5.0 * number
        seats = tuple((10 * number + step, 1) for step in range(4))
        run.held(f"h{number}", (at, at + 1), seats, created=at + 0.5)
    assert run.rules_broken() == set()


@pytest.mark.parametrize("seed", range(50))
def test_a_box_office_that_serves_one_after_the_other_however_late_its_replies(seed: int) -> None:
    """Each effect happens at an instant; calls are sent before and answered after it, or never."""
    dice = random.Random(seed)
    run = Run()
    run.history.limits.live_holds = run.history.limits.tickets = 10_000
    fences: dict[int, int] = {}
    free_from: dict[int, float] = {}
    now = 0.0
    for number in range(120):
        now += dice.random()
        seats = tuple(sorted(dice.sample(range(6), dice.choice((1, 2)))))
        call = (now - 3 * dice.random(), now + 3 * dice.random())
        gone = tuple(seat for seat in seats if free_from.get(seat, 0.0) > now)
        asked = {"request_id": f"r{number}", "seats_asked": seats}
        if gone:
            refused = {"outcome": Outcome.REFUSED, "reason": "SEATS_TAKEN", "seats_gone": gone}
            run.call(Kind.HOLD, call, **asked, **refused)
            continue
        for seat in seats:
            fences[seat] = fences.get(seat, 0) + 1
            free_from[seat] = now + 10.0
        held = tuple((seat, fences[seat]) for seat in seats)
        if dice.random() < 0.2:
            run.call(Kind.HOLD, call, **asked, outcome=Outcome.UNKNOWN)
            run.row(f"h{number}", held, now)
            continue
        run.held(f"h{number}", call, held, created=now)
        if dice.random() < 0.4:
            freed = now + 4.0 + dice.random()
            run.about(Kind.RELEASE, f"h{number}", (freed - dice.random(), freed + dice.random()))
            for seat in seats:
                fences[seat] += 1
                free_from[seat] = freed
    run.history.read_time = now + 100.0
    assert run.rules_broken() == set()
