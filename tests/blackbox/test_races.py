"""Everybody wants the same seats: one wins, and nobody gets less or more than was asked."""

import asyncio
from collections import Counter

from tests.people import Person, Site, seat_ids

SIGN_INS_AT_ONCE = 20


async def people(site: Site, count: int) -> list[Person]:
    gate = asyncio.Semaphore(SIGN_INS_AT_ONCE)

    async def one() -> Person:
        async with gate:
            return await site.sign_in()

    return list(await asyncio.gather(*[one() for _ in range(count)]))


async def test_two_hundred_buyers_race_for_two_seats_and_one_wins(
    site: Site, organiser: Person
) -> None:
    """Three guards stand here, tried one by one: Placing._can_take, the conditions of take_seats, the marks in Valkey.

    Tried: without all three, all 200 win. Without the first and the last, take_seats still lets one win, and the others
    run into their deadline. What the row locks add needs several processes: tests/integration/holds/test_races.py.
    """
    event = await organiser.seated_event(rows=1, seats=10)
    seat_map = (await site.request("GET", f"/v1/events/{event['eventId']}/seatmap")).expect(200)
    wanted = seat_ids(seat_map)[4:6]
    buyers = await people(site, 200)
    replies = await asyncio.gather(*[b.hold(event["eventId"], seatIds=wanted) for b in buyers])
    assert Counter(reply.status for reply in replies) == {201: 1, 409: 199}
    for reply in replies:
        if reply.status == 409:
            assert reply.reason == "SEATS_TAKEN"
            assert sorted(reply.body["seatIds"]) == sorted(wanted)


async def test_fifty_buyers_in_threes_race_for_the_last_twenty_places_and_eighteen_are_sold(
    site: Site, organiser: Person
) -> None:
    """Tried: without the counting in pools.take a seventh party is let in, to the last two places.

    What the locks on the shards add needs several processes: tests/integration/holds/test_races.py.
    """
    event = await organiser.standing_event(capacity=20)
    seat_map = (await site.request("GET", f"/v1/events/{event['eventId']}/seatmap")).expect(200)
    pool_id = seat_map["pools"][0]["poolId"]
    buyers = await people(site, 50)
    party = [{"poolId": pool_id, "quantity": 3}]
    replies = await asyncio.gather(*[b.hold(event["eventId"], pools=party) for b in buyers])
    won = [(b, r.body) for b, r in zip(buyers, replies, strict=True) if r.status == 201]
    assert len(won) == 6
    assert {r.reason for r in replies if r.status != 201} == {"PLACES_TAKEN"}
    for buyer, hold in won:
        order = (await buyer.order(hold["holdId"])).expect(201)
        assert (await buyer.pay(order)).status_code == 200
    for buyer, hold in won:
        orders = (await buyer.ask("GET", "/v1/orders")).expect(200)["orders"]
        assert [order["holdId"] for order in orders] == [hold["holdId"]]
        paid = await buyer.until_order(orders[0]["orderId"], "PAID")
        tickets = await buyer.until_tickets(paid["orderId"], 3)
        assert {ticket["poolId"] for ticket in tickets} == {pool_id}


async def test_one_idempotency_key_sent_twenty_times_at_once_holds_once(
    site: Site, organiser: Person
) -> None:
    event = await organiser.seated_event(rows=1, seats=30)
    buyer = await site.sign_in()
    best = {"quantity": 2}
    replies = await asyncio.gather(
        *[buyer.hold(event["eventId"], key="same", bestAvailable=best) for _ in range(20)]
    )
    assert {reply.status for reply in replies} == {201}
    assert len({reply.body["holdId"] for reply in replies}) == 1
    other = await buyer.hold(event["eventId"], key="same", bestAvailable={"quantity": 1})
    assert (other.status, other.reason) == (409, "IDEMPOTENCY_KEY_REUSED")
