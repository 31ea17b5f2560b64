"""The controller calls as many as there are free slots, and does not wait for ever for those who do not come."""

from dataclasses import replace

from queue_svc.pace import Marks, Pace, Sight

QUIET = Sight(
    at_seconds=0,
    marks=Marks(1.0, 0),
    capacity=10,
    active_count=0,
    claimed_total=0,
    draw_count=0,
    sequence_last=0,
    seats_left=1000,
    per_minute_max=0,
)


def test_a_newcomer_with_nobody_ahead_is_called_at_once() -> None:
    assert Pace(20).next_marks(replace(QUIET, sequence_last=1)) == Marks(1.0, 1)


def test_no_more_are_called_than_there_are_free_slots() -> None:
    sight = replace(QUIET, sequence_last=100, active_count=7)
    assert Pace(20).next_marks(sight) == Marks(1.0, 3)


def test_those_called_are_waited_for_and_after_the_grace_no_longer() -> None:
    pace = Pace(20)
    first = pace.next_marks(replace(QUIET, sequence_last=100))
    assert first.sequence == 10
    same = replace(QUIET, sequence_last=100, marks=first, at_seconds=10)
    assert pace.next_marks(same).sequence == 10
    later = replace(same, at_seconds=21)
    assert pace.next_marks(later).sequence == 20


def test_whoever_came_and_left_makes_room_at_once() -> None:
    pace = Pace(20)
    first = pace.next_marks(replace(QUIET, sequence_last=100))
    came_and_left = replace(
        QUIET, sequence_last=100, marks=first, at_seconds=1, claimed_total=10, active_count=6
    )
    assert pace.next_marks(came_and_left).sequence == 14


def test_the_draw_is_served_before_the_numbers() -> None:
    sight = replace(QUIET, marks=Marks(0.0, 0), draw_count=1000, sequence_last=50)
    marks = Pace(20).next_marks(sight)
    assert (marks.rank, marks.sequence) == (10 / 1000, 0)


def test_the_rest_of_the_draw_and_the_first_numbers_are_called_together() -> None:
    sight = replace(QUIET, marks=Marks(0.996, 0), draw_count=1000, sequence_last=50)
    assert Pace(20).next_marks(sight) == Marks(1.0, 6)


def test_an_empty_draw_is_over_at_once() -> None:
    assert Pace(20).next_marks(replace(QUIET, marks=Marks(0.0, 0), sequence_last=2)) == Marks(
        1.0, 2
    )


def test_nobody_is_called_for_seats_that_are_gone() -> None:
    assert Pace(20).next_marks(replace(QUIET, sequence_last=9, seats_left=2)).sequence == 2


def test_the_ceiling_holds_over_a_minute() -> None:
    pace, marks = Pace(20), Marks(1.0, 0)
    for tick in range(121):
        sight = replace(
            QUIET,
            at_seconds=tick / 2,
            marks=marks,
            capacity=10_000,
            sequence_last=10_000,
            claimed_total=marks.sequence,
            per_minute_max=60,
        )
        marks = pace.next_marks(sight)
    assert 58 <= marks.sequence <= 62


def test_marks_never_go_back_when_a_room_is_overfull() -> None:
    sight = replace(QUIET, marks=Marks(1.0, 5), active_count=12, sequence_last=9)
    assert Pace(20).next_marks(sight) == Marks(1.0, 5)
