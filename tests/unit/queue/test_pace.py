"""The controller calls as many as there are free slots, and does not wait for ever for those who do not come."""

from dataclasses import replace

from queue_svc.pace import Front, Marks, Pace, Sight

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


def test_of_a_few_in_the_draw_just_as_many_are_called_as_there_are_free_slots() -> None:
    """By the count alone the mark would go to 0.5 here, and of three free slots two would stay empty."""
    ranks = (0.06, 0.51, 0.67, 0.69, 0.84, 0.99)
    pace, few = Pace(20), replace(QUIET, marks=Marks(0.0, 0), draw_count=6, capacity=3)
    first = pace.next_marks(replace(few, front=Front(ranks, 1.0)))
    assert [rank for rank in ranks if rank < first.rank] == [0.06, 0.51, 0.67]
    come = replace(few, marks=first, active_count=3, claimed_total=3, front=Front(ranks[3:], 1.0))
    assert pace.next_marks(come) == first
    one_left = replace(come, active_count=2)
    assert 0.69 < pace.next_marks(one_left).rank <= 0.84


def test_behind_the_known_front_the_count_says_how_far_the_mark_moves() -> None:
    sight = replace(QUIET, marks=Marks(0.0, 0), draw_count=1000, front=Front((0.001, 0.002), 0.01))
    assert Pace(20).next_marks(sight) == Marks(0.01 + 8 / 1000, 0)


def test_a_draw_known_whole_is_over_with_its_last_rank_and_the_numbers_follow() -> None:
    front = Front((0.2, 0.9), 1.0)
    sight = replace(QUIET, marks=Marks(0.1, 0), draw_count=50, sequence_last=20, front=front)
    assert Pace(20).next_marks(sight) == Marks(1.0, 8)


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
