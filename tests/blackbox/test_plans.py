"""A real-sized plan, imported and sold out seat by seat by twelve buyers at once."""

import asyncio
import json
from collections import Counter
from typing import Any

from tests.people import Person, Site, in_days, seat_ids

SEAT_COUNT = 1229
BUYERS = 12


def pretix_plan(seat_count: int) -> dict[str, Any]:
    """A hall in pretix's seating-plan format: three zones, rows of 23, two categories."""
    categories = [{"name": "Parkett", "color": "#aa0000"}, {"name": "Empore", "color": "#0000aa"}]
    zones: list[dict[str, Any]] = []
    made = 0
    for zone_no in range(3):
        rows = []
        for row_no in range(20):
            seats = []
            for number in range(1, 24):
                if made == seat_count:
                    break
                made += 1
                seats.append(
                    {
                        "seat_guid": f"{zone_no}-{row_no}-{number}",
                        "seat_number": str(number),
                        "uuid": f"seat-{made}",
                        "position": {"x": number * 20, "y": 0},
                        "category": categories[zone_no // 2]["name"],
                    }
                )
            if seats:
                rows.append(
                    {
                        "row_number": str(row_no + 1),
                        "row_number_position": "both",
                        "uuid": f"row-{zone_no}-{row_no}",
                        "position": {"x": 0, "y": row_no * 20},
                        "seats": seats,
                    }
                )
        zones.append(
            {
                "name": f"Block {zone_no + 1}",
                "zone_id": f"block-{zone_no}",
                "uuid": f"zone-{zone_no}",
                "position": {"x": zone_no * 600, "y": 0},
                "rows": rows,
                "areas": [],
            }
        )
    return {
        "name": "Hall",
        "categories": categories,
        "size": {"width": 2000, "height": 500},
        "zones": zones,
    }


async def test_an_imported_plan_sells_out_seat_by_seat_to_twelve_buyers_at_once(
    site: Site, organiser: Person
) -> None:
    venue = await organiser.venue()
    plan = {"format": "PRETIX_JSON", "content": json.dumps(pretix_plan(SEAT_COUNT))}
    path = f"/v1/venues/{venue['venueId']}:importPlan"
    imported = (await organiser.ask("POST", path, plan)).expect(200)
    assert imported["seatCount"] == SEAT_COUNT
    assert sorted(imported["zoneNames"]) == ["Empore", "Parkett"]
    limits = {"seatsPerHold": 8, "liveHoldsPerBuyer": 100, "ticketsPerBuyer": 1000}
    event = await organiser.event(venue["venueId"], imported["zoneNames"], limits=limits)
    seat_map = (await site.request("GET", f"/v1/events/{event['eventId']}/seatmap")).expect(200)
    free = seat_ids(seat_map)
    assert len(set(free)) == SEAT_COUNT
    sold: Counter[str] = Counter()

    async def shop(buyer: Person) -> None:
        while free:
            party = [free.pop() for _ in range(min(8, len(free)))]
            hold = (await buyer.hold(event["eventId"], seatIds=party)).expect(201)
            order = (await buyer.order(hold["holdId"])).expect(201)
            assert (await buyer.pay(order)).status_code == 200
            await buyer.until_order(order["orderId"], "PAID", within_seconds=90)
            tickets = await buyer.until_tickets(order["orderId"], len(party), within_seconds=90)
            sold.update(ticket["seatId"] for ticket in tickets)

    buyers = [await site.sign_in() for _ in range(BUYERS)]
    await asyncio.gather(*[shop(buyer) for buyer in buyers])
    assert len(sold) == SEAT_COUNT
    assert set(sold.values()) == {1}
    refused = await buyers[0].hold(event["eventId"], bestAvailable={"quantity": 1})
    assert (refused.status, refused.reason) == (409, "NOTHING_FITS")


async def test_a_faulty_plan_is_refused_whole_with_every_fault_and_its_place(
    organiser: Person,
) -> None:
    plan = pretix_plan(60)
    seats = plan["zones"][0]["rows"][0]["seats"]
    seats[1]["seat_guid"] = seats[0]["seat_guid"]
    seats[2]["category"] = "Nowhere"
    venue = await organiser.venue()
    path = f"/v1/venues/{venue['venueId']}:importPlan"
    reply = await organiser.ask(
        "POST", path, {"format": "PRETIX_JSON", "content": json.dumps(plan)}
    )
    assert (reply.status, reply.reason) == (400, "PLAN_INVALID")
    assert len(reply.body["faults"]) == 2
    body = {
        "name": "No plan yet",
        "venueId": venue["venueId"],
        "startTime": in_days(10),
        "zonePrices": [],
    }
    assert (await organiser.ask("POST", "/v1/events", body)).status == 409
