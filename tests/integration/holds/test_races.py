"""Many buyers at once, over four processes: nobody wins twice, nobody loses without a reason."""

import asyncio
from collections import Counter

from inventory_svc.holds.errors import NothingFits, PlacesTaken, SeatsTaken
from inventory_svc.plans.generator import Block
from inventory_svc.plans.plan import Pool
from protos.inventory.v1 import inventory_pb2
from tests.integration.holds.conftest import Office, outcomes


async def test_of_two_hundred_buyers_one_gets_the_two_seats(office: Office) -> None:
    """Tried: without the locks on seats and the conditions of take_seats, three of four processes sold the pair."""
    event_id = await office.event()
    await office.warm(event_id)
    holds, refusals = await outcomes(
        [office.buyer(number).hold(event_id, seat_ids=["s4", "s5"]) for number in range(200)]
    )
    assert [[seat.seat_id for seat in hold.seats] for hold in holds] == [["s4", "s5"]]
    assert {type(refusal) for refusal in refusals} == {SeatsTaken}
    assert {tuple(refusal.facts()["seatIds"]) for refusal in refusals} == {("s4", "s5")}  # type: ignore[arg-type]
    assert await office.value("SELECT count(*) FROM holds WHERE event_id = $1", event_id) == 1


async def test_parties_that_overlap_get_all_their_seats_or_none(office: Office) -> None:
    event_id = await office.event()
    await office.warm(event_id)
    parties = [[f"s{(first + step) % 10}" for step in range(3)] for first in range(10)] * 10
    holds, _ = await outcomes(
        [
            office.buyer(number).hold(event_id, seat_ids=party)
            for number, party in enumerate(parties)
        ]
    )
    sold = Counter(seat.seat_id for hold in holds for seat in hold.seats)
    assert holds
    assert max(sold.values()) == 1
    assert all(len(hold.seats) == 3 for hold in holds)
    held = await office.value(
        "SELECT count(*) FROM seats WHERE event_id = $1 AND state = 1", event_id
    )
    assert held == len(sold)


async def test_parties_of_three_share_the_last_twenty_places(office: Office) -> None:
    """Tried: without the locks on pool shards and the table's own checks, 51 of the 20 places were sold."""
    event_id = await office.event(pools=(Pool("Floor", "Floor", 170),))
    await office.warm(event_id)
    for process, quantity in enumerate((50, 50, 25, 25)):
        await office.buyer(process).hold(event_id, pools=[_places(quantity)])
    holds, refusals = await outcomes(
        [office.buyer(number).hold(event_id, pools=[_places(3)]) for number in range(50)]
    )
    assert sum(pool.quantity for hold in holds for pool in hold.pools) == 18
    assert len(holds) == 6
    assert {type(refusal) for refusal in refusals} == {PlacesTaken}
    assert refusals[0].facts()["poolIds"] == ["p1"]
    available, held = (
        await office.rows(
            "SELECT sum(available), sum(held) FROM pool_shards WHERE event_id = $1", event_id
        )
    )[0]
    assert (available, held) == (2, 168)


async def test_the_best_seats_go_once_each_to_everybody_who_asks_at_once(office: Office) -> None:
    event_id = await office.event(Block("Stalls", "Front", rows=10, seats_per_row=20))
    await office.warm(event_id)
    best = inventory_pb2.BestAvailable(quantity=2)
    holds, refusals = await outcomes(
        [office.buyer(number).hold(event_id, best_available=best) for number in range(110)]
    )
    sold = Counter(seat.seat_id for hold in holds for seat in hold.seats)
    assert max(sold.values()) == 1
    assert {refusal.reason for refusal in refusals} == {"NOTHING_FITS"}
    # Whoever was refused was right to be: no two neighbours are left.
    free = {
        (row["row_no"], row["row_seat_no"])
        for row in await office.rows(
            "SELECT row_no, row_seat_no FROM seats WHERE event_id = $1 AND state = 0", event_id
        )
    }
    assert len(free) == 200 - 2 * len(holds)
    assert not any((row_no, place + 1) in free for row_no, place in free)


def _places(quantity: int) -> inventory_pb2.PoolQuantity:
    return inventory_pb2.PoolQuantity(pool_id="p1", quantity=quantity)


async def test_four_processes_sell_a_house_out_to_the_last_seat(office: Office) -> None:
    """Tried: when all processes went on looking at the very best seats and a party had 8 rounds, callers were told to
    try again. With the 32 rounds that it has now either of the two suffices here.
    """
    event_id = await office.event(Block("Stalls", "Front", rows=6, seats_per_row=15))
    await office.warm(event_id)
    best = inventory_pb2.BestAvailable(quantity=1)

    async def buy_until_nothing_is_left(number: int) -> int:
        bought = 0
        while True:
            try:
                bought += len(
                    (await office.buyer(number).hold(event_id, best_available=best)).seats
                )
            except NothingFits:
                return bought

    assert sum(await asyncio.gather(*[buy_until_nothing_is_left(n) for n in range(16)])) == 90
