"""What a store of holds must do, whoever keeps them: the fake of the model and PostgreSQL pass the same suite."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from inventory_svc.holds.batch import Answer, Ask, OpenBatch
from inventory_svc.holds.holds import SeatState
from inventory_svc.holds.party import Admission, Party, PlacesAsked
from inventory_svc.holds.placing import Outcome, Replay, decide, name_of
from inventory_svc.holds.store import RowsMoved
from mesh import ids
from mesh.requests import RequestKey
from tests.integration.holds.conftest import Office
from tests.integration.holds.keepers import (
    Carried,
    FakeKeeper,
    Keeper,
    PostgresKeeper,
    carry,
    look,
    place,
)
from tests.model.event import HOLD_SECONDS, LIMITS, PLACE_COUNT, POOL_NO

WAITS_SECONDS = 0.1
"""Whoever has not come by then waits for a lock."""


@pytest.fixture(params=["fake", "postgres"])
async def keeper(request: pytest.FixtureRequest, office: Office) -> Keeper:
    """A store with the model's event on sale."""
    return FakeKeeper() if request.param == "fake" else await PostgresKeeper.open(office)


PartyOf = Callable[..., Party]


@pytest.fixture
def party(keeper: Keeper) -> PartyOf:
    """Makes parties for the event, by default of new buyers."""

    def make(*seat_nos: int, **changes: Any) -> Party:
        fields: dict[str, Any] = {
            "hold_id": ids.new_id(keeper.seating.event_id),
            "account_id": ids.new_account_id(),
            "seat_nos": seat_nos,
        }
        return Party(**fields | changes)

    return make


def places(quantity: int) -> tuple[PlacesAsked, ...]:
    return (PlacesAsked(POOL_NO, quantity),)


def results(carried: Carried) -> list[str]:
    return [getattr(each, "reason", type(each).__name__) for each in carried.decisions.results]


def request_key() -> RequestKey:
    return RequestKey(uuid4().hex, "HoldSeats", "a", b"body")


@asynccontextmanager
async def broken_off(keeper: Keeper, by: type[Exception]) -> AsyncIterator[OpenBatch]:
    """Opens a batch that must end with an error."""
    with pytest.raises(by):
        async with keeper.store.batch() as batch:
            yield batch


async def waits(task: asyncio.Task[Any]) -> bool:
    done, _ = await asyncio.wait([task], timeout=WAITS_SECONDS)
    return not done


async def test_a_hold_its_seats_and_what_is_told_of_it_come_together(
    keeper: Keeper, party: PartyOf
) -> None:
    wanted = party(3, 1)
    hold = (await place(keeper, wanted)).decisions.holds[0]
    seats = await keeper.seats()
    assert seats[1] == seats[3] == (SeatState.HELD, wanted.hold_id, 1)
    assert seats[0] == (SeatState.AVAILABLE, None, 0)
    assert [(seat.seat_no, seat.fence) for seat in hold.seats] == [(1, 1), (3, 1)]
    assert await keeper.hold_states() == {wanted.hold_id: "HELD"}
    assert await keeper.told("HoldPlaced") == [ids.text("hld", wanted.hold_id)]


async def test_a_party_gets_all_of_its_seats_or_none(keeper: Keeper, party: PartyOf) -> None:
    await place(keeper, party(2))
    carried = await place(keeper, party(1, 2), party(3, 4))
    assert results(carried) == ["SEATS_TAKEN", "Hold"]
    taken = [no for no, (state, _, _) in (await keeper.seats()).items() if state]
    assert sorted(taken) == [2, 3, 4]


async def test_what_a_buyer_has_is_counted(keeper: Keeper, party: PartyOf) -> None:
    account_id = ids.new_account_id()
    for number in range(LIMITS.live_holds_per_buyer):
        assert results(await place(keeper, party(number, account_id=account_id))) == ["Hold"]
    carried = await place(keeper, party(10, account_id=account_id), party(10))
    assert results(carried) == ["HOLD_LIMIT", "Hold"]
    assert carried.situation.usage[account_id].tickets == LIMITS.live_holds_per_buyer
    await keeper.pass_time(HOLD_SECONDS)
    assert results(await place(keeper, party(11, account_id=account_id))) == ["Hold"]


async def test_seats_of_a_hold_that_is_over_can_be_taken_and_its_end_is_told_once(
    keeper: Keeper, party: PartyOf
) -> None:
    first, second, third = party(1, 2), party(2), party(1)
    await place(keeper, first)
    await keeper.pass_time(HOLD_SECONDS - 60)
    assert results(await place(keeper, second)) == ["SEATS_TAKEN"]
    await keeper.pass_time(60)
    losers = (await place(keeper, second)).losers
    assert [(hold.hold_id, hold.state, hold.version) for hold in losers] == [
        (first.hold_id, "EXPIRED", 2)
    ]
    assert (await place(keeper, third)).losers == []
    seats = await keeper.seats()
    assert seats[2] == (SeatState.HELD, second.hold_id, 2)
    assert seats[1] == (SeatState.HELD, third.hold_id, 2)
    assert (await keeper.hold_states())[first.hold_id] == "EXPIRED"


async def test_a_fence_that_is_not_the_one_that_was_read_is_refused(
    keeper: Keeper, party: PartyOf
) -> None:
    wanted = party(1, 2)
    async with broken_off(keeper, RowsMoved) as batch:
        situation = await look(batch, keeper.seating, [wanted])
        decisions = decide(situation, [wanted])
        hold = decisions.holds[0]
        stale = tuple(replace(seat, fence=seat.fence + 1) for seat in hold.seats)
        decisions.holds[:] = [replace(hold, seats=stale)]
        await batch.write([(situation, decisions)], [])
    assert {row[:2] for row in (await keeper.seats()).values()} == {(0, None)}
    assert await keeper.hold_states() == {}


async def test_a_batch_that_breaks_off_has_written_nothing(keeper: Keeper, party: PartyOf) -> None:
    async with broken_off(keeper, ZeroDivisionError) as batch:
        await carry(batch, keeper.seating, [party(1), party(places=places(2))])
        raise ZeroDivisionError
    assert await keeper.hold_states() == {}
    assert await keeper.told("HoldPlaced") == []
    assert sum(available for available, _, _ in await keeper.shards()) == PLACE_COUNT
    assert results(await place(keeper, party(1))) == ["Hold"]


async def test_a_request_is_remembered_with_its_effect_and_answered_once(
    keeper: Keeper, party: PartyOf
) -> None:
    key = request_key()
    first = party(1, request=key)
    await place(keeper, first, answers=[Answer(key, reply=b"held")])
    carried = await place(keeper, party(2, request=key))
    assert carried.situation.known == {name_of(key): Outcome(b"body", b"held", None)}
    assert carried.decisions.results == [Replay(Outcome(b"body", b"held", None))]
    async with broken_off(keeper, RowsMoved) as batch:
        await carry(batch, keeper.seating, [party(3)], [Answer(key, reply=b"held again")])
    assert await keeper.hold_states() == {first.hold_id: "HELD"}


async def test_a_refusal_is_remembered_and_what_was_answered_before_stays(
    keeper: Keeper, party: PartyOf
) -> None:
    key, other = request_key(), request_key()
    await place(keeper, party(1, request=key), answers=[Answer(key, reply=b"held")])
    refusals = [Answer(each, refusal=b"no") for each in (key, other)]
    known = await keeper.store.refuse(refusals)
    assert known[name_of(key)] == Outcome(b"body", b"held", None)
    again = await keeper.store.refuse([Answer(other, refusal=b"not now")])
    assert again == {name_of(other): Outcome(b"body", None, b"no")}
    carried = await place(keeper, party(2, request=other))
    assert carried.decisions.results == [Replay(Outcome(b"body", None, b"no"))]


async def test_who_refuses_a_request_that_is_being_answered_waits_and_learns_the_answer(
    keeper: Keeper, party: PartyOf
) -> None:
    """Who refuses by a mark takes no lock of the buyer: the request's own key is what keeps it from a second answer."""
    key = request_key()
    async with keeper.store.batch() as batch:
        await carry(batch, keeper.seating, [party(1, request=key)], [Answer(key, reply=b"held")])
        refusing = asyncio.create_task(keeper.store.refuse([Answer(key, refusal=b"no")]))
        assert await waits(refusing)
    assert await refusing == {name_of(key): Outcome(b"body", b"held", None)}


async def test_the_last_places_are_held_and_none_beyond(keeper: Keeper, party: PartyOf) -> None:
    carried = await place(
        keeper, party(places=places(4)), party(places=places(3)), party(places=places(2))
    )
    assert results(carried) == ["Hold", "PLACES_TAKEN", "Hold"]
    assert await keeper.shards() == [(0, 2, 0)] * 3
    assert results(await place(keeper, party(places=places(1)))) == ["PLACES_TAKEN"]


async def test_seats_and_places_of_one_party_come_together(keeper: Keeper, party: PartyOf) -> None:
    await place(keeper, party(places=places(4)))
    both = {"places": places(3)}
    assert results(await place(keeper, party(1, **both))) == ["PLACES_TAKEN"]
    assert (await keeper.seats())[1][0] == SeatState.AVAILABLE
    assert results(await place(keeper, party(1, places=places(2)))) == ["Hold"]


async def test_places_that_ran_out_go_to_whoever_asks_next(keeper: Keeper, party: PartyOf) -> None:
    first = party(places=places(4))
    await place(keeper, first)
    await keeper.pass_time(HOLD_SECONDS)
    carried = await place(keeper, party(places=places(4)), party(places=places(2)))
    assert results(carried) == ["Hold", "Hold"]
    assert [hold.hold_id for hold in carried.losers] == [first.hold_id]
    assert await keeper.shards() == [(0, 2, 0)] * 3
    # What was given back is not given back again.
    assert (await place(keeper, party(places=places(1)))).situation.run_out == []


async def test_a_closed_admission_is_seen(keeper: Keeper, party: PartyOf) -> None:
    account_id, closed, good = ids.new_account_id(), uuid4(), uuid4()
    await keeper.close_admission(closed)

    async def closed_ones(admission_id: UUID) -> frozenset[UUID]:
        async with keeper.store.batch() as batch:
            wanted = party(1, account_id=account_id)
            situation = await look(batch, keeper.seating, [])
            wanted.admission = Admission(admission_id, situation.now + timedelta(hours=1))
            return (await look(batch, keeper.seating, [wanted])).closed_admissions

    assert await closed_ones(closed) == {closed}
    assert good not in await closed_ones(good)


async def test_who_comes_second_to_a_seat_waits_and_sees_who_came_first(
    keeper: Keeper, party: PartyOf
) -> None:
    async with keeper.store.batch() as batch:
        await carry(batch, keeper.seating, [party(4, 5)])
        second = asyncio.create_task(place(keeper, party(5, 6)))
        assert await waits(second)
    assert results(await second) == ["SEATS_TAKEN"]
    assert (await keeper.seats())[6][0] == SeatState.AVAILABLE


async def test_a_buyer_who_asks_twice_at_once_is_counted_twice(
    keeper: Keeper, party: PartyOf
) -> None:
    account_id = ids.new_account_id()
    for number in range(LIMITS.live_holds_per_buyer - 1):
        await place(keeper, party(number, account_id=account_id))
    async with keeper.store.batch() as batch:
        await carry(batch, keeper.seating, [party(8, account_id=account_id)])
        second = asyncio.create_task(place(keeper, party(9, account_id=account_id)))
        assert await waits(second)
    assert results(await second) == ["HOLD_LIMIT"]


async def test_who_waits_for_a_batch_that_breaks_off_gets_what_it_had(
    keeper: Keeper, party: PartyOf
) -> None:
    async with broken_off(keeper, ZeroDivisionError) as batch:
        await carry(batch, keeper.seating, [party(places=places(4)), party(4)])
        second = asyncio.create_task(place(keeper, party(4, places=places(3))))
        assert await waits(second)
        raise ZeroDivisionError
    assert results(await second) == ["Hold"]


async def test_batches_for_other_seats_and_buyers_do_not_wait(
    keeper: Keeper, party: PartyOf
) -> None:
    async with keeper.store.batch() as batch:
        await carry(batch, keeper.seating, [party(4, 5)])
        assert results(await place(keeper, party(6, 7))) == ["Hold"]
    assert len(await keeper.hold_states()) == 2


async def test_an_event_that_is_not_there_has_no_terms(keeper: Keeper) -> None:
    stranger = replace(keeper.seating, event_id=ids.new_event_id())
    wanted = Party(ids.new_id(stranger.event_id), ids.new_account_id(), seat_nos=(1,))
    async with keeper.store.batch() as batch:
        mine, theirs = Ask(keeper.seating, []), Ask(stranger, [wanted])
        situations = await batch.read([theirs, mine])
    assert [situation.terms is None for situation in situations] == [True, False]
    assert [type(each).__name__ for each in decide(situations[0], [wanted]).results] == [
        "EventNotFound"
    ]
