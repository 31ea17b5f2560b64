"""What buyers want of the system, each told from sign-in to the end, and what each must find there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from tests.faults.retrying_person import RetryingPerson, sign_in
from tests.people import Person, Site
from tests.polling import eventually

PARTY = {"quantity": 2}
ADMISSION_SECONDS = 90.0
UNTIL_SECONDS = 90.0
"""Until an order is paid, or its tickets are there, while parts of the system are away."""
SHORT_HOLD_SECONDS = 5
ENDED = ("PAID", "PARTIALLY_REFUNDED", "REFUNDED", "CANCELLED", "EXPIRED")


@dataclass
class Scene:
    """Where the journeys take place, and what has come of them so far."""

    site: Site
    gate: Person
    open_event_id: str
    room_event_id: str
    short_event_id: str
    """Its holds are over in seconds: for those who never pay."""
    club_event_id: str
    """Has places without seats."""
    steps_done: int = 0
    buyers: list[RetryingPerson] = field(default_factory=list)
    setbacks: Counter[str] = field(default_factory=Counter)


@dataclass
class Journey:
    """One buyer's way; `step` is where it stands."""

    scene: Scene
    buyer: RetryingPerson
    step: str = "signed in"

    def reach(self, step: str) -> None:
        """Notes a step as done."""
        self.step = step
        self.scene.steps_done += 1

    async def look(self, event_id: str) -> None:
        """Finds the event and sees what is free, as the page does."""
        event = (await self.buyer.ask("GET", f"/v1/events/{event_id}")).expect(200)
        (await self.buyer.ask("GET", "/v1/events", query=event["name"])).expect(200)
        (await self.buyer.ask("GET", f"/v1/events/{event_id}/availability")).expect(200)
        self.reach("looked")

    async def order(self, event_id: str, **what: Any) -> dict[str, Any]:
        """Holds two seats, or what is named, and orders them."""
        await self.look(event_id)
        wanted = what or {"bestAvailable": PARTY}
        hold = (await self.buyer.hold(event_id, **wanted)).expect(201)
        self.reach("held")
        order: dict[str, Any] = (await self.buyer.order(hold["holdId"])).expect(201)
        self.reach("ordered")
        return order

    async def pay(self, order: dict[str, Any]) -> list[dict[str, Any]]:
        """Pays an order; returns its two tickets."""
        paid = await self.buyer.pay(order)
        assert paid.status_code == 200, paid.text
        self.reach("authorised")
        await self.buyer.until_order(order["orderId"], "PAID", within_seconds=UNTIL_SECONDS)
        self.reach("paid")
        tickets = await self.buyer.until_tickets(order["orderId"], 2, UNTIL_SECONDS)
        self.reach("ticketed")
        return tickets

    async def refund(self, order: dict[str, Any], ticket_ids: list[str], state: str) -> None:
        """Gives tickets back."""
        path = f"/v1/orders/{order['orderId']}:refund"
        (await self.buyer.ask("POST", path, {"ticketIds": ticket_ids})).expect(200)
        self.reach("refund asked for")
        await self.buyer.until_order(order["orderId"], state, within_seconds=UNTIL_SECONDS)
        self.reach("refunded")


async def buys(journey: Journey) -> None:
    """The plain one."""
    await journey.pay(await journey.order(journey.scene.open_event_id))


async def stands(journey: Journey) -> None:
    """Wants no seat."""
    party = [{"poolId": "p1", **PARTY}]
    await journey.pay(await journey.order(journey.scene.club_event_id, pools=party))


async def pays_with_the_second_card(journey: Journey) -> None:
    """Is declined first."""
    order = await journey.order(journey.scene.open_event_id)
    declined = await journey.buyer.pay(order, "pm_card_visa_chargeDeclined")
    assert declined.status_code == 402, declined.text
    journey.reach("declined")
    await journey.pay(order)


async def never_pays(journey: Journey) -> None:
    """Leaves the page: the order must end by itself, and the seats come back."""
    hold = (await journey.buyer.hold(journey.scene.short_event_id, bestAvailable=PARTY)).expect(201)
    journey.reach("held")
    ordered = await journey.buyer.order(hold["holdId"])
    # What was away for longer than the hold lasted finds it gone, and says so.
    assert ordered.status == 201 or ordered.reason == "HOLD_EXPIRED", ordered
    journey.reach("ordered")


async def cancels(journey: Journey) -> None:
    """Thinks better of it before paying."""
    order = await journey.order(journey.scene.open_event_id)
    path = f"/v1/orders/{order['orderId']}:cancel"
    assert (await journey.buyer.ask("POST", path, {})).expect(200)["state"] == "CANCELLED"
    journey.reach("cancelled")


async def gives_one_back(journey: Journey) -> None:
    """A friend cannot come."""
    order = await journey.order(journey.scene.open_event_id)
    tickets = await journey.pay(order)
    await journey.refund(order, [tickets[0]["ticketId"]], "PARTIALLY_REFUNDED")


async def gives_all_back(journey: Journey) -> None:
    """Nobody can come."""
    order = await journey.order(journey.scene.open_event_id)
    tickets = await journey.pay(order)
    await journey.refund(order, [ticket["ticketId"] for ticket in tickets], "REFUNDED")


async def waits_in_line(journey: Journey) -> None:
    """Joins the line, is let in, buys and leaves."""
    buyer, event_id = journey.buyer, journey.scene.room_event_id
    room = f"/v1/events/{event_id}/room"
    place = (await buyer.ask("POST", f"{room}:join", {})).expect(200)
    journey.reach("in line")

    async def admitted() -> str:
        reply = await buyer.ask("POST", f"{room}:claim", {"joinToken": place["joinToken"]})
        if reply.status == 409 and reply.reason == "NOT_YET":
            return ""
        return str(reply.expect(200)["admissionToken"])

    buyer.admission_token = await eventually(
        admitted, within_seconds=ADMISSION_SECONDS, what="the admission"
    )
    journey.reach("admitted")
    await journey.pay(await journey.order(event_id))


async def goes_there(journey: Journey) -> None:
    """Walks in once; the same code opens the gate to nobody else."""
    event_id = journey.scene.open_event_id
    tickets = await journey.pay(await journey.order(event_id))
    code = tickets[0]["code"]
    first = (await journey.scene.gate.scan(event_id, code, gate_id="Gate A"))[0]
    assert first["verdict"] == "ADMIT", first
    journey.reach("let in")
    second = (await journey.scene.gate.scan(event_id, code, gate_id="Gate B"))[0]
    assert (second["verdict"], second["reason"]) == ("DENY", "ALREADY_ADMITTED"), second
    assert second["firstScan"]["gateId"] == "Gate A", second


KINDS: tuple[Callable[[Journey], Awaitable[None]], ...] = (
    buys,
    waits_in_line,
    gives_one_back,
    pays_with_the_second_card,
    goes_there,
    never_pays,
    gives_all_back,
    stands,
    cancels,
)


async def travel(scene: Scene, number: int) -> str:
    """Makes the journey of a number; returns what failed, or nothing."""
    kind = KINDS[number % len(KINDS)]
    step = "signing in"
    try:
        buyer = await sign_in(scene.site, scene.setbacks)
        scene.buyers.append(buyer)
        journey = Journey(scene, buyer)
        journey.reach("signed in")
        try:
            await kind(journey)
        finally:
            step = journey.step
    except AssertionError as failed:
        return f"{kind.__name__}, after {step}: {failed}"
    return ""


async def set_the_scene(site: Site, *, rows: int) -> Scene:
    """Makes the events that the journeys go to."""
    organiser = await site.sign_in_with("organiser")
    staff = await site.sign_in_with("gate")
    gate = RetryingPerson(site, staff.email, staff.token, staff.account_id)
    open_event = await organiser.seated_event(rows=rows, seats=50)
    club_event = await organiser.standing_event(capacity=50 * rows)
    room_event = await organiser.seated_event(rows=rows, seats=50)
    short_event = await organiser.seated_event(rows=rows, seats=50, holdSeconds=SHORT_HOLD_SECONDS)
    room = f"/v1/events/{room_event['eventId']}/room"
    (await organiser.ask("PUT", room, {"capacity": 8})).expect(200)
    return Scene(
        site,
        gate,
        open_event_id=open_event["eventId"],
        room_event_id=room_event["eventId"],
        short_event_id=short_event["eventId"],
        club_event_id=club_event["eventId"],
    )
