"""Expiry is a predicate: what has run out can be taken at once; the worker only tidies and tells."""

from inventory_svc.catalog.events import Limits
from inventory_svc.plans.plan import Pool
from protos.inventory.v1 import inventory_pb2
from tests.integration.holds.conftest import Office, outcomes

Held = inventory_pb2.Hold


def places(quantity: int) -> inventory_pb2.PoolQuantity:
    return inventory_pb2.PoolQuantity(pool_id="p1", quantity=quantity)


async def test_an_expired_hold_is_expired_before_anybody_tidies(office: Office) -> None:
    event_id = await office.event()
    buyer = office.buyer()
    hold = await buyer.hold(event_id, seat_ids=["s1"])
    await office.run_out(event_id, hold.hold_id)
    assert (await buyer.get(hold.hold_id)).state == Held.EXPIRED


async def test_an_expired_seat_is_taken_by_another_who_tells_of_the_loser(office: Office) -> None:
    """Tried: without the expiry predicate in SeatRow.can_be_taken the second buyer is refused."""
    event_id = await office.event()
    loser, taker = office.buyer(0), office.buyer(1)
    lost = await loser.hold(event_id, seat_ids=["s1", "s2"])
    await office.run_out(event_id, lost.hold_id)
    taken = await taker.hold(event_id, seat_ids=["s2", "s3"])
    assert [seat.fence for seat in taken.seats] == [2, 1]
    assert await office.facts(event_id, "HoldExpired") == [lost.hold_id]
    assert (await loser.get(lost.hold_id)).state == Held.EXPIRED
    await loser.release(lost.hold_id)
    await office.tidy()
    rows = await office.rows(
        "SELECT seat_no, state FROM seats WHERE event_id = $1 AND state <> 0 ORDER BY seat_no",
        event_id,
    )
    assert [tuple(row) for row in rows] == [(2, 1), (3, 1)]
    assert await office.facts(event_id, "HoldExpired") == [lost.hold_id]
    assert await office.facts(event_id, "HoldReleased") == []


async def test_many_takers_of_one_expired_hold_tell_of_it_once(office: Office) -> None:
    event_id = await office.event()
    lost = await office.buyer().hold(event_id, seat_ids=[f"s{number}" for number in range(8)])
    await office.run_out(event_id, lost.hold_id)
    holds, refusals = await outcomes(
        [office.buyer(number).hold(event_id, seat_ids=[f"s{number}"]) for number in range(8)]
    )
    assert (len(holds), refusals) == (8, [])
    assert await office.facts(event_id, "HoldExpired") == [lost.hold_id]


async def test_the_worker_frees_what_ran_out_and_tells_once(office: Office) -> None:
    event_id = await office.event(pools=(Pool("Floor", "Floor", 100),))
    buyer = office.buyer()
    holds = [await buyer.hold(event_id, pools=[places(2)]) for _ in range(3)]
    for hold in holds[:2]:
        await office.run_out(event_id, hold.hold_id)
    await office.tidy()
    await office.tidy()
    available, held = (
        await office.rows(
            "SELECT sum(available), sum(held) FROM pool_shards WHERE event_id = $1", event_id
        )
    )[0]
    assert (available, held) == (98, 2)
    told = await office.facts(event_id, "HoldExpired")
    assert sorted(told) == sorted(hold.hold_id for hold in holds[:2])
    left = await office.value(
        "SELECT count(*) FROM holds WHERE event_id = $1 AND tidy_time IS NOT NULL", event_id
    )
    assert left == 1


async def test_an_extended_hold_is_left_alone_by_the_worker(office: Office) -> None:
    event_id = await office.event()
    buyer = office.buyer()
    hold = await buyer.hold(event_id, seat_ids=["s1"])
    await buyer.call("ExtendHold", inventory_pb2.ExtendHoldRequest(hold_id=hold.hold_id))
    await office.tidy()
    assert (await buyer.get(hold.hold_id)).state == Held.HELD


async def test_places_that_ran_out_are_reclaimed_before_anybody_is_refused(office: Office) -> None:
    event_id = await office.event(pools=(Pool("Floor", "Floor", 170),))
    lost = [await office.buyer().hold(event_id, pools=[places(85)]) for _ in range(2)]
    assert (await office.buyer(1).refusal(event_id, pools=[places(1)])).reason == "PLACES_TAKEN"
    await office.run_out(event_id, lost[0].hold_id)
    taken = await office.buyer(1).hold(event_id, pools=[places(80)])
    assert taken.pools[0].quantity == 80
    assert await office.facts(event_id, "HoldExpired") == [lost[0].hold_id]
    refusal = await office.buyer(2).refusal(event_id, pools=[places(6)])
    assert refusal.facts()["left"] == [{"poolId": "p1", "available": 5}]


async def test_expired_holds_do_not_count_against_a_buyers_limits(office: Office) -> None:
    event_id = await office.event(limits=Limits(4, 1, 4))
    buyer = office.buyer()
    hold = await buyer.hold(event_id, seat_ids=["s1", "s2", "s3", "s4"])
    assert (await buyer.refusal(event_id, seat_ids=["s5"])).reason == "HOLD_LIMIT"
    await office.run_out(event_id, hold.hold_id)
    assert (await buyer.hold(event_id, seat_ids=["s1", "s2", "s3", "s4"])).seats


async def test_the_best_seats_come_back_when_their_hold_runs_out(office: Office) -> None:
    event_id = await office.event()
    best = inventory_pb2.BestAvailable(quantity=10)
    lost = await office.buyer().hold(event_id, best_available=best)
    refusal = await office.buyer().refusal(event_id, best_available=best)
    assert refusal.reason == "NOTHING_FITS"
    await office.run_out(event_id, lost.hold_id)
    assert len((await office.buyer().hold(event_id, best_available=best)).seats) == 10
