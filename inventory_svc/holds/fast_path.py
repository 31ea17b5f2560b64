"""The fast path: a party whose seats are all marked as taken, or that nothing fits, is refused without a lock.

Its refusal is remembered like any other, and a request that was answered before is answered the same again. What else
might refuse a party, such as a sale that is not open, is judged by terms that are a moment old; whenever these do not
plainly let the party pass, it takes the whole way.
"""

from __future__ import annotations

import time
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Mapping, Sequence, Set
from datetime import datetime
from typing import Protocol

from inventory_svc.holds.batch import Answer, HoldStore
from inventory_svc.holds.errors import SeatsTaken
from inventory_svc.holds.holds import Hold, SeatState
from inventory_svc.holds.marks import AGE_MILLIS_MAX, Mark
from inventory_svc.holds.party import Party
from inventory_svc.holds.placing import (
    Decisions,
    Outcome,
    Replay,
    RequestName,
    Result,
    Situation,
    Terms,
    name_of,
)
from mesh import ids
from mesh.clock import Clock
from mesh.errors import OnsaleError, to_status
from mesh.requests import IdempotencyKeyReused, RequestKey

TERMS_AGE_SECONDS_MAX = 2.0
EVENTS_MAX = 10_000
"""Events whose terms are remembered."""

CROWD_MIN = 4
"""Parties of one event in a batch from which on asking the marks is worth its time: where few come, few lose."""


class MarkBoard(Protocol):
    """Where it is marked which seats are taken; `Marks` keeps it in Valkey."""

    async def taken(self, wanted: Mapping[int, Set[int]]) -> dict[int, frozenset[int]]:
        """Returns which seats are surely taken, by event; none where that is not known in time."""

    def set(self, event_id: int, marks: Sequence[Mark]) -> None:
        """Marks seats, without waiting."""


class FastPath:
    """What one process refuses without a lock."""

    def __init__(
        self,
        store: HoldStore,
        marks: MarkBoard,
        clock: Clock,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        crowd_min: int = CROWD_MIN,
    ) -> None:
        self._store = store
        self._marks = marks
        self._clock = clock
        self._monotonic = monotonic
        self._crowd_min = crowd_min
        self._terms: OrderedDict[int, tuple[float, Terms]] = OrderedDict()

    async def refuse(self, parties: Sequence[Party]) -> dict[int, Result]:
        """Returns the answers to those parties of a batch that can only lose, by their place in the batch."""
        may_lose = self._may_lose(parties)
        if not may_lose:
            return {}
        wanted = {
            event_id: {seat_no for place in places for seat_no in parties[place].seat_nos}
            for event_id, places in may_lose.items()
        }
        taken = await self._marks.taken(wanted)
        # All of them: the refusal names every seat that cannot be had, and of the others nothing is known here.
        return await self.answer(
            parties,
            {
                place: SeatsTaken(parties[place].seat_nos)
                for event_id, places in may_lose.items()
                for place in places
                if taken.get(event_id, frozenset()).issuperset(parties[place].seat_nos)
            },
        )

    def _may_lose(self, parties: Sequence[Party]) -> dict[int, list[int]]:
        """The places in the batch of parties that marks might refuse, by event; of events that few want, none."""
        now = self._clock.now()
        found: defaultdict[int, list[int]] = defaultdict(list)
        for place, party in enumerate(parties):
            if party.seat_nos and not party.places and self._lets_in(party, now):
                found[ids.event_of(party.hold_id)].append(place)
        return {
            event_id: places for event_id, places in found.items() if len(places) >= self._crowd_min
        }

    def may_refuse(self, party: Party) -> bool:
        """Tells whether a party that nothing fits may be told so without a lock: nothing else would refuse it."""
        return self._lets_in(party, self._clock.now())

    def _lets_in(self, party: Party, now: datetime) -> bool:
        if party.access_code is not None or party.access_code_is_invalid:
            return False  # what a code opens, if anything, is known under the locks only
        terms = self._known_terms(ids.event_of(party.hold_id))
        return terms is not None and _would_be_let_in(terms, party, now)

    async def answer(
        self, parties: Sequence[Party], refusals: Mapping[int, OnsaleError]
    ) -> dict[int, Result]:
        """Refuses parties without a lock, by their place in the batch; who was answered before is answered the same."""
        if not refusals:
            return {}
        fresh: dict[RequestName, Answer] = {}
        for place, refusal in refusals.items():
            key = parties[place].request
            if key is not None and name_of(key) not in fresh:
                status = to_status(refusal).SerializeToString()
                fresh[name_of(key)] = Answer(key, refusal=status)
        known = await self._store.refuse(list(fresh.values())) if fresh else {}
        return {
            place: _answer_to(parties[place].request, refusal, fresh, known)
            for place, refusal in refusals.items()
        }

    def learn(self, situation: Situation, decisions: Decisions) -> None:
        """Remembers what a batch saw and did: the terms, and seats that are taken now."""
        if situation.terms is None:
            return
        event_id = situation.seating.event_id
        self._terms[event_id] = (self._monotonic(), situation.terms)
        self._terms.move_to_end(event_id)
        if len(self._terms) > EVENTS_MAX:
            self._terms.popitem(last=False)
        marks = [mark for hold in decisions.holds for mark in _marks_of(hold)]
        self._marks.set(event_id, marks + _marks_seen(situation, decisions))

    def _known_terms(self, event_id: int) -> Terms | None:
        read_at, terms = self._terms.get(event_id, (float("-inf"), None))
        return terms if self._monotonic() - read_at <= TERMS_AGE_SECONDS_MAX else None


def _answer_to(
    key: RequestKey | None,
    refusal: OnsaleError,
    fresh: Mapping[RequestName, Answer],
    known: Mapping[RequestName, Outcome],
) -> Result:
    """Returns what a party is told: what it was told before, if it was, and now otherwise."""
    if key is None:
        return refusal
    before = known.get(name_of(key))
    body_hash = before.body_hash if before else fresh[name_of(key)].key.body_hash
    if body_hash != key.body_hash:
        return IdempotencyKeyReused()
    return Replay(before) if before else refusal


def _would_be_let_in(terms: Terms, party: Party, now: datetime) -> bool:
    is_on_sale = (
        terms.is_published
        and not terms.is_cancelled
        and terms.sale_open_time is not None
        and terms.sale_open_time <= now < terms.end_time
    )
    is_admitted = not terms.requires_admission or (
        party.admission is not None and party.admission.expire_time > now
    )
    return is_on_sale and is_admitted and party.count <= terms.limits.seats_per_hold


def _marks_of(hold: Hold) -> list[Mark]:
    until_millis = int(hold.held_until.timestamp() * 1000)
    return [Mark(seat.seat_no, seat.fence, until_millis) for seat in hold.seats]


def _marks_seen(situation: Situation, decisions: Decisions) -> list[Mark]:
    """Renews the marks of seats that somebody wanted and the locks showed to be another's."""
    given = {seat.seat_no for hold in decisions.holds for seat in hold.seats}
    now_millis = int(situation.now.timestamp() * 1000)
    marks: list[Mark] = []
    for row in situation.seats.values():
        # An allotment's seats too: whoever has a code is never refused by a mark.
        is_taken = row.state != SeatState.AVAILABLE
        if row.seat_no in given or not is_taken or row.can_be_taken(situation.now):
            continue
        until_millis = now_millis + AGE_MILLIS_MAX
        if row.held_until is not None:
            until_millis = min(until_millis, int(row.held_until.timestamp() * 1000))
        marks.append(Mark(row.seat_no, row.fence, until_millis))
    return marks
