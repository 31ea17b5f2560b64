"""The line keeps its promises: the draw's order, a free slot for the next, and refusals that say what to do."""

import asyncio
import hashlib
import hmac
from typing import Any

from tests.people import Person, Reply, Site, in_days
from tests.polling import eventually

SECONDS_A_DAY = 86_400


def rank(seed: str, account_id: str) -> float:
    """The draw as its definition has it: anyone can recompute it."""
    digest = hmac.new(bytes.fromhex(seed), account_id.encode(), hashlib.sha256).digest()
    return int.from_bytes(digest, "big") / 2**256


async def claim(buyer: Person, path: str, join_token: str) -> Reply:
    return await buyer.ask("POST", f"{path}:claim", {"joinToken": join_token})


async def test_at_the_opening_the_lowest_ranks_of_the_draw_are_in_and_nobody_else(
    site: Site, organiser: Person
) -> None:
    event = await organiser.seated_event(rows=2, seats=10)
    path = f"/v1/events/{event['eventId']}/room"
    buyers = [await site.sign_in() for _ in range(8)]
    room = {"capacity": 3, "openTime": in_days(8 / SECONDS_A_DAY)}
    scheduled = (await organiser.ask("PUT", path, room)).expect(200)
    assert (scheduled["state"], scheduled["seed"]) == ("SCHEDULED", "")
    places = [(await buyer.ask("POST", f"{path}:join", {})).expect(200) for buyer in buyers]
    early = await claim(buyers[0], path, places[0]["joinToken"])
    assert (early.status, early.reason) == (409, "NOT_YET")
    assert int(early.headers["retry-after"]) >= 1

    async def opened() -> str:
        document = (await site.request("GET", path)).expect(200)
        return str(document["seed"]) if document["state"] == "OPEN" else ""

    seed = await eventually(opened, within_seconds=20, what="the opening")
    assert hashlib.sha256(bytes.fromhex(seed)).hexdigest() == scheduled["commitment"]
    by_rank = sorted(
        zip(buyers, places, strict=True), key=lambda one: rank(seed, one[0].account_id)
    )

    async def three_are_in() -> list[int]:
        replies = await asyncio.gather(*[claim(b, path, p["joinToken"]) for b, p in by_rank])
        statuses = [reply.status for reply in replies]
        return statuses if statuses.count(200) >= 3 else []

    statuses = await eventually(three_are_in, within_seconds=5, what="three admissions")
    assert statuses == [200] * 3 + [409] * 5
    (await by_rank[1][0].ask("POST", f"{path}:leave", {})).expect(204)

    async def next_is_in() -> bool:
        buyer, place = by_rank[3]
        return (await claim(buyer, path, place["joinToken"])).status == 200

    await eventually(next_is_in, within_seconds=5, what="the fourth in the freed slot")


async def test_an_admission_opens_the_doors_of_its_buyer_and_its_event_only(
    site: Site, organiser: Person
) -> None:
    event = await organiser.seated_event(rows=1, seats=10)
    other_event = await organiser.seated_event(rows=1, seats=10)
    for one in (event, other_event):
        room = await organiser.ask("PUT", f"/v1/events/{one['eventId']}/room", {"capacity": 5})
        assert room.expect(200)["state"] == "OPEN"
    path = f"/v1/events/{event['eventId']}/room"
    buyer, other = await site.sign_in(), await site.sign_in()
    place = (await buyer.ask("POST", f"{path}:join", {})).expect(200)
    stolen = await claim(other, path, place["joinToken"])
    assert stolen.status == 403

    async def admitted() -> str:
        reply = await claim(buyer, path, place["joinToken"])
        return str(reply.body["admissionToken"]) if reply.status == 200 else ""

    token = await eventually(admitted, within_seconds=5, what="the admission")
    wanted: dict[str, Any] = {"bestAvailable": {"quantity": 1}}
    refusals = (
        (buyer, event, "", "ADMISSION_REQUIRED"),
        (buyer, event, "garbage", "ADMISSION_INVALID"),
        (buyer, event, token[:-4] + "AAAA", "ADMISSION_INVALID"),
        (buyer, other_event, token, "ADMISSION_INVALID"),
        (other, event, token, "ADMISSION_INVALID"),
    )
    for person, of_event, sent, reason in refusals:
        person.admission_token = sent
        refused = await person.hold(of_event["eventId"], **wanted)
        assert (refused.status, refused.reason) == (403, reason), sent[:10]
    buyer.admission_token = token
    (await buyer.hold(event["eventId"], **wanted)).expect(201)


async def test_a_join_that_is_sent_again_gets_its_place_and_a_second_join_a_later_one(
    site: Site, organiser: Person
) -> None:
    event = await organiser.seated_event(rows=1, seats=10)
    path = f"/v1/events/{event['eventId']}/room"
    (await organiser.ask("PUT", path, {"capacity": 5})).expect(200)
    buyer = await site.sign_in()
    sent = [buyer.ask("POST", f"{path}:join", {}, key="the same") for _ in range(5)]
    places = [reply.expect(200) for reply in await asyncio.gather(*sent)]
    assert all(place == places[0] for place in places)
    later = (await buyer.ask("POST", f"{path}:join", {})).expect(200)
    assert int(later["sequence"]) > int(places[0]["sequence"])
