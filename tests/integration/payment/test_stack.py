"""Money through the whole stack, over HTTP: the real inventory, tickets, broker and Stripe."""

import asyncio
import time
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.people import Person, Site
from tests.polling import eventually
from tests.stack import Stack

pytestmark = pytest.mark.stack


@pytest.fixture
async def site(stack: Stack) -> AsyncIterator[Site]:
    people = Site(stack.edge_url, stack.mailbox_url, stack.stripe_url, stack._environment)
    yield people
    async with httpx.AsyncClient(trust_env=False) as client:
        await client.delete(f"{stack.stripe_url}/_local/faults")
    await people.close()


@pytest.fixture
async def organiser(site: Site) -> Person:
    return await site.sign_in_with("organiser")


async def fault(site: Site, **rule: object) -> None:
    (await site.client.post(f"{site.stripe_url}/_local/faults", json=rule)).raise_for_status()


async def intent_of(site: Site, order: dict) -> dict:
    found = await site.client.get(
        f"{site.stripe_url}/v1/payment_intents/{order['payment']['paymentIntentId']}",
        auth=("sk_test_local", ""),
    )
    return found.json()


async def placed(buyer: Person, event_id: str, *seats: str) -> dict:
    hold = (await buyer.hold(event_id, seatIds=list(seats))).expect(201)
    order: dict = (await buyer.order(hold["holdId"])).expect(201)
    return order


async def test_a_buyer_sees_the_order_paid_within_a_second(site: Site, organiser: Person) -> None:
    event = await organiser.seated_event()
    buyer = await site.sign_in()
    await buyer.buy(event["eventId"], seatIds=["s0"])  # warms every connection
    order = await placed(buyer, event["eventId"], "s1", "s2")
    began = time.monotonic()
    assert (await buyer.pay(order)).json()["status"] == "requires_capture"
    paid = await buyer.until_order(order["orderId"], "PAID")
    seconds = time.monotonic() - began
    assert seconds < 3, f"{seconds:.2f} s, while other tests load the machine"
    assert paid["total"] == {"amountMinor": "10000", "currencyCode": "EUR"}
    tickets = await buyer.until_tickets(order["orderId"], 2)
    one = [tickets[0]["ticketId"]]
    quote = (
        await buyer.ask("POST", f"/v1/orders/{order['orderId']}:quoteRefund", {"ticketIds": one})
    ).expect(200)
    assert quote["amount"]["amountMinor"] == "5000"
    refund = await buyer.ask("POST", f"/v1/orders/{order['orderId']}:refund", {"ticketIds": one})
    refunded = refund.expect(200)
    assert refunded["state"] == "PARTIALLY_REFUNDED"
    assert refunded["refunds"][0]["state"] == "SUCCEEDED"
    again = await buyer.ask("POST", f"/v1/orders/{order['orderId']}:refund", {"ticketIds": one})
    assert (again.status, again.reason) == (409, "TICKET_NOT_ACTIVE")
    assert again.body["ticketId"] == one[0]
    rest = await buyer.ask("POST", f"/v1/orders/{order['orderId']}:refund", {})
    assert rest.expect(200)["state"] == "REFUNDED"
    other = await site.sign_in()
    await placed(other, event["eventId"], "s1", "s2")  # the seats are for sale again
    sales = (await organiser.ask("GET", f"/v1/events/{event['eventId']}/sales")).expect(200)
    assert (sales["orderCount"], sales["refundedCount"], sales["net"]["amountMinor"]) == (
        2,
        2,
        "5000",
    )


async def test_a_cancelled_order_gives_its_seats_to_the_next_at_once(
    site: Site, organiser: Person
) -> None:
    event = await organiser.seated_event()
    buyer, next_buyer = await site.sign_in(), await site.sign_in()
    order = await placed(buyer, event["eventId"], "s5")
    foreign = await next_buyer.ask("POST", f"/v1/orders/{order['orderId']}:cancel", {})
    assert (foreign.status, foreign.reason) == (404, "ORDER_NOT_FOUND")
    cancelled = (await buyer.ask("POST", f"/v1/orders/{order['orderId']}:cancel", {})).expect(200)
    assert (cancelled["state"], cancelled["endReason"]) == ("CANCELLED", "BUYER")
    assert (await intent_of(site, order))["status"] == "canceled"
    await placed(next_buyer, event["eventId"], "s5")


async def test_a_hold_that_ends_ends_its_order_and_a_late_payment_finds_it(
    site: Site, organiser: Person
) -> None:
    event = await organiser.seated_event(holdSeconds=4)
    abandons, late, loses = [await site.sign_in() for _ in range(3)]
    abandoned = await placed(abandons, event["eventId"], "s0")
    in_time = await placed(late, event["eventId"], "s1")
    too_late = await placed(loses, event["eventId"], "s2")
    await fault(site, action="drop_webhook", count=None)
    rival = await site.sign_in()

    async def taken_by_a_rival() -> bool:
        return (await rival.hold(event["eventId"], seatIds=["s2"])).status == 201

    await eventually(taken_by_a_rival, within_seconds=15, what="the end of the hold")
    await late.pay(in_time)
    await loses.pay(too_late)
    expired = await abandons.until_order(abandoned["orderId"], "EXPIRED", within_seconds=60)
    assert expired["endReason"] == "HOLD_EXPIRED"
    assert (await intent_of(site, abandoned))["status"] == "canceled"
    ended = await loses.until_order(too_late["orderId"], "PAID", "EXPIRED", within_seconds=60)
    assert ended["state"] == "EXPIRED"
    assert (await intent_of(site, too_late))["amount_received"] == 0
    # Paid before the order had ended it has its seat, else its payment was refused: never one without the other.
    either = await late.until_order(in_time["orderId"], "PAID", "EXPIRED", within_seconds=60)
    received = (await intent_of(site, in_time))["amount_received"]
    assert received == (5_000 if either["state"] == "PAID" else 0)


async def test_cancelling_an_event_refunds_everybody(site: Site, organiser: Person) -> None:
    event = await organiser.seated_event()
    buyers = [await site.sign_in() for _ in range(3)]
    orders = [
        await buyer.buy(event["eventId"], seatIds=[f"s{n}"]) for n, buyer in enumerate(buyers)
    ]
    waiting = await placed(buyers[0], event["eventId"], "s9")
    (await organiser.ask("POST", f"/v1/events/{event['eventId']}:cancel", {})).expect(200)

    async def done() -> bool:
        path = f"/v1/events/{event['eventId']}/cancellation"
        progress = (await organiser.ask("GET", path)).expect(200)
        return progress["state"] == "DONE" and progress["doneCount"] == 4

    await eventually(done, within_seconds=60, what="the refund of everybody")
    for buyer, order in zip(buyers, orders, strict=True):
        now = (await buyer.ask("GET", f"/v1/orders/{order['orderId']}")).expect(200)
        assert (now["state"], now["refunded"]["amountMinor"]) == ("REFUNDED", "5000")
    ended = (await buyers[0].ask("GET", f"/v1/orders/{waiting['orderId']}")).expect(200)
    assert (ended["state"], ended["endReason"]) == ("CANCELLED", "EVENT_CANCELLED")


async def test_payment_killed_in_the_middle_of_twenty_purchases_finishes_them_all(
    stack: Stack, site: Site, organiser: Person
) -> None:
    event = await organiser.seated_event()
    buyers = [await site.sign_in() for _ in range(10)]
    orders = [
        await placed(buyer, event["eventId"], f"s{n}", f"s{n + 50}")
        for n, buyer in enumerate(buyers)
    ]
    await asyncio.gather(*[buyer.pay(order) for buyer, order in zip(buyers, orders, strict=True)])
    killed = stack.kill("payment")
    await asyncio.to_thread(stack.wait_until_restarted, "payment", killed)
    for buyer, order in zip(buyers, orders, strict=True):
        await buyer.until_order(order["orderId"], "PAID", within_seconds=60)
        await buyer.until_tickets(order["orderId"], 2)
        assert (await intent_of(site, order))["amount_received"] == 10_000
