"""From search to the gate and back: the whole journey over HTTP, and what can go wrong with its money."""

import asyncio
import base64
import json

from tests.people import Person, Site, in_days, seat_ids
from tests.polling import eventually


async def until_found(site: Site, event_id: str, **params: str) -> None:
    async def found() -> bool:
        reply = await site.request("GET", "/v1/events", params={**params, "pageSize": 100})
        return event_id in [event["eventId"] for event in reply.expect(200)["events"]]

    await eventually(found, within_seconds=10, what=f"{event_id} in search")


async def test_a_seat_is_found_bought_scanned_once_and_given_back(
    site: Site, organiser: Person, gate: Person
) -> None:
    event = await organiser.seated_event(name="Quiet Nordic Thunder", rows=4, seats=10)
    event_id = event["eventId"]
    await until_found(site, event_id, query="Nordik Thunder")
    seat_map = (await site.request("GET", f"/v1/events/{event_id}/seatmap")).expect(200)
    wanted = seat_ids(seat_map)[:2]

    buyer = await site.sign_in()
    hold = (await buyer.hold(event_id, seatIds=wanted)).expect(201)
    assert hold["state"] == "HELD"
    assert [seat["seatId"] for seat in hold["seats"]] == wanted
    assert hold["total"] == {"amountMinor": "10000", "currencyCode": "EUR"}
    order = (await buyer.order(hold["holdId"])).expect(201)
    assert order["state"] == "AWAITING_PAYMENT"
    assert order["total"] == hold["total"]
    assert (await buyer.pay(order)).json()["status"] == "requires_capture"
    await buyer.until_order(order["orderId"], "PAID")
    tickets = await buyer.until_tickets(order["orderId"], 2)
    assert {ticket["seatId"] for ticket in tickets} == set(wanted)

    code = tickets[0]["code"]
    header = json.loads(base64.urlsafe_b64decode(code.split(".")[0] + "=="))
    assert header["alg"] == "EdDSA"
    jwks = (await site.request("GET", "/.well-known/jwks.json")).expect(200)
    assert header["kid"] in [key["kid"] for key in jwks["keys"]]
    for suffix, start in ((".svg", b"<"), (".png", b"\x89PNG"), (".pdf", b"%PDF")):
        drawn = await buyer.ask("GET", f"/v1/tickets/{tickets[0]['ticketId']}{suffix}")
        assert drawn.expect(200)[:10].lstrip().startswith(start)

    async def mailed() -> bool:
        subjects = [mail["Subject"] for mail in await site.mails(buyer.email)]
        return len(subjects) >= 2

    await eventually(mailed, within_seconds=15, what="the mail with the tickets")

    first = (await gate.scan(event_id, code, gate_id="Gate B"))[0]
    assert first["verdict"] == "ADMIT"
    second = (await gate.scan(event_id, code, gate_id="Gate C"))[0]
    assert (second["verdict"], second["reason"]) == ("DENY", "ALREADY_ADMITTED")
    assert second["firstScan"]["gateId"] == "Gate B"

    unused = tickets[1]["ticketId"]
    path = f"/v1/orders/{order['orderId']}:refund"
    (await buyer.ask("POST", path, {"ticketIds": [unused]})).expect(200)
    refunded = await buyer.until_order(order["orderId"], "PARTIALLY_REFUNDED")
    assert refunded["refunded"]["amountMinor"] == "5000"
    denied = (await gate.scan(event_id, tickets[1]["code"]))[0]
    assert (denied["verdict"], denied["reason"]) == ("DENY", "REFUNDED")

    other = await site.sign_in()

    async def returned() -> bool:
        return (await other.hold(event_id, seatIds=[tickets[1]["seatId"]])).status == 201

    await eventually(returned, within_seconds=15, what="the return of the seat")


async def test_the_line_lets_in_and_only_with_an_admission_are_seats_held(
    site: Site, organiser: Person
) -> None:
    event = await organiser.seated_event(rows=2, seats=10)
    path = f"/v1/events/{event['eventId']}/room"
    assert (await site.request("GET", path)).reason == "ROOM_NOT_FOUND"
    room = (await organiser.ask("PUT", path, {"capacity": 2})).expect(200)
    assert room["state"] == "OPEN"
    buyer, other = await site.sign_in(), await site.sign_in()
    best = {"bestAvailable": {"quantity": 2}}
    assert (await buyer.hold(event["eventId"], **best)).reason == "ADMISSION_REQUIRED"
    place = (await buyer.ask("POST", f"{path}:join", {})).expect(200)

    async def admitted() -> str:
        reply = await buyer.ask("POST", f"{path}:claim", {"joinToken": place["joinToken"]})
        if reply.status == 409:
            assert reply.reason == "NOT_YET"
            assert reply.headers["retry-after"]
            return ""
        return str(reply.expect(200)["admissionToken"])

    buyer.admission_token = await eventually(admitted, within_seconds=5, what="the admission")
    (await buyer.hold(event["eventId"], **best)).expect(201)
    other.admission_token = buyer.admission_token
    stolen = await other.hold(event["eventId"], **best)
    assert (stolen.status, stolen.reason) == (403, "ADMISSION_INVALID")
    (await buyer.ask("POST", f"{path}:leave", {})).expect(204)
    after = await buyer.hold(event["eventId"], **best)
    assert (after.status, after.reason) == (403, "ADMISSION_INVALID")


async def test_a_declined_card_leaves_the_order_and_another_card_pays_it(
    site: Site, organiser: Person
) -> None:
    event = await organiser.seated_event(rows=1, seats=5)
    buyer = await site.sign_in()
    hold = (await buyer.hold(event["eventId"], bestAvailable={"quantity": 1})).expect(201)
    order = (await buyer.order(hold["holdId"])).expect(201)
    declined = await buyer.pay(order, "pm_card_visa_chargeDeclined")
    assert (declined.status_code, declined.json()["error"]["code"]) == (402, "card_declined")
    again = (await buyer.ask("GET", f"/v1/orders/{order['orderId']}")).expect(200)
    assert again["state"] == "AWAITING_PAYMENT"
    assert again["payment"]["paymentIntentId"] == order["payment"]["paymentIntentId"]
    assert (await buyer.pay(order)).status_code == 200
    await buyer.until_order(order["orderId"], "PAID")


async def test_a_hold_that_runs_out_ends_its_order_and_frees_the_seat(
    site: Site, organiser: Person
) -> None:
    event = await organiser.seated_event(rows=1, seats=1, holdSeconds=2)
    buyer, other = await site.sign_in(), await site.sign_in()
    hold = (await buyer.hold(event["eventId"], bestAvailable={"quantity": 1})).expect(201)
    order = (await buyer.order(hold["holdId"])).expect(201)

    async def free() -> bool:
        reply = await other.hold(event["eventId"], bestAvailable={"quantity": 1})
        return reply.status == 201

    await eventually(free, within_seconds=10, what="the seat's return")
    ended = await buyer.until_order(order["orderId"], "EXPIRED", within_seconds=60)
    assert ended["endReason"] in ("HOLD_EXPIRED", "SEATS_GONE")
    late = await buyer.pay(order)
    assert late.status_code == 400, "the intent of an ended order takes no money"


async def test_a_payment_after_the_hold_expired_takes_the_seat_again_or_takes_no_money(
    site: Site, organiser: Person
) -> None:
    event = await organiser.seated_event(rows=1, seats=2, holdSeconds=2)
    buyer, other = await site.sign_in(), await site.sign_in()
    orders = []
    for _ in range(2):
        hold = (await buyer.hold(event["eventId"], bestAvailable={"quantity": 1})).expect(201)
        orders.append((await buyer.order(hold["holdId"])).expect(201))
    taken = orders[0]["lines"][0]["seatId"]

    async def gone() -> bool:
        return (await other.hold(event["eventId"], seatIds=[taken])).status == 201

    await eventually(gone, within_seconds=10, what="the loss of the first seat")
    outcomes = await asyncio.gather(*[buyer.pay(order) for order in orders])
    lost = await buyer.until_order(orders[0]["orderId"], "EXPIRED", within_seconds=60)
    assert lost["payment"]["paymentIntentId"]
    final = await buyer.until_order(orders[1]["orderId"], "PAID", "EXPIRED", within_seconds=60)
    for order, paid, state in zip(orders, outcomes, ("EXPIRED", final["state"]), strict=True):
        intent_id = order["payment"]["paymentIntentId"]
        intent = await site.client.get(
            f"{site.stripe_url}/v1/payment_intents/{intent_id}", auth=("sk_test_local", "")
        )
        received = intent.json()["amount_received"]
        assert received == (5000 if state == "PAID" else 0), (paid.status_code, state)


async def test_a_cancelled_order_takes_nothing_and_gives_the_seats_back(
    site: Site, organiser: Person
) -> None:
    event = await organiser.seated_event(rows=1, seats=2)
    buyer, other = await site.sign_in(), await site.sign_in()
    hold = (await buyer.hold(event["eventId"], bestAvailable={"quantity": 2})).expect(201)
    order = (await buyer.order(hold["holdId"])).expect(201)
    cancelled = await buyer.ask("POST", f"/v1/orders/{order['orderId']}:cancel", {})
    assert cancelled.expect(200)["state"] == "CANCELLED"

    async def free() -> bool:
        return (await other.hold(event["eventId"], bestAvailable={"quantity": 2})).status == 201

    await eventually(free, within_seconds=10, what="the seats' return")


async def test_a_cancelled_event_refunds_everybody_and_sells_nothing(
    site: Site, organiser: Person, gate: Person
) -> None:
    event = await organiser.seated_event(rows=2, seats=10)
    event_id = event["eventId"]
    buyers = [await site.sign_in() for _ in range(3)]
    orders = [await buyer.buy(event_id, bestAvailable={"quantity": 2}) for buyer in buyers]
    tickets = await buyers[0].until_tickets(orders[0]["orderId"], 2)
    (await organiser.ask("POST", f"/v1/events/{event_id}:cancel", {})).expect(200)
    refused = await buyers[0].hold(event_id, bestAvailable={"quantity": 1})
    assert refused.status == 409
    for buyer, order in zip(buyers, orders, strict=True):
        done = await buyer.until_order(order["orderId"], "REFUNDED", within_seconds=60)
        assert done["refunded"] == done["total"]
    assert (await gate.scan(event_id, tickets[0]["code"]))[0]["verdict"] == "DENY"

    async def done() -> bool:
        reply = await organiser.ask("GET", f"/v1/events/{event_id}/cancellation")
        return bool(reply.expect(200)["state"] == "DONE" and reply.body["doneCount"] >= 3)

    await eventually(done, within_seconds=60, what="the end of the cancellation")


async def test_a_sale_that_has_not_opened_sells_nothing(site: Site, organiser: Person) -> None:
    event = await organiser.seated_event(rows=1, seats=2, saleOpenTime=in_days(1))
    buyer = await site.sign_in()
    refused = await buyer.hold(event["eventId"], bestAvailable={"quantity": 1})
    assert refused.status == 409
