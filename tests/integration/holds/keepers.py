"""Two keepers of holds, the fake and PostgreSQL, each with the model's event, for one suite that both must pass."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from inventory_svc.holds.batch import Answer, Ask, HoldStore, OpenBatch
from inventory_svc.holds.batch_store import PostgresHolds
from inventory_svc.holds.holds import Hold
from inventory_svc.holds.party import Party
from inventory_svc.holds.placing import Decisions, Situation, decide
from inventory_svc.holds.seating import Seating
from inventory_svc.holds.wire import hold_message, placed_fact
from mesh import ids
from mesh.clock import ManualClock
from protos.inventory.v1 import allocation_pb2
from tests.integration.holds.conftest import Office
from tests.model import event, real_office
from tests.model.fake_life import FakeLife
from tests.model.fake_office import event_row
from tests.model.fake_store import FakeHolds
from tests.model.tables import Tables
from tests.simulation.loop import START

SHARDS = tuple((event.POOL_NO, shard_no) for shard_no in range(len(event.SHARD_CAPACITIES)))


class Keeper(Protocol):
    """A store of holds, and what a test needs to see of it."""

    store: HoldStore
    seating: Seating

    async def pass_time(self, seconds: int) -> None:
        """Lets time pass for every hold."""

    async def close_admission(self, admission_id: UUID) -> None:
        """Closes an admission."""

    async def seats(self) -> dict[int, tuple[int, UUID | None, int]]:
        """Returns state, hold and fence of every seat, as the rows have them."""

    async def shards(self) -> list[tuple[int, int, int]]:
        """Returns available, held and sold of every shard."""

    async def hold_states(self) -> dict[UUID, str]:
        """Returns the states of holds, as the rows have them."""

    async def told(self, kind: str) -> list[str]:
        """Returns the holds that facts of a kind were written about."""


class FakeKeeper:
    """Holds in memory."""

    def __init__(self) -> None:
        self._clock = ManualClock(START)
        self._tables = Tables()
        row = event_row(ids.new_event_id())
        self._tables.add_event(row)
        self.seating = row.seating
        self.store = FakeHolds(self._tables, self._clock)

    async def pass_time(self, seconds: int) -> None:
        self._clock.advance(seconds)

    async def close_admission(self, admission_id: UUID) -> None:
        await FakeLife(self.store).close_admission(self.seating.event_id, admission_id)

    async def seats(self) -> dict[int, tuple[int, UUID | None, int]]:
        rows = self._tables.seats_of(self.seating.event_id)
        return {row.seat_no: (row.state, row.hold_id, row.fence) for row in rows}

    async def shards(self) -> list[tuple[int, int, int]]:
        rows = sorted(self._tables.shards.items())
        return [(row.available, row.held, row.sold) for _, row in rows]

    async def hold_states(self) -> dict[UUID, str]:
        return {hold.hold_id: hold.state.value for hold in self._tables.holds.values()}

    async def told(self, kind: str) -> list[str]:
        return [hold_id for fact_kind, hold_id, _ in self._tables.facts if fact_kind == kind]


class PostgresKeeper:
    """Holds in PostgreSQL."""

    def __init__(self, office: Office, event_id: int, seating: Seating) -> None:
        self._office = office
        self._event_id = event_id
        self.seating = seating
        self.store = PostgresHolds(office.database)

    @classmethod
    async def open(cls, office: Office) -> PostgresKeeper:
        """Puts the model's event on sale."""
        event_id = await real_office.open_event(office)
        return cls(office, event_id, await office.processes[0].seatings.get(event_id))

    async def pass_time(self, seconds: int) -> None:
        await real_office.pass_time(self._office, self._event_id, seconds)

    async def close_admission(self, admission_id: UUID) -> None:
        request = allocation_pb2.CloseAdmissionRequest(
            event_id=ids.event_text(self._event_id), admission_id=ids.text("adm", admission_id)
        )
        await self._office.ask("CloseAdmission", request)

    async def seats(self) -> dict[int, tuple[int, UUID | None, int]]:
        rows = await self._office.rows(
            "SELECT seat_no, state, hold_id, fence FROM seats WHERE event_id = $1", self._event_id
        )
        return {row["seat_no"]: (row["state"], row["hold_id"], row["fence"]) for row in rows}

    async def shards(self) -> list[tuple[int, int, int]]:
        rows = await self._office.rows(
            "SELECT available, held, sold FROM pool_shards WHERE event_id = $1 ORDER BY shard_no",
            self._event_id,
        )
        return [tuple(row) for row in rows]

    async def hold_states(self) -> dict[UUID, str]:
        rows = await self._office.rows(
            "SELECT hold_id, state FROM holds WHERE event_id = $1", self._event_id
        )
        return {row["hold_id"]: row["state"] for row in rows}

    async def told(self, kind: str) -> list[str]:
        return await self._office.facts(self._event_id, kind)


@dataclass
class Carried:
    """What a batch came to."""

    situation: Situation
    decisions: Decisions
    losers: list[Hold]


async def carry(
    batch: OpenBatch, seating: Seating, parties: Sequence[Party], answers: Sequence[Answer] = ()
) -> Carried:
    """Does in an open batch what a placer does."""
    situation = await look(batch, seating, parties)
    decisions = decide(situation, parties)
    losers = await batch.write([(situation, decisions)], answers)
    await batch.tell(
        [placed_fact(hold, hold_message(hold, seating), situation.now) for hold in decisions.holds]
    )
    return Carried(situation, decisions, losers)


async def look(batch: OpenBatch, seating: Seating, parties: Sequence[Party]) -> Situation:
    """Takes the locks of parties and reads what stands."""
    wants_places = any(party.places for party in parties)
    ask = Ask(
        seating,
        parties,
        shards=SHARDS if wants_places else (),
        whole_pools=frozenset({event.POOL_NO} if wants_places else ()),
    )
    return (await batch.read([ask]))[0]


async def place(keeper: Keeper, *parties: Party, answers: Sequence[Answer] = ()) -> Carried:
    """Places parties in a batch of their own."""
    opened: AbstractAsyncContextManager[OpenBatch] = keeper.store.batch()
    async with opened as batch:
        return await carry(batch, keeper.seating, parties, answers)
