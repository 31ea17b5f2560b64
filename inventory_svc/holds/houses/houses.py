"""What is free in each event, as a lane sees it before its locks: a guess that costs a round when it is wrong.

A house is read when somebody first asks for the best seats, then follows the lane's own commits and the ends of holds
by the clock. It is read again when it is old, when a guess was wrong, and always before it is said that nothing fits.

Parties of one batch never want the same seats: each pick is taken in the house at once. Nor do batches that overlap.
Processes that sell the same event do not know of each other until they meet: one sees a seat taken that it thought
free. From then on, for some seconds, each looks first in a corner of its own, among places of about the same quality,
and draws another one, further away, while it is still in others' way. One that sells alone always gives the very best.
"""

from __future__ import annotations

import random
import secrets
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from inventory_svc.holds.holds import Hold, SeatRow, SeatState
from inventory_svc.holds.houses.house import House
from inventory_svc.holds.houses.opened_house import LOST_SECONDS_MIN, HouseReading, OpenedHouse
from inventory_svc.holds.party import Party
from inventory_svc.holds.seating import Seating

AGE_SECONDS_MAX = 2.0
"""Seats that come back elsewhere are seen after this long at the latest."""

AGE_SECONDS_MIN = 0.05
"""A house is not read again sooner because of a wrong guess (what was wrong is known from the locks), nor, after others
told that seats changed hands, because nothing fits."""

UNTOLD_SECONDS_MAX = 0.5
"""A house older than this is read again before anybody is told that nothing fits, whatever others told: their word may
have been lost. What this process gives back is known at once."""

SEATS_READ_FOR_A_ROUND = 400
"""Reading so many seats costs about as much as a seat that turns out to be lost."""

ROUNDS_BLIND_MAX = 4
"""Whoever lost so many rounds is looked for in a house that is read anew, however young the last reading is."""

LOST_SHARE_MAX = 0.2
"""A process that finds more of a batch's seats taken is in others' way."""

SEATS_MAX = 1_000_000
"""Seats of all houses in one process; the house least lately asked for goes first."""

ReadHouse = Callable[[Seating], Awaitable[HouseReading]]


class Picks:
    """The seats that a batch tries for: taken in the house until it is known what became of them."""

    def __init__(self, opened: OpenedHouse | None, monotonic: Callable[[], float]) -> None:
        self._opened = opened
        self._monotonic = monotonic
        self._tried: list[int] = []
        self._lost: set[int] = set()
        self._is_settled = False
        if opened:
            opened.picking.append(self._tried)

    def try_for(self, seat_nos: Sequence[int]) -> None:
        """Keeps others of this batch, and of the next ones, from picking these."""
        if self._opened:
            house = self._opened.house
            mine = [seat_no for seat_no in seat_nos if house.is_vacant(seat_no)]
            house.set_taken(mine)
            self._tried += mine

    @property
    def prices_minor(self) -> Mapping[int, int]:
        """The prices by zone that picks and offers were worked out with."""
        return self._opened.prices_minor if self._opened else {}

    def saw(self, seats: Mapping[int, SeatRow], now: datetime) -> None:
        """Learns what the seats turned out to be under their locks, by the clock that holds end by."""
        if self._opened is None:
            return
        at = self._monotonic()
        for seat_no in self._tried:
            row = seats.get(seat_no)
            if row is None:
                continue
            if row.state == SeatState.HELD and row.held_until is not None:
                left = (row.held_until - now).total_seconds()
                if left > 0:
                    self._lose(seat_no, at + max(left, LOST_SECONDS_MIN))
            elif row.state in (SeatState.PINNED, SeatState.SOLD):
                self._lose(seat_no, None)
            elif (row.allotment_no or None) != self._opened.house.allotment_no(seat_no):
                self._opened.read_at = float("-inf")
            elif row.state == SeatState.BLOCKED and row.allotment_no is None:
                self._lose(seat_no, None)
        if self._lost:
            is_in_the_way = len(self._lost) > len(self._tried) * LOST_SHARE_MAX
            self._opened.meet_another(at, is_in_the_way=is_in_the_way)

    def _lose(self, seat_no: int, free_at: float | None) -> None:
        self._lost.add(seat_no)
        if self._opened:
            self._opened.lose(seat_no, free_at)

    def committed(self, holds: Sequence[Hold]) -> None:
        """Leaves what was held taken until its end, and what was lost; frees the rest."""
        self._is_settled = True
        if self._opened is None:
            return
        at = self._monotonic()
        by_span: dict[float, list[int]] = {}
        held: set[int] = set()
        for hold in holds:
            span = (hold.held_until - hold.create_time).total_seconds()
            seat_nos = hold.seat_nos
            by_span.setdefault(span, []).extend(seat_nos)
            held.update(seat_nos)
        self._opened.house.set_free(
            [no for no in self._tried if no not in held and no not in self._lost]
        )
        for span, seat_nos in by_span.items():
            self._opened.hold(seat_nos, at + span)

    def close(self) -> None:
        """Forgets the picks; of a batch that failed it must be read what became of them."""
        if self._opened:
            self._opened.picking = [
                each for each in self._opened.picking if each is not self._tried
            ]
            if not self._is_settled:
                self._opened.read_at = float("-inf")


class Houses:
    """The houses of one process."""

    def __init__(
        self,
        read_house: ReadHouse,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        seed: int | None = None,
        age_seconds_max: float = AGE_SECONDS_MAX,
        seats_max: int = SEATS_MAX,
    ) -> None:
        self._read_house = read_house
        self._monotonic = monotonic
        self._corners = random.Random(secrets.randbits(32) if seed is None else seed)  # noqa: S311 - no secret
        self._age_seconds_max = age_seconds_max
        self._seats_max = seats_max
        self._seat_count = 0
        self._open: OrderedDict[int, OpenedHouse] = OrderedDict()

    def free(self, event_id: int, seat_nos: Sequence[int]) -> None:
        """Notes seats that were given back here, before whoever gave them back hears of it."""
        opened = self._open.get(event_id)
        if opened:
            opened.house.set_free(seat_nos)

    def hear(self, event_id: int, seat_nos: object = None) -> None:
        """Notes that seats of an event changed hands elsewhere."""
        opened = self._open.get(event_id)
        if opened:
            opened.news_at = self._monotonic()

    @asynccontextmanager
    async def picking(self, seating: Seating, parties: Sequence[Party]) -> AsyncIterator[Picks]:
        """Picks seats for the parties of a batch that want the best; say what was committed before the block ends."""
        choosers = [party for party in parties if party.best]
        opened = self._open.get(seating.event_id)
        if opened is None and choosers:
            opened = self._remember(seating)
        picks = Picks(opened, self._monotonic)
        try:
            if opened and choosers:
                await self._pick(seating, opened, parties, picks)
            yield picks
        finally:
            picks.close()

    async def _pick(
        self, seating: Seating, opened: OpenedHouse, parties: Sequence[Party], picks: Picks
    ) -> None:
        now = self._monotonic()
        is_fresh = self._is_to_be_read(opened, now, parties)
        if is_fresh:
            await self._read(seating, opened)
        opened.let_go(self._monotonic())
        for party in parties:
            if not party.best:
                picks.try_for(party.seat_nos)
        for party in parties:
            if not party.best:
                continue
            fits = opened.pick(party)
            if not fits and not is_fresh and _may_have_more(opened, now):
                await self._read(seating, opened)
                is_fresh = True
                fits = opened.pick(party)
            if fits:
                picks.try_for(party.picked or ())
        # Last, so that no party of this batch takes what another is offered.
        opened.offer(parties)

    def _is_to_be_read(self, opened: OpenedHouse, now: float, parties: Sequence[Party]) -> bool:
        rounds = max(party.rounds for party in parties if party.best)
        lost_max = len(opened.house.seating.seats) // SEATS_READ_FOR_A_ROUND
        if rounds >= ROUNDS_BLIND_MAX or opened.lost_count > lost_max:
            return True
        return now - opened.read_at > (AGE_SECONDS_MIN if rounds else self._age_seconds_max)

    def _remember(self, seating: Seating) -> OpenedHouse:
        opened = self._open[seating.event_id] = OpenedHouse(House(seating), self._corners.random)
        self._seat_count += seating.remembered_seats
        while self._seat_count > self._seats_max and len(self._open) > 1:
            _, closed = self._open.popitem(last=False)
            self._seat_count -= closed.house.seating.remembered_seats
        return opened

    async def _read(self, seating: Seating, opened: OpenedHouse) -> None:
        began_at = self._monotonic()
        opened.begin_reading()
        reading = None
        try:
            reading = await self._read_house(seating)
        finally:
            opened.end_reading(reading, began_at)
        if seating.event_id in self._open:
            self._open.move_to_end(seating.event_id)


def _may_have_more(opened: OpenedHouse, now: float) -> bool:
    """Tells whether others may have given back seats that are not known of."""
    age = now - opened.read_at
    has_news = opened.news_at >= opened.read_at
    return age > UNTOLD_SECONDS_MAX or (has_news and age > AGE_SECONDS_MIN)
