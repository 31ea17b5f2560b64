"""One account's numbers flow slowly once its first ones are used up; nobody is refused."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

from mesh import ids
from queue_svc import repeats
from queue_svc.line import Joined
from queue_svc.repeats import FREE_JOINS, REPEAT_SECONDS, Repeats
from queue_svc.room import Room, State

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ROOM = Room(
    event_id=ids.new_event_id(),
    organiser_id=ids.new_account_id(),
    state=State.OPEN,
    capacity=5,
    admissions_per_minute_max=0,
    admission_seconds=600,
    open_time=NOW,
    opened_time=NOW,
    seed=b"",
    commitment="",
    serving_rank=1.0,
    serving_sequence=0,
    next_sequence=1,
    draw_count=0,
    now=NOW,
)


class CountingLine:
    """Gives numbers."""

    def __init__(self) -> None:
        self.count = 0

    async def join(self, room: Room, account_text: str) -> Joined:
        self.count += 1
        return Joined("", False, self.count)


class Clock:
    """A time that stands still until it is moved."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


async def use_up(line: Repeats, account: str = "acc_1") -> None:
    await asyncio.gather(*[line.join(ROOM, account) for _ in range(FREE_JOINS)])


async def test_a_thousand_joins_of_one_account_at_once_take_one_more_number() -> None:
    """Tried: joined directly, they take a thousand numbers."""
    line = CountingLine()
    clock = Clock()
    slow = Repeats(line, clock)
    await use_up(slow)
    clock.seconds += REPEAT_SECONDS * 0.99
    places = await asyncio.gather(*[slow.join(ROOM, "acc_1") for _ in range(1_000)])
    assert {place.sequence for place in places} == {FREE_JOINS + 1}
    assert line.count == FREE_JOINS + 1


async def test_the_next_number_comes_later_and_others_do_not_wait_for_it() -> None:
    line = CountingLine()
    clock = Clock()
    slow = Repeats(line, clock)
    await use_up(slow)
    waiting = asyncio.create_task(slow.join(ROOM, "acc_1"))
    assert (await slow.join(ROOM, "acc_2")).sequence == FREE_JOINS + 1
    waiting.cancel()
    clock.seconds += 10 * REPEAT_SECONDS
    assert slow._fill(slow._account(ROOM.event_id, "acc_1")) == 0.0


async def test_before_the_opening_repeats_are_answered_at_once() -> None:
    """All of them are one place in the draw."""
    line = CountingLine()
    slow = Repeats(line, Clock())
    scheduled = replace(ROOM, state=State.SCHEDULED, opened_time=None)
    for _ in range(FREE_JOINS + 10):
        await slow.join(scheduled, "acc_1")
    assert line.count == FREE_JOINS + 10


async def test_what_is_remembered_has_a_bound() -> None:
    slow = Repeats(CountingLine(), Clock())
    for number in range(repeats.ACCOUNTS_MAX + 5):
        slow._account(ROOM.event_id, str(number))
    assert len(slow._accounts) == repeats.ACCOUNTS_MAX
