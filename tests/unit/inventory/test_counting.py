"""What is left of a zone, counted from marks: as if every seat had been asked."""

import random
from itertools import groupby

import pytest

from inventory_svc.allocation.counting import SeatRun, ZoneCount, counted, zones_of


def zone(zone_no: int) -> ZoneCount:
    return ZoneCount(
        1, zone_no, 500, available=0, held=0, sold=0, blocked=0, total=0, together_max=0
    )


def numbers(count: ZoneCount) -> tuple[int, ...]:
    return (
        count.available,
        count.held,
        count.sold,
        count.blocked,
        count.total,
        count.together_max,
    )


def test_seats_are_counted_by_their_marks() -> None:
    zones = zones_of([SeatRun(1, 0, 8)])
    (count,) = counted([zone(1)], zones, b"00123300")
    assert numbers(count) == (4, 1, 1, 2, 8, 2)


def test_an_aisle_a_row_and_a_zone_part_neighbours() -> None:
    runs = [SeatRun(1, 0, 3), SeatRun(1, 3, 5), SeatRun(2, 5, 9), SeatRun(1, 9, 11)]
    first, second = counted([zone(1), zone(2)], zones_of(runs), b"0" * 11)
    assert numbers(first) == (7, 0, 0, 0, 7, 3)
    assert numbers(second) == (4, 0, 0, 0, 4, 4)


def test_places_count_beside_seats() -> None:
    places = ZoneCount(1, 1, 500, available=5, held=1, sold=2, blocked=3, total=11, together_max=5)
    (count,) = counted([places], zones_of([SeatRun(1, 0, 4)]), b"0012")
    assert numbers(count) == (7, 2, 3, 3, 15, 5)


def test_a_zone_of_places_only_stays_as_it_is() -> None:
    assert counted([zone(3)], {}, b"") == [zone(3)]


@pytest.mark.parametrize("seed", range(50))
def test_counting_agrees_with_asking_every_seat(seed: int) -> None:
    chance = random.Random(seed)
    runs: list[SeatRun] = []
    while len(runs) < 20:
        start = runs[-1].stop if runs else 0
        runs.append(SeatRun(chance.randint(1, 3), start, start + chance.randint(1, 9)))
    marks = bytes(chance.choice(b"000123") for _ in range(runs[-1].stop))
    for count in counted([zone(no) for no in (1, 2, 3)], zones_of(runs), marks):
        own = [marks[run.start : run.stop] for run in runs if run.zone_no == count.zone_no]
        free = [len(list(group)) for run in own for mark, group in groupby(run) if mark == ord("0")]
        seats = b"".join(own)
        assert numbers(count) == (
            *(seats.count(mark) for mark in b"0123"),
            len(seats),
            max(free, default=0),
        )
