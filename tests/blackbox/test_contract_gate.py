"""The gate takes whatever a scanner reads, and says no in its own words."""

from typing import Any
from uuid import uuid4

from tests.people import Person, Site, in_days


async def scan(gate: Person, event_id: str, *scans: dict[str, Any]) -> Any:
    body = {"eventId": event_id, "gateId": "Gate A", "scans": list(scans)}
    return await gate.ask("POST", "/v1/gate/scans", body)


async def test_a_code_that_nobody_can_read_is_denied_and_never_an_error(
    organiser: Person, gate: Person
) -> None:
    event_id = (await organiser.standing_event(5))["eventId"]
    codes = [
        "",
        " ",
        "garbage",
        "a.b.c",
        "\0",
        "a\0b",
        "🎸",
        "é" * 3000,
        "{}",
        "eyJhbGciOiJub25lIn0.e30.",
    ]
    scans = [{"scanId": uuid4().hex, "code": code, "scanTime": in_days(0)} for code in codes]
    results = (await scan(gate, event_id, *scans)).expect(200)["results"]
    assert [result["scanId"] for result in results] == [one["scanId"] for one in scans]
    assert {(result["verdict"], result["reason"]) for result in results} == {
        ("DENY", "NOT_OUR_TICKET")
    }


async def test_five_hundred_scans_go_in_a_call_in_their_order_and_not_one_more(
    organiser: Person, gate: Person
) -> None:
    event_id = (await organiser.standing_event(5))["eventId"]
    scans = [{"scanId": f"device-{number}", "code": "none"} for number in range(501)]
    refused = await scan(gate, event_id, *scans)
    assert (refused.status, refused.reason) == (400, "INVALID_ARGUMENT")
    results = (await scan(gate, event_id, *scans[:500])).expect(200)["results"]
    assert [result["scanId"] for result in results] == [one["scanId"] for one in scans[:500]]


async def test_a_scan_id_that_comes_again_replays_its_verdict(
    site: Site, organiser: Person, gate: Person
) -> None:
    event = await organiser.seated_event(rows=1, seats=5)
    buyer = await site.sign_in()
    order = await buyer.buy(event["eventId"], bestAvailable={"quantity": 1})
    code = (await buyer.until_tickets(order["orderId"], 1))[0]["code"]
    first = {"scanId": "s" * 64, "code": code, "scanTime": in_days(0)}
    for _ in range(2):
        result = (await scan(gate, event["eventId"], first)).expect(200)["results"][0]
        assert (result["verdict"], result["reason"]) == ("ADMIT", "")
    second = {"scanId": "other", "code": code, "scanTime": in_days(0)}
    for _ in range(2):
        result = (await scan(gate, event["eventId"], second)).expect(200)["results"][0]
        assert (result["verdict"], result["reason"]) == ("DENY", "ALREADY_ADMITTED")
        assert result["firstScan"]["gateId"] == "Gate A"
        assert result["firstScan"]["scanTime"]
    elsewhere = await organiser.seated_event(rows=1, seats=5)
    result = (await scan(gate, elsewhere["eventId"], first)).expect(200)["results"][0]
    assert (result["verdict"], result["reason"]) == ("DENY", "OTHER_EVENT")
