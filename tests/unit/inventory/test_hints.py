"""Hints of which seats changed: what one process tells is what the others hear, in messages of a bounded size."""

import asyncio
from collections.abc import Collection
from typing import Any

import pytest

from inventory_svc.availability import hints
from inventory_svc.availability.hints import SEATS_TOLD_MAX, Hints, pack, unpack
from tests.polling import eventually


class Channel:
    """Takes what is published."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    async def publish(self, channel: str, message: bytes) -> None:
        self.sent.append(message)


def heard(packed: bytes) -> dict[int, Collection[int] | None]:
    return {no: None if seats is None else sorted(seats) for no, seats in unpack(packed).items()}


def test_hints_come_out_as_they_went_in() -> None:
    told: dict[int, set[int] | None] = {1 << 62: {5, 7}, 2: None, 3: set()}
    assert heard(pack(told)) == {1 << 62: [5, 7], 2: None, 3: []}


@pytest.mark.parametrize("strange", [b"", b"x", b"\xff" * 16, b"\x01" * 8])
def test_what_is_no_hint_says_nothing_of_seats(strange: bytes) -> None:
    assert not any(heard(strange).values())


async def test_commits_that_follow_each_other_are_told_of_in_one_message(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hints, "TELL_SECONDS", 0.0)
    channel: Any = Channel()
    telling = Hints(channel)
    telling.tell(1, [4, 5])
    telling.tell(1, [5, 6])
    telling.tell(2, None)
    telling.tell(2, [9])
    telling.tell(3, range(SEATS_TOLD_MAX + 1))

    async def told() -> bool:
        return bool(channel.sent)

    await eventually(told, within_seconds=2, what="the message")
    await asyncio.sleep(0)
    (message,) = channel.sent
    assert heard(message[16:]) == {1: [4, 5, 6], 2: None, 3: None}
