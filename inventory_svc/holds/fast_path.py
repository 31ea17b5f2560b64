"""The fast path: a party whose seats are all marked as taken is refused without a lock.

Its refusal is remembered like any other, and a request that was answered before is answered the same again. What else
might refuse a party, such as a sale that is not open, is judged by terms that are a moment old; whenever these do not
plainly let the party pass, it takes the whole way.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime

from inventory_svc.holds import changes, store
from inventory_svc.holds.errors import SeatsTaken
from inventory_svc.holds.holds import Hold, SeatState
from inventory_svc.holds.marks import AGE_MILLIS_MAX, Mark, Marks
from inventory_svc.holds.party import Party
from inventory_svc.holds.placing import Decisions, Replay, Result, Situation, Terms, name_of
from mesh.clock import Clock
from mesh.database import Database
from mesh.errors import to_status
from mesh.requests import IdempotencyKeyReused

TERMS_AGE_SECONDS_MAX = 2.0
EVENTS_MAX = 10_000
"""Events whose terms are remembered."""


class FastPath:
    """What one process refuses without a lock."""

    def __init__(self, database: Database, marks: Marks, clock: Clock) -> None:
        self._database = database
        self._marks = marks
        self._clock = clock
        self._terms: OrderedDict[int, tuple[float, Terms]] = OrderedDict()

    async def refuse(self, event_id: int, parties: Sequence[Party]) -> dict[int, Result]:
        """Returns the answers to those parties of a batch that can only lose, by their place in the batch."""
        terms = self._known_terms(event_id)
        if terms is None:
            return {}
        now = self._clock.now()
        may_lose = [
            place
            for place, party in enumerate(parties)
            if party.seat_nos and not party.places and _would_be_let_in(terms, party, now)
        ]
        if not may_lose:
            return {}
        wanted = {seat_no for place in may_lose for seat_no in parties[place].seat_nos}
        taken = await self._marks.taken(event_id, wanted)
        # All of them: the refusal names every seat that cannot be had, and of the others nothing is known here.
        losers = [place for place in may_lose if taken.issuperset(parties[place].seat_nos)]
        return await self._answer(parties, losers) if losers else {}

    async def _answer(self, parties: Sequence[Party], losers: Sequence[int]) -> dict[int, Result]:
        answers: dict[int, Result] = {}
        fresh: dict[tuple[str, str, str], changes.Answer] = {}
        keys = [key for place in losers if (key := parties[place].request)]
        async with store.batch_transaction(self._database) as connection:
            known = await store.read_requests(connection, keys) if keys else {}
            for place in losers:
                key = parties[place].request
                refusal = SeatsTaken(parties[place].seat_nos)
                answers[place] = refusal
                if key is None:
                    continue
                before = known.get(name_of(key))
                twin = fresh.get(name_of(key))
                if before is not None:
                    is_same = before.body_hash == key.body_hash
                    answers[place] = Replay(before) if is_same else IdempotencyKeyReused()
                elif twin is not None and twin[0].body_hash != key.body_hash:
                    answers[place] = IdempotencyKeyReused()
                else:
                    status = to_status(refusal).SerializeToString()
                    fresh[name_of(key)] = (key, None, status)
            await changes.add_requests(connection, list(fresh.values()))
        return answers

    def learn(self, situation: Situation, decisions: Decisions) -> None:
        """Remembers what a batch saw and did: the terms, and seats that are taken now."""
        if situation.terms is None:
            return
        event_id = situation.seating.event_id
        self._terms[event_id] = (time.monotonic(), situation.terms)
        self._terms.move_to_end(event_id)
        if len(self._terms) > EVENTS_MAX:
            self._terms.popitem(last=False)
        marks = [mark for hold in decisions.holds for mark in _marks_of(hold)]
        self._marks.set(event_id, marks + _marks_seen(situation, decisions))

    def _known_terms(self, event_id: int) -> Terms | None:
        read_at, terms = self._terms.get(event_id, (float("-inf"), None))
        return terms if time.monotonic() - read_at <= TERMS_AGE_SECONDS_MAX else None


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
    given = {taking.seat_no for taking in decisions.takings}
    now_millis = int(situation.now.timestamp() * 1000)
    marks: list[Mark] = []
    for row in situation.seats.values():
        is_taken = row.state in (SeatState.HELD, SeatState.PINNED, SeatState.SOLD)
        if row.seat_no in given or not is_taken or row.can_be_taken(situation.now):
            continue
        until_millis = now_millis + AGE_MILLIS_MAX
        if row.held_until is not None:
            until_millis = min(until_millis, int(row.held_until.timestamp() * 1000))
        marks.append(Mark(row.seat_no, row.fence, until_millis))
    return marks
