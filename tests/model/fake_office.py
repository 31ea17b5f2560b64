"""The box office with a fake store and a fake clock: the real lanes, placer, houses and decisions."""

from __future__ import annotations

import asyncio
import hashlib
import random
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from google.rpc import status_pb2

from inventory_svc.holds.fast_path import FastPath
from inventory_svc.holds.holds import Hold
from inventory_svc.holds.houses.houses import Houses
from inventory_svc.holds.lane import Lanes
from inventory_svc.holds.lookout import Lookout
from inventory_svc.holds.party import Admission, Asked, Party, PlacesAsked
from inventory_svc.holds.placer import Placer
from inventory_svc.holds.placing import Placed, Replay, Result, Terms
from inventory_svc.holds.seating import Pool, Seat, Seating
from inventory_svc.plans.generator import generate
from inventory_svc.plans.layout import lay_out
from mesh import ids
from mesh.errors import OnsaleError, from_status
from mesh.requests import RequestKey
from protos.inventory.v1 import inventory_pb2
from tests.model import event
from tests.model.fake_life import FakeLife
from tests.model.fake_marks import FakeMarks
from tests.model.fake_store import FakeHolds
from tests.model.tables import EventRow, ShardRow, Tables
from tests.model.wants import Answer, Call, Done, Got, Refused, SeatSeen, Seen, Token, Want
from tests.simulation.loop import START, LoopClock, VirtualLoop

EVENT_ID = 7
ADMISSIONS = {token: UUID(int=EVENT_ID << 64 | number) for number, token in enumerate(Token)}


def event_row(event_id: int = EVENT_ID) -> EventRow:
    """Returns the model's event as a row of the fake store."""
    layout = lay_out(generate(event.BLOCKS, event.POOLS))
    seating = Seating(
        event_id,
        seats=tuple(Seat(*record) for record in layout.seats),
        pools={
            pool_no: Pool(pool_no, name, zone_no, capacity, len(event.SHARD_CAPACITIES))
            for pool_no, name, zone_no, capacity in layout.pools
        },
        zone_names=dict(enumerate(layout.zone_names, start=1)),
        currency_code="EUR",
        seat_labels=[f"seat {seat_no}" for seat_no in range(len(layout.seats))],
    )
    terms = Terms(
        is_published=True,
        is_cancelled=False,
        sale_open_time=START - timedelta(days=1),
        end_time=START + timedelta(days=365),
        requires_admission=False,
        limits=event.LIMITS,
        hold_seconds=event.HOLD_SECONDS,
        currency_code="EUR",
    )
    return EventRow(seating, terms, {zone_no: 1_000 // zone_no for zone_no in seating.zone_names})


class OneSeating:
    """Stands where seatings are read."""

    def __init__(self, seating: Seating) -> None:
        self._seating = seating

    async def get(self, event_id: int) -> Seating:
        """Returns the only one there is."""
        assert event_id == self._seating.event_id
        return self._seating


class FakeOffice:
    """One process on a fake store."""

    def __init__(self) -> None:
        self._loop = VirtualLoop()
        self._random = random.Random(0)
        clock, row = LoopClock(self._loop), event_row()
        self._tables = Tables()
        self._tables.add_event(row)
        self._holds = FakeHolds(self._tables, clock)
        self._life = FakeLife(self._holds)
        self._clock = clock
        marks = FakeMarks(self._loop.time)
        houses = Houses(self._holds.read_house, monotonic=self._loop.time, seed=1)
        self._lookout = Lookout(marks, lambda *_: None, free=houses.free)  # type: ignore[arg-type]
        seatings: Any = OneSeating(row.seating)
        self._lanes = Lanes(
            Placer(
                self._holds,
                seatings,
                houses,
                FastPath(self._holds, marks, clock, monotonic=self._loop.time, crowd_min=1),
                self._lookout,
                shard_offset=1,
            ).place
        )

    def _run(self, call: Awaitable[Any]) -> Any:
        async def calling() -> Any:
            return await call

        return self._loop.run_until_complete(calling())

    def place(self, calls: list[Call]) -> list[Answer]:
        """Sends calls at once, in this order."""

        async def placing() -> list[Answer]:
            return await asyncio.gather(*[self._place(call) for call in calls])

        return self._run(placing())  # type: ignore[no-any-return]

    async def _place(self, call: Call) -> Answer:
        try:
            return read_result(await self._lanes.submit(EVENT_ID, self._party(call)))
        except OnsaleError as error:
            return Refused(error.reason, error.facts())

    def _party(self, call: Call) -> Party:
        want, token = call.want, call.token
        party = Party(
            hold_id=UUID(int=EVENT_ID << 64 | self._random.getrandbits(64)),
            account_id=account_id(call.buyer_no),
            request=request_key(call),
            seat_nos=want.seat_nos,
            places=tuple(PlacesAsked(*places) for places in want.places),
            best=Asked(want.best, _zone_nos(want)) if want.best else None,
            admission_is_invalid=token is Token.FORGED,
        )
        if token not in (Token.NONE, Token.FORGED):
            lives = timedelta(days=-1 if token is Token.EXPIRED else 365)
            party.admission = Admission(ADMISSIONS[token], START + lives)
        return party

    def release(self, buyer_no: int, hold_id: str) -> Answer:
        """Gives a hold back."""
        return self._change(lambda: self._life.release(_hold(hold_id), account_id(buyer_no)))

    def extend(self, buyer_no: int, hold_id: str) -> Answer:
        """Makes a hold last its full time again."""
        return self._change(lambda: self._life.extend(_hold(hold_id), account_id(buyer_no)))

    def pin(self, hold_id: str, order_no: int, retake: bool) -> Answer:
        """Keeps a hold for an order."""
        return self._change(
            lambda: self._life.pin(_hold(hold_id), order_id(order_no), retake=retake)
        )

    def confirm(self, hold_id: str, order_no: int) -> Answer:
        """Sells a pinned hold to its order."""
        return self._change(lambda: self._life.confirm(_hold(hold_id), order_id(order_no)))

    def unpin(self, hold_id: str, order_no: int) -> Answer:
        """Gives a pinned hold back, and shuts its order out."""
        return self._change(lambda: self._life.unpin(_hold(hold_id), order_id(order_no)))

    def take_back(self, hold_id: str, order_no: int, return_id: str, want: Want) -> Answer:
        """Returns sold seats and places to the sale."""
        quantity = sum(quantity for _, quantity in want.places)
        return self._change(
            lambda: self._life.take_back(
                _hold(hold_id), order_id(order_no), return_id, want.seat_nos, quantity
            )
        )

    def _change(self, change: Callable[[], Awaitable[Any]]) -> Answer:
        async def changing() -> Answer:
            try:
                freed = await change()
            except OnsaleError as error:
                return Refused(error.reason, error.facts())
            if isinstance(freed, list):
                await self._lookout.freed(EVENT_ID, freed)
            return Done()

        return self._run(changing())  # type: ignore[no-any-return]

    def cancel(self) -> None:
        """Cancels the event."""
        self._run(self._life.cancel(EVENT_ID))

    def require_admission(self, required: bool) -> None:
        """Sets a room before the event, or takes it away."""
        self._run(self._life.require_admission(EVENT_ID, required))
        self._run(self._life.close_admission(EVENT_ID, ADMISSIONS[Token.CLOSED]))

    def pass_time(self, seconds: int) -> None:
        """Lets time pass for everybody."""
        self._run(asyncio.sleep(seconds))

    def tidy(self) -> None:
        """Runs the expiry worker."""
        self._run(self._life.tidy(EVENT_ID))

    def look(self) -> Seen:
        """Returns everything that can be compared."""
        now, seats, places = self._clock.now(), {}, dict.fromkeys([event.POOL_NO], 0)
        for row in self._tables.seats_of(EVENT_ID):
            owner = "" if row.can_be_taken(now) or row.hold_id is None else row.hold_id
            state = row.state if owner else 0
            seats[row.seat_no] = SeatSeen(state, _text(owner) if owner else "", row.fence)
        for (_, pool_no, _), shard in self._tables.shards.items():
            assert isinstance(shard, ShardRow)
            places[pool_no] += shard.available
        for (_, pool_no, _), claim in self._tables.claims.items():
            if claim.held_until is not None and claim.held_until <= now:
                places[pool_no] += claim.claimed
        states = {
            _text(hold.hold_id): hold.state_at(now).value for hold in self._tables.holds.values()
        }
        return Seen(seats, places, states)

    def close(self) -> None:
        """Ends it; nobody may be waiting, and no row may still be locked."""
        self._run(self._lanes.drain())
        assert self._holds.locks.held_count() == 0
        self._loop.close()


def read_result(result: Result) -> Answer:
    """Reads what a lane gave, as the handlers do."""
    if isinstance(result, OnsaleError):
        return Refused(result.reason, result.facts())
    if isinstance(result, Placed):
        return read_message(result.message)
    assert isinstance(result, Replay), result
    if result.outcome.refusal is not None:
        error = from_status(status_pb2.Status.FromString(result.outcome.refusal))
        return Refused(error.reason, error.facts())
    assert result.outcome.reply is not None
    return read_message(inventory_pb2.Hold.FromString(result.outcome.reply))


def read_message(message: inventory_pb2.Hold) -> Got:
    """Reads a hold from the wire."""
    return Got(
        message.hold_id,
        {int(seat.seat_id[1:]): seat.fence for seat in message.seats},
        {int(pool.pool_id[1:]): pool.quantity for pool in message.pools},
    )


def request_key(call: Call) -> RequestKey | None:
    """Returns what names a call, as the handlers do."""
    if not call.request_id:
        return None
    body_hash = hashlib.sha256(repr(call.want).encode()).digest()
    return RequestKey(f"buyer {call.buyer_no}", "HoldSeats", call.request_id, body_hash)


def account_id(buyer_no: int) -> UUID:
    """Returns a buyer's account."""
    return UUID(int=1_000 + buyer_no)


def order_id(order_no: int) -> UUID:
    """Returns an order's id."""
    return UUID(int=EVENT_ID << 64 | order_no)


def _hold(hold_text: str) -> UUID:
    return ids.parse("hld", hold_text)


def _text(hold: Hold | UUID) -> str:
    return ids.text("hld", hold if isinstance(hold, UUID) else hold.hold_id)


def _zone_nos(want: Want) -> frozenset[int]:
    return frozenset(() if want.zone_no is None else (want.zone_no,))
