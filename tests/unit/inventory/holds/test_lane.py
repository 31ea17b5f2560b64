"""The lane: natural batching, bounded waiting, and errors that stay with whom they concern."""

import asyncio
from collections.abc import Callable, Sequence
from uuid import uuid4

import pytest

from inventory_svc.errors import EventNotFound
from inventory_svc.holds.errors import LaneFull, SeatsTaken
from inventory_svc.holds.lane import ROUNDS_MAX, Lanes, OutcomeUnknown, StoreAway
from inventory_svc.holds.party import Party
from inventory_svc.holds.placing import Result, TryAgain
from mesh import ids
from mesh.errors import Internal, OnsaleError, Unavailable

EVENT_ID = 1


def party(seat_no: int = 0) -> Party:
    return Party(ids.new_id(EVENT_ID), uuid4(), seat_nos=(seat_no,))


class Placing:
    """Answers every party with a refusal that names its seat, when it is let."""

    def __init__(self, *, is_open: bool = True) -> None:
        self.batches: list[list[int]] = []
        self.open = asyncio.Event()
        self.poison: dict[int, Exception] = {}
        self.again: set[int] = set()
        if is_open:
            self.open.set()

    async def __call__(self, parties: Sequence[Party]) -> list[Result]:
        seats = [each.seat_nos[0] for each in parties]
        self.batches.append(seats)
        await self.open.wait()
        for seat_no in seats:
            if seat_no in self.poison:
                raise self.poison[seat_no]
        return [TryAgain() if seat_no in self.again else SeatsTaken([seat_no]) for seat_no in seats]


async def submit(lanes: Lanes, *seat_nos: int) -> list[Result | BaseException]:
    return await asyncio.gather(
        *[lanes.submit(EVENT_ID, party(seat_no)) for seat_no in seat_nos], return_exceptions=True
    )


def seat_of(result: object) -> object:
    assert isinstance(result, SeatsTaken)
    return result.facts()["seatIds"]


async def until(condition: Callable[[], object], turns: int = 100) -> None:
    for _ in range(turns):
        if condition():
            return
        await asyncio.sleep(0)
    raise AssertionError("did not come to pass")


async def test_who_comes_during_a_commit_leaves_together_in_the_next() -> None:
    placing = Placing(is_open=False)
    lanes = Lanes(placing)
    first = asyncio.create_task(submit(lanes, 1))
    await until(lambda: placing.batches)
    rest = asyncio.create_task(submit(lanes, 2, 3, 4))
    await until(lambda: lanes.waiting_count(EVENT_ID) == 3)
    placing.open.set()
    await asyncio.gather(first, rest)
    assert placing.batches == [[1], [2, 3, 4]]


async def test_everybody_gets_the_answer_to_their_own_request() -> None:
    results = await submit(Lanes(Placing()), *range(50))
    assert [seat_of(result) for result in results] == [[f"s{number}"] for number in range(50)]


async def test_a_batch_is_bounded() -> None:
    placing = Placing()
    await submit(Lanes(placing, batch_max=10), *range(25))
    assert [len(batch) for batch in placing.batches] == [10, 10, 5]


async def test_a_full_lane_refuses_at_once_and_says_when_to_come_back() -> None:
    placing = Placing(is_open=False)
    lanes = Lanes(placing, waiting_max=3, batch_max=1)
    under_way = asyncio.create_task(submit(lanes, 0))
    await until(lambda: placing.batches)
    waiting = asyncio.create_task(submit(lanes, 1, 2, 3))
    await until(lambda: lanes.waiting_count(EVENT_ID) == 3)
    with pytest.raises(LaneFull) as caught:
        await lanes.submit(EVENT_ID, party(4))
    assert caught.value.retry_after_seconds
    placing.open.set()
    results = [*await under_way, *await waiting]
    assert [seat_of(result) for result in results] == [["s0"], ["s1"], ["s2"], ["s3"]]


async def test_one_bad_party_harms_no_other() -> None:
    placing = Placing()
    placing.poison[5] = ZeroDivisionError("of one party")
    results = await submit(Lanes(placing), *range(8))
    assert isinstance(results.pop(5), Internal)
    assert all(isinstance(result, SeatsTaken) for result in results)


async def test_a_refusal_raised_for_one_party_reaches_it() -> None:
    placing = Placing()
    placing.poison[5] = EventNotFound()
    results = await submit(Lanes(placing), *range(8))
    assert isinstance(results[5], EventNotFound)


async def test_a_party_whose_locks_were_in_the_way_is_tried_again() -> None:
    placing = Placing()
    placing.poison[5] = Unavailable("of one party")
    results = await submit(Lanes(placing), *range(8))
    assert isinstance(results[5], Unavailable)
    assert placing.batches.count([5]) == ROUNDS_MAX + 1
    assert all(isinstance(result, SeatsTaken) for result in results[:5])


@pytest.mark.parametrize("error", [OutcomeUnknown(), StoreAway()])
async def test_a_lost_connection_answers_unavailable_without_trying_halves(
    error: Exception,
) -> None:
    placing = Placing()
    placing.poison[2] = error
    results = await submit(Lanes(placing), 1, 2, 3)
    assert all(isinstance(result, Unavailable) for result in results)
    assert len(placing.batches) == 1


async def test_who_must_try_again_goes_first_and_not_for_ever() -> None:
    placing = Placing()
    placing.again = {1}
    results = await submit(Lanes(placing, batch_max=2), 1, 2, 3)
    assert isinstance(results[0], Unavailable)
    assert [seat_of(result) for result in results[1:]] == [["s2"], ["s3"]]
    assert placing.batches[1] == [1, 3]
    assert sum(batch.count(1) for batch in placing.batches) == ROUNDS_MAX + 1


async def test_a_caller_that_went_away_is_not_served() -> None:
    placing = Placing(is_open=False)
    lanes = Lanes(placing)
    first = asyncio.create_task(submit(lanes, 1))
    await until(lambda: placing.batches)
    gone = asyncio.create_task(lanes.submit(EVENT_ID, party(2)))
    stays = asyncio.create_task(submit(lanes, 3))
    await until(lambda: lanes.waiting_count(EVENT_ID) == 2)
    gone.cancel()
    placing.open.set()
    await asyncio.gather(first, stays)
    assert placing.batches == [[1], [3]]


async def test_lanes_of_different_events_do_not_wait_for_each_other() -> None:
    placing = Placing(is_open=False)
    lanes = Lanes(placing)
    tasks = [asyncio.create_task(lanes.submit(1, party(1)))]
    await until(lambda: placing.batches)
    tasks.append(asyncio.create_task(lanes.submit(2, party(2))))
    await until(lambda: len(placing.batches) == 2)
    placing.open.set()
    await asyncio.gather(*tasks)


async def test_quiet_events_share_a_batch() -> None:
    placing = Placing()
    lanes = Lanes(placing, at_once_max=1, crowd_min=3)
    await asyncio.gather(*[lanes.submit(seat_no % 4, party(seat_no)) for seat_no in range(8)])
    assert placing.batches == [[0, 4, 1, 5, 2, 6, 3, 7]]


async def test_a_crowd_leaves_alone_and_holds_up_no_quiet_event() -> None:
    placing = Placing(is_open=False)
    lanes = Lanes(placing, at_once_max=2, crowd_min=3)
    tasks = [
        asyncio.create_task(lanes.submit(event_id, party(event_id))) for event_id in (1, 2, 2, 2, 3)
    ]
    await until(lambda: len(placing.batches) == 2)
    placing.open.set()
    await asyncio.gather(*tasks)
    assert sorted(placing.batches) == [[1, 3], [2, 2, 2]]


async def test_a_quiet_event_is_served_between_the_batches_of_a_crowd() -> None:
    placing = Placing(is_open=False)
    lanes = Lanes(placing, at_once_max=1, crowd_min=2, batch_max=2)
    tasks = [asyncio.create_task(lanes.submit(1, party(1))) for _ in range(6)]
    await until(lambda: placing.batches)
    tasks.append(asyncio.create_task(lanes.submit(2, party(2))))
    await until(lambda: lanes.waiting_count(2) == 1)
    placing.open.set()
    await asyncio.gather(*tasks)
    assert placing.batches == [[1, 1], [1, 1], [2], [1, 1]]


async def test_only_a_crowd_does_not_wait_for_its_own_commit() -> None:
    placing = Placing(is_open=False)
    lanes = Lanes(placing, crowd_min=3, batch_max=3)
    tasks = [asyncio.create_task(lanes.submit(EVENT_ID, party(number))) for number in range(8)]
    await until(lambda: len(placing.batches) == 2)
    assert placing.batches == [[0, 1, 2], [3, 4, 5]]
    assert lanes.waiting_count(EVENT_ID) == 2
    placing.open.set()
    await asyncio.gather(*tasks)
    assert placing.batches[2:] == [[6, 7]]


async def test_the_process_as_a_whole_lets_only_so_many_wait() -> None:
    placing = Placing(is_open=False)
    lanes = Lanes(placing, waiting_in_all_max=2, batch_max=1, at_once_max=1)
    tasks = [asyncio.create_task(lanes.submit(1, party()))]
    await until(lambda: placing.batches)
    tasks += [asyncio.create_task(lanes.submit(event_id, party())) for event_id in (2, 3)]
    await until(lambda: lanes.waiting_count(3) == 1)
    with pytest.raises(LaneFull) as refused:
        await lanes.submit(4, party())
    assert refused.value.retry_after_seconds
    placing.open.set()
    await asyncio.gather(*tasks)


async def test_no_more_batches_are_under_way_than_there_are_connections_for() -> None:
    placing = Placing(is_open=False)
    lanes = Lanes(placing, at_once_max=2, crowd_min=1)
    tasks = [asyncio.create_task(lanes.submit(event_id, party(event_id))) for event_id in range(5)]
    for _ in range(20):
        await asyncio.sleep(0)
    assert len(placing.batches) == 2
    placing.open.set()
    await asyncio.gather(*tasks)
    assert len(placing.batches) == 5


async def test_who_comes_as_the_last_batch_ends_is_served() -> None:
    """Tried: where a runner counts until its task's callbacks ran, the late party waits for ever."""
    late: list[asyncio.Task[Result]] = []
    placing = Placing()
    lanes = Lanes(placing, at_once_max=1)
    first = asyncio.create_task(lanes.submit(1, party(1)))
    await until(lambda: placing.batches)

    # The first batch's runner ends in some turn of the loop; in each turn somebody comes.
    for event_id in range(2, 8):
        late.append(asyncio.create_task(lanes.submit(event_id, party(event_id))))
        await asyncio.sleep(0)
    async with asyncio.timeout(1):
        await asyncio.gather(first, *late)


async def test_a_drained_process_has_answered_everybody() -> None:
    placing = Placing()
    lanes = Lanes(placing)
    task = asyncio.create_task(submit(lanes, 1, 2))
    await asyncio.sleep(0)
    await lanes.drain()
    assert all(isinstance(result, OnsaleError) for result in await task)
    assert lanes.waiting_count(EVENT_ID) == 0
