"""Every kind of fault, planted in a history, is found by its own rule."""

from tests.history import kept, limits, ownership, refusals, replies, sales
from tests.history.records import Kind, Outcome
from tests.unit.history.runs import Run


def test_two_acknowledged_at_once_for_one_seat() -> None:
    run = Run()
    run.held("h1", (0, 1), ((7, 1),))
    run.held("h2", (2, 3), ((7, 2),), account="bob")
    assert ownership.TWO_OWNERS in run.rules_broken()


def test_a_seat_taken_from_a_hold_a_millisecond_before_its_end() -> None:
    run = Run()
    run.held("h1", (0, 1), ((7, 1),), created=0.5)
    run.held("h2", (10, 11), ((7, 2),), created=10.499, account="bob")
    assert run.rules_broken() == {ownership.TAKEN_BEFORE_ITS_END}


def test_a_sold_seat_held_by_somebody_else() -> None:
    run = Run()
    sold = {"state": "CONFIRMED", "order_id": "o", "sold_count": 1}
    run.held("h1", (0, 1), ((7, 1),), row=sold)
    run.about(Kind.PIN, "h1", (2, 3), order_id="o")
    run.about(Kind.CONFIRM, "h1", (4, 5), order_id="o")
    run.held("h2", (50, 51), ((7, 2),), account="bob")
    assert run.rules_broken() == {ownership.TWO_OWNERS}


def test_one_fence_for_two_holds() -> None:
    run = Run()
    run.held("h1", (0, 1), ((7, 4),))
    run.held("h2", (20, 21), ((7, 4),), account="bob")
    assert run.rules_broken() == {ownership.FENCE_REPEATED}


def test_a_later_hold_with_a_lower_fence() -> None:
    run = Run()
    run.held("h1", (0, 1), ((7, 5),))
    run.held("h2", (20, 21), ((7, 4),), account="bob")
    assert ownership.FENCE_WENT_BACK in run.rules_broken()


def test_a_row_whose_fence_is_behind_what_was_acknowledged() -> None:
    run = Run()
    run.held("h1", (0, 1), ((7, 5),))
    run.seat(7, 4)
    assert run.rules_broken() == {ownership.FENCE_WENT_BACK}


def test_a_live_hold_whose_seat_is_free_in_the_end() -> None:
    run = Run()
    run.held("h1", (90, 95), ((7, 5),), row={"state": "HELD", "held_until": 102.5})
    run.seat(7, 6)
    assert run.rules_broken() == {ownership.SEAT_LOST, ownership.HALF_A_PARTY}


def test_a_pinned_hold_that_has_only_one_of_its_two_seats() -> None:
    run = Run()
    pinned = {"state": "PINNED", "order_id": "o"}
    run.held("h1", (0, 1), ((7, 1), (8, 1)), row=pinned)
    run.about(Kind.PIN, "h1", (2, 4), order_id="o")
    run.seat(7, 1, "h1", state=2)
    run.seat(8, 2)
    assert run.rules_broken() == {ownership.HALF_A_PARTY, ownership.SEAT_LOST}


def test_a_row_that_gives_a_seat_to_a_hold_that_is_not_its_last() -> None:
    run = Run()
    run.held("h1", (0, 1), ((7, 1),))
    run.held("h2", (50, 51), ((7, 2),), account="bob")
    run.seat(7, 2, "h1")
    assert run.rules_broken() == {ownership.TWO_OWNERS}


def test_an_acknowledged_hold_without_a_row() -> None:
    run = Run()
    run.held("h1", (0, 1), ((7, 1),))
    run.history.holds.clear()
    assert run.rules_broken() == {kept.HOLD_LOST}


def test_an_acknowledged_hold_that_is_said_to_be_over_while_it_lives() -> None:
    for facts in (
        {"outcome": Outcome.REFUSED, "reason": "HOLD_NOT_FOUND"},
        {"outcome": Outcome.REFUSED, "reason": "HOLD_EXPIRED"},
    ):
        run = Run()
        run.held("h1", (0, 1), ((7, 1),))
        run.about(Kind.GET, "h1", (2, 3), **facts)
        assert run.rules_broken() == {kept.HOLD_LOST}


def test_an_acknowledged_extension_that_is_not_in_the_row() -> None:
    run = Run()
    call = run.held("h1", (0, 1), ((7, 1),))
    run.about(Kind.EXTEND, "h1", (2, 3), told=call.told, request_id="e")
    assert run.rules_broken() == {kept.HOLD_LOST}


def test_a_row_with_other_seats_than_were_acknowledged() -> None:
    run = Run()
    run.held("h1", (0, 1), ((7, 1),))
    run.history.holds.clear()
    run.row("h1", ((8, 1),), 0.5)
    assert run.rules_broken() == {kept.HOLD_CHANGED}


def test_a_hold_that_nobody_was_told_of_and_nobody_waits_for() -> None:
    run = Run()
    run.row("h1", ((7, 1),), 0.5)
    assert run.rules_broken() == {kept.NOBODY_ASKED}


def test_a_refused_request_that_placed_a_hold_all_the_same() -> None:
    run = Run()
    refused = {"outcome": Outcome.REFUSED, "reason": "SEATS_TAKEN"}
    run.call(Kind.HOLD, (0, 1), request_id="r", seats_asked=(7,), **refused)
    run.row("h1", ((7, 1),), 0.5)
    assert run.rules_broken() == {kept.NOBODY_ASKED}


def test_a_request_that_was_carried_out_twice() -> None:
    run = Run()
    run.held("h1", (0, 1), ((7, 1),), quantity=1)
    run.row("h2", ((8, 1),), 0.6)
    assert run.rules_broken() == {kept.NOBODY_ASKED}


def test_half_a_party() -> None:
    run = Run()
    run.held("h1", (0, 1), ((7, 1),), seats_asked=(7, 8))
    assert run.rules_broken() == {replies.PARTY_NOT_WHOLE}


def test_fewer_of_the_best_seats_than_were_asked_for() -> None:
    run = Run()
    run.held("h1", (0, 1), ((7, 1), (8, 1)), quantity=3, seats_asked=())
    assert run.rules_broken() == {replies.PARTY_NOT_WHOLE}


def test_one_request_id_with_two_answers() -> None:
    run = Run()
    call = run.held("h1", (0, 1), ((7, 1),))
    run.again(call, (2, 3), outcome=Outcome.REFUSED, reason="SEATS_TAKEN", told=None)
    assert run.rules_broken() == {replies.REPLAY_DIFFERS}


def test_one_request_id_that_held_two_different_seats() -> None:
    run = Run()
    run.held("h1", (0, 1), ((7, 1),), request_id="r")
    run.held("h2", (2, 3), ((8, 1),), request_id="r")
    assert run.rules_broken() == {replies.KEY_REUSED}


def test_more_live_holds_than_a_buyer_may_have() -> None:
    run = Run()
    for number in range(3):
        run.held(f"h{number}", (number, number + 1), ((number, 1),))
    assert run.rules_broken() == {limits.LIMIT_PASSED}


def test_more_tickets_than_a_buyer_may_have() -> None:
    run = Run()
    run.history.limits.tickets = 5
    for first in (10, 20):
        run.held(f"h{first}", (0, 1), tuple((first + step, 1) for step in range(3)))
    assert run.rules_broken() == {limits.LIMIT_PASSED}


def test_a_hold_that_was_pinned_and_sold_after_its_end() -> None:
    run = Run()
    sold = {"state": "CONFIRMED", "order_id": "o", "sold_count": 1}
    run.held("h1", (0, 1), ((7, 1),), row=sold)
    run.about(Kind.PIN, "h1", (20, 21), order_id="o")
    run.about(Kind.CONFIRM, "h1", (22, 23), order_id="o")
    assert run.rules_broken() == {sales.SOLD_AFTER_ITS_END}


def test_a_hold_that_was_sold_without_a_pin() -> None:
    run = Run()
    run.held("h1", (0, 1), ((7, 1),))
    run.about(Kind.CONFIRM, "h1", (2, 3), order_id="o")
    assert run.rules_broken() == {sales.SOLD_UNPINNED}


def test_an_extension_of_a_hold_that_was_over() -> None:
    run = Run()
    extended = {"extended": True, "held_until": 31.0}
    call = run.held("h1", (0, 1), ((7, 1),), row=extended)
    run.about(Kind.EXTEND, "h1", (20, 22), told=call.told, request_id="e")
    assert run.rules_broken() == {sales.EXTENDED_AFTER_ITS_END}


def test_a_free_seat_that_was_refused() -> None:
    run = Run()
    run.held("h1", (0, 1), ((7, 1),), created=0.5)
    run.call(
        Kind.HOLD,
        (12, 13),
        account="bob",
        request_id="r",
        seats_asked=(7,),
        outcome=Outcome.REFUSED,
        reason="SEATS_TAKEN",
        seats_gone=(7,),
    )
    assert run.rules_broken() == {refusals.REFUSED_THOUGH_FREE}
    run.history.stale_refusal_seconds = 2.0
    assert run.rules_broken() == set()
