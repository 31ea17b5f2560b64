"""A board shows pictures to readers of every pace: a slow one gets fewer and larger deltas, or a gap."""

import asyncio
from typing import Any
from uuid import uuid4

from inventory_svc.availability.board import HISTORY_MAX, Board
from inventory_svc.availability.snapshot import Snapshot
from tests.unit.inventory.holds.houses import seating

SEATS = HISTORY_MAX + 8


def picture(version: int) -> Snapshot:
    """The picture in which as many seats as the version are held."""
    return Snapshot(version, b"1" * version + b"0" * (SEATS - version), ())


def board() -> Board:
    nowhere: Any = None
    opened = Board(nowhere, nowhere, seating("." * SEATS), uuid4(), lambda: None)
    opened.show(picture(1))
    return opened


def test_a_slow_reader_gets_one_delta_over_all_that_it_missed() -> None:
    opened = board()
    told = opened.current
    for version in range(2, 7):
        opened.show(picture(version))
    delta = opened.delta(told, opened.current)
    assert (delta.from_version, delta.version) == (1, 6)
    assert [change.seat_index for change in delta.changes] == [1, 2, 3, 4, 5]
    assert {change.state for change in delta.changes} == {1}


def test_a_delta_is_made_once_for_all_its_readers() -> None:
    opened = board()
    told = opened.current
    opened.show(picture(2))
    assert opened.delta(told, opened.current) is opened.delta(told, opened.current)


def test_what_lies_too_far_back_is_forgotten() -> None:
    opened = board()
    for version in range(2, HISTORY_MAX + 2):
        opened.show(picture(version))
    assert opened.at(1) is None
    assert opened.at(2) == picture(2)
    assert opened.current.version == HISTORY_MAX + 1


def test_an_older_picture_never_replaces_a_newer_one() -> None:
    opened = board()
    opened.show(picture(5))
    opened.show(picture(4))
    assert opened.current.version == 5


async def test_a_waiting_reader_is_woken_by_the_next_picture_and_by_the_end() -> None:
    opened, closing = board(), asyncio.Event()
    reader = asyncio.create_task(opened.newer_than(1, closing))
    await asyncio.sleep(0)
    opened.show(picture(2))
    assert await reader == picture(2)
    reader = asyncio.create_task(opened.newer_than(2, closing))
    await asyncio.sleep(0)
    closing.set()
    opened.wake()
    assert await reader is None
