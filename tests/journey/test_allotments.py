"""A fan club's evening: set aside, bought with a code, refunded, released; over HTTP, on the whole system."""

from typing import Any

import asyncpg
import pytest

from deploy.local.audit.checks import audit
from mesh import ids
from tests.people import Person, Site, in_days
from tests.polling import eventually
from tests.stack import Stack

CODE = "FAN-CLUB"

PLANTS = {
    "an access code in use more often than it may": (
        "UPDATE allotment_codes SET uses_max = 1 WHERE event_id = {event}",
        "UPDATE allotment_codes SET uses_max = NULL WHERE event_id = {event}",
    ),
    "a seat kept for an allotment that is released": (
        "UPDATE allotments SET state = 'RELEASED', end_time = now() WHERE event_id = {event}",
        "UPDATE allotments SET state = 'ACTIVE', end_time = NULL WHERE event_id = {event}",
    ),
}


@pytest.fixture
async def event(organiser: Person) -> dict[str, Any]:
    """An event of twenty seats, of which the first eight are the fan club's."""
    made = await organiser.seated_event(rows=1, seats=20)
    path = f"/v1/events/{made['eventId']}/allotments"
    what = {"name": "Fan club", "kind": "CHANNEL", "seatIds": [f"s{no}" for no in range(8)]}
    allotment = (await organiser.ask("POST", path, what)).expect(201)
    made["path"] = f"{path}/{allotment['allotmentId']}"
    codes = await organiser.ask("POST", f"{made['path']}:addCodes", {"codes": [CODE]})
    assert codes.expect(200)["codes"][0]["code"] == CODE
    return made


async def counts(organiser: Person, event: dict[str, Any]) -> tuple[int, int, int]:
    shown = (await organiser.ask("GET", event["path"])).expect(200)
    return shown["available"], shown["held"], shown["sold"]


async def test_a_fan_buys_with_a_code_and_the_refund_goes_back_to_the_fans(
    site: Site, organiser: Person, event: dict[str, Any]
) -> None:
    fan, stranger = await site.sign_in(), await site.sign_in()
    event_id = event["eventId"]
    refused = (await stranger.hold(event_id, seatIds=["s0"])).expect(409)
    assert (refused["reason"], refused["seatIds"]) == ("SEATS_TAKEN", ["s0"])
    wrong = (await stranger.hold(event_id, seatIds=["s0"], accessCode="FAN-CLOB")).expect(403)
    assert wrong["reason"] == "ACCESS_CODE_INVALID"
    path = f"/v1/events/{event_id}/accessCodes:check"
    opened = (await fan.ask("POST", path, {"accessCode": CODE})).expect(200)
    assert (opened["name"], len(opened["seatIds"])) == ("Fan club", 8)
    order = await fan.buy(event_id, bestAvailable={"quantity": 2}, accessCode=CODE)
    tickets = await fan.until_tickets(order["orderId"], 2)
    assert {ticket["seatId"] for ticket in tickets} <= set(opened["seatIds"])
    assert await counts(organiser, event) == (6, 0, 2)
    given_back = {"ticketIds": [tickets[0]["ticketId"]]}
    (await fan.ask("POST", f"/v1/orders/{order['orderId']}:refund", given_back)).expect(200)

    async def is_back() -> bool:
        return await counts(organiser, event) == (7, 0, 1)

    await eventually(is_back, within_seconds=30, what="the refunded seat among the fans'")
    refused = await stranger.hold(event_id, seatIds=[tickets[0]["seatId"]])
    assert refused.expect(409)["reason"] == "SEATS_TAKEN"


async def test_a_seat_released_by_time_is_on_sale_within_seconds(
    site: Site, organiser: Person, event: dict[str, Any]
) -> None:
    buyer = await site.sign_in()
    soon = {"releaseTime": in_days(2 / 86_400)}
    (await organiser.ask("PATCH", event["path"], soon)).expect(200)

    async def is_released() -> bool:
        shown = (await organiser.ask("GET", event["path"])).expect(200)
        return bool(shown["state"] == "RELEASED")

    await eventually(is_released, within_seconds=10, what="the release")
    (await buyer.hold(event["eventId"], seatIds=["s0", "s1"])).expect(201)


@pytest.mark.parametrize("what", PLANTS)
async def test_the_audit_names(stack: Stack, site: Site, event: dict[str, Any], what: str) -> None:
    for number in range(2):
        fan = await site.sign_in()
        (await fan.hold(event["eventId"], seatIds=[f"s{number}"], accessCode=CODE)).expect(201)
    plant, mend = (text.format(event=ids.parse_event(event["eventId"])) for text in PLANTS[what])
    connection = await asyncpg.connect(stack.database_dsn("inventory", superuser=True))
    try:
        await connection.execute(plant)
        assert 1 in await breached(stack, settle_seconds=0)
        await connection.execute(mend)
        assert 1 not in await breached(stack, settle_seconds=10)
    finally:
        await connection.close()


async def breached(stack: Stack, settle_seconds: float) -> set[int]:
    findings = await audit(stack.endpoints, "sk_test_local", settle_seconds=settle_seconds)
    return {finding.number for finding in findings if finding.breaches}
