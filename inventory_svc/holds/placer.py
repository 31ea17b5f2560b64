"""Carries out a batch: looks for seats, locks, reads, decides, writes, commits; then remembers what changed."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from uuid import UUID

from inventory_svc.holds.batch import Answer, Ask, HoldStore, OpenBatch
from inventory_svc.holds.fast_path import FastPath
from inventory_svc.holds.holds import Hold
from inventory_svc.holds.houses.houses import Houses, Picks
from inventory_svc.holds.lane import StoreAway
from inventory_svc.holds.lookout import Lookout
from inventory_svc.holds.party import Party
from inventory_svc.holds.placing import (
    Answered,
    Decisions,
    Placed,
    RequestName,
    Result,
    Situation,
    decide,
    name_of,
    nothing_fits,
)
from inventory_svc.holds.pools import allotted_shard_no, are_uneven, likely_shards, open_to
from inventory_svc.holds.seating import Seating
from inventory_svc.holds.seatings import Seatings
from inventory_svc.holds.wire import expired_fact, hold_message, placed_fact
from mesh import ids
from mesh.database import driver_refusal
from mesh.errors import OnsaleError, to_status
from mesh.outbox import Outbox
from mesh.requests import IdempotencyKeyReused
from mesh.workers import report

NAME = "placing holds"

SCARCE_MAX = 10_000
"""Pools remembered as nearly empty; of more, some cost a wasted round."""

ShardKeys = list[tuple[int, int]]


@dataclass(slots=True)
class _Group:
    """The parties of one event in a batch."""

    picks: Picks
    ask: Ask


class Placer:
    """Places batches of one process."""

    def __init__(
        self,
        store: HoldStore,
        seatings: Seatings,
        houses: Houses,
        fast_path: FastPath,
        lookout: Lookout,
        *,
        shard_offset: int | None = None,
    ) -> None:
        self._store = store
        self._seatings = seatings
        self._houses = houses
        self._fast_path = fast_path
        self._lookout = lookout
        # Processes begin at different shards of a pool, so that they rarely wait for each other.
        self._shard_offset = secrets.randbelow(1 << 16) if shard_offset is None else shard_offset
        self._scarce: set[tuple[int, int]] = set()

    async def place(self, parties: Sequence[Party]) -> list[Result]:
        """Places a batch in one transaction; one result for each party, in their order."""
        try:
            return await self._answer(parties)
        except Exception as error:
            # What is read before the transaction may find the database away too.
            if driver_refusal(error):
                raise StoreAway from error
            raise

    async def _answer(self, parties: Sequence[Party]) -> list[Result]:
        lost = await self._fast_path.refuse(parties)
        rest = [party for place, party in enumerate(parties) if place not in lost]
        results = await self._pick_and_place(rest) if rest else {}
        return [
            lost[place] if place in lost else results[party.hold_id]
            for place, party in enumerate(parties)
        ]

    async def _pick_and_place(self, parties: Sequence[Party]) -> dict[UUID, Result]:
        """Returns what parties get, by what their hold is or would have been called."""
        async with AsyncExitStack() as picking:
            groups = await self._groups(parties, picking)
            results = await self._refuse_hopeless(groups)
            groups = [group for group in groups if group.ask.parties]
            if groups:
                results |= await self._place_under_locks(groups)
        return results

    async def _refuse_hopeless(self, groups: Sequence[_Group]) -> dict[UUID, Result]:
        """Refuses, without a lock, whom nothing fits; who is left of each group goes on."""
        hopeless: list[Party] = []
        refusals: dict[int, OnsaleError] = {}
        for group in groups:
            seating, prices_minor = group.ask.seating, group.picks.prices_minor
            for party in group.ask.parties:
                if party.offer is not None and self._fast_path.may_refuse(party):
                    refusals[len(hopeless)] = nothing_fits(seating, prices_minor, party.offer)
                    hopeless.append(party)
            if hopeless:
                out = {party.hold_id for party in hopeless}
                going_on = [party for party in group.ask.parties if party.hold_id not in out]
                group.ask = replace(group.ask, parties=going_on)
        answers = await self._fast_path.answer(hopeless, refusals)
        return {party.hold_id: answers[place] for place, party in enumerate(hopeless)}

    async def _place_under_locks(self, groups: Sequence[_Group]) -> dict[UUID, Result]:
        async with self._store.batch() as batch:
            situations = await batch.read([group.ask for group in groups])
            answered: Answered = {}
            decided = [
                (situation, decide(situation, group.ask.parties, answered))
                for situation, group in zip(situations, groups, strict=True)
            ]
            placed = await self._write(batch, groups, decided)
        try:
            self._remember(groups, decided)
        except Exception as error:
            # What is committed stays so; what was to be remembered only makes it fast.
            report(NAME, error)
        return {
            party.hold_id: placed.get(id(result), result)
            for group, (_, decisions) in zip(groups, decided, strict=True)
            for party, result in zip(group.ask.parties, decisions.results, strict=True)
        }

    async def _groups(self, parties: Sequence[Party], picking: AsyncExitStack) -> list[_Group]:
        by_event: defaultdict[int, list[Party]] = defaultdict(list)
        for party in parties:
            by_event[ids.event_of(party.hold_id)].append(party)
        groups: list[_Group] = []
        for event_id, of_event in by_event.items():
            seating = await self._seatings.get(event_id)
            picks = await picking.enter_async_context(self._houses.picking(seating, of_event))
            shards, whole_pools = self._shards(seating, of_event)
            groups.append(_Group(picks, Ask(seating, of_event, shards, whole_pools)))
        return groups

    def _shards(
        self, seating: Seating, parties: Sequence[Party]
    ) -> tuple[ShardKeys, frozenset[int]]:
        """Returns the shards to lock, and the pools of which that is all.

        At first as few as the demand needs; all of them once a party found too little, because only under all locks can
        it be said that nothing is left.
        """
        demand: dict[int, int] = {}
        allotted: set[tuple[int, int]] = set()
        whole: set[int] = set()
        for party in parties:
            for asked in party.places:
                demand[asked.pool_no] = demand.get(asked.pool_no, 0) + asked.quantity
                if party.rounds or (seating.event_id, asked.pool_no) in self._scarce:
                    whole.add(asked.pool_no)
                if party.allotment_no is not None:
                    allotted.add((asked.pool_no, allotted_shard_no(party.allotment_no)))
        keys: ShardKeys = list(allotted)
        for pool_no, quantity in demand.items():
            pool = seating.pools[pool_no]
            tried = likely_shards(pool.shard_count, pool.capacity, quantity, self._shard_offset)
            if pool_no in whole or len(tried) == pool.shard_count:
                whole.add(pool_no)
                tried = list(range(pool.shard_count))
            keys += [(pool_no, shard_no) for shard_no in tried]
        return keys, frozenset(whole)

    async def _write(
        self,
        batch: OpenBatch,
        groups: Sequence[_Group],
        decided: Sequence[tuple[Situation, Decisions]],
    ) -> dict[int, Placed]:
        """Writes what was decided, and returns what new holds look like to their buyers, by the holds' identity."""
        placed: dict[int, Placed] = {}
        answers: dict[RequestName, Answer] = {}
        for group, (situation, decisions) in zip(groups, decided, strict=True):
            for hold in decisions.holds:
                placed[id(hold)] = Placed(hold, hold_message(hold, group.ask.seating))
            _note_answers(answers, situation, group.ask.parties, decisions, placed)
        losers = await batch.write(decided, list(answers.values()))
        now = decided[0][0].now
        seatings = {group.ask.seating.event_id: group.ask.seating for group in groups}
        await batch.tell(
            [
                expired_fact(hold, hold_message(hold, seatings[hold.event_id]), now)
                for hold in losers
            ]
            + [placed_fact(each.hold, each.message, now) for each in placed.values()]
        )
        return placed

    def _remember(
        self, groups: Sequence[_Group], decided: Sequence[tuple[Situation, Decisions]]
    ) -> None:
        """Passes on what a commit changed."""
        for group, (situation, decisions) in zip(groups, decided, strict=True):
            group.picks.saw(situation.seats, situation.now)
            group.picks.committed(decisions.holds)
            self._note_scarcity(situation)
            self._fast_path.learn(situation, decisions)
            if decisions.holds or decisions.losers:
                given = [seat_no for hold in decisions.holds for seat_no in hold.seat_nos]
                self._lookout.changed(situation.seating.event_id, given)
                Outbox.wake()

    def _note_scarcity(self, situation: Situation) -> None:
        """Remembers which pools are nearly empty: there, trying a few shards first would be a wasted round.

        Where it was wasted though much is left, the counters are to be evened out.
        """
        seating = situation.seating
        for pool_no in situation.whole_pools:
            shards = open_to(situation.shards.get(pool_no, []), None)
            left = sum(shard.available for shard in shards)
            if left * 4 >= seating.pools[pool_no].capacity:
                self._scarce.discard((seating.event_id, pool_no))
                if are_uneven(shards):
                    self._lookout.uneven(seating.event_id, pool_no)
            elif len(self._scarce) < SCARCE_MAX:
                self._scarce.add((seating.event_id, pool_no))


def _note_answers(
    answers: dict[RequestName, Answer],
    situation: Situation,
    parties: Sequence[Party],
    decisions: Decisions,
    placed: dict[int, Placed],
) -> None:
    """Adds what to remember: a reply or a refusal for each request that got one now, each request once."""
    for party, result in zip(parties, decisions.results, strict=True):
        key = party.request
        if key is None:
            continue
        name = name_of(key)
        if name in answers or name in situation.known:
            continue
        if isinstance(result, Hold):
            answers[name] = Answer(key, reply=placed[id(result)].message.SerializeToString())
        elif isinstance(result, OnsaleError) and _is_final(result):
            answers[name] = Answer(key, refusal=to_status(result).SerializeToString())


def _is_final(refusal: OnsaleError) -> bool:
    """False for what only says to try again, and for a request id that belongs to another body."""
    return refusal.retry_after_seconds is None and not isinstance(refusal, IdempotencyKeyReused)
