"""A batch as its store sees it: one transaction in which everything is locked and read, then decided, then written.

What decides knows these protocols only. `batch_store.py` keeps them with PostgreSQL, tests keep them in memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from inventory_svc.holds.holds import Hold
from inventory_svc.holds.party import Party
from inventory_svc.holds.placing import Decisions, Outcome, RequestName, Situation
from inventory_svc.holds.seating import Seating
from mesh.outbox import Fact
from mesh.requests import RequestKey


@dataclass(frozen=True, slots=True)
class Ask:
    """What the parties of one event need to be locked and read."""

    seating: Seating
    parties: Sequence[Party]
    shards: Sequence[tuple[int, int]] = ()
    """Pool shards, as (pool, shard)."""
    whole_pools: frozenset[int] = frozenset()
    """Pools of which these are all shards."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request came to: a reply or a refusal, serialised."""

    key: RequestKey
    reply: bytes | None = None
    refusal: bytes | None = None


class OpenBatch(Protocol):
    """A batch under way. What it wrote is there when its block ends well; else nothing of it is."""

    async def read(self, asks: Sequence[Ask]) -> list[Situation]:
        """Takes every lock in the one order, then reads what stands; one situation for each ask, in their order."""

    async def write(
        self, decided: Sequence[tuple[Situation, Decisions]], answers: Sequence[Answer]
    ) -> list[Hold]:
        """Writes decisions and answers; returns the holds that lost what they had and were ended by this.

        Raises RowsMoved when a row is not as it was read: then nothing may be committed.
        """

    async def tell(self, facts: Sequence[Fact]) -> None:
        """Writes facts to the outbox."""


class HoldStore(Protocol):
    """Where holds are kept."""

    def batch(self) -> AbstractAsyncContextManager[OpenBatch]:
        """Opens a batch.

        Raises StoreAway when nothing was committed because the store is away, OutcomeUnknown when it was lost while
        committing, Unavailable when somebody else's lock was in the way, and what the block raises.
        """

    async def refuse(self, answers: Sequence[Answer]) -> dict[RequestName, Outcome]:
        """Remembers refusals, no request twice among them.

        Returns what requests came to where one of them was answered before: that stays. One that is just being answered
        is waited for. Raises StoreAway, Unavailable.
        """


def losers_of(decided: Sequence[tuple[Situation, Decisions]]) -> list[tuple[int, UUID]]:
    """Returns the holds that lose something, as (event, hold)."""
    return [
        (situation.seating.event_id, hold_id)
        for situation, decisions in decided
        for hold_id in decisions.losers
    ]
