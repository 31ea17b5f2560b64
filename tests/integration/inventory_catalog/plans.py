"""Small plans of the tests' own."""

import json
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from protos.inventory.v1 import catalog_pb2
from protos.mesh.v1 import money_pb2

DAY_SECONDS = 86_400
START_SECONDS = 1_893_499_200  # 2030-01-01T12:00:00Z


def at(seconds: int) -> Timestamp:
    return Timestamp(seconds=seconds)


def pretix_plan(rows: int = 2, seats: int = 4) -> dict[str, Any]:
    """Stalls with rows A, B, … of seats in "Front", the last row in "Back"."""
    return {
        "name": "Small hall",
        "categories": [{"name": "Front", "color": "#aa0000"}, {"name": "Back"}, {"name": "Unused"}],
        "size": {"width": 500, "height": 500},
        "zones": [
            {
                "name": "Stalls",
                "position": {"x": 100, "y": 100},
                "areas": [],
                "rows": [
                    {
                        "row_number": chr(ord("A") + row),
                        "position": {"x": 0, "y": 30 * row},
                        "seats": [
                            {
                                "seat_guid": f"{row}-{seat}",
                                "seat_number": str(seat + 1),
                                "position": {"x": 25 * seat, "y": 0},
                                "category": "Back" if row == rows - 1 else "Front",
                            }
                            for seat in range(seats)
                        ],
                    }
                    for row in range(rows)
                ],
            }
        ],
    }


def import_pretix(venue: Any, plan: Any = None, **changes: Any) -> catalog_pb2.ImportPlanRequest:
    content = json.dumps(pretix_plan() if plan is None else plan)
    fields: dict[str, Any] = {
        "venue_id": venue.venue_id,
        "format": catalog_pb2.ImportPlanRequest.PRETIX_JSON,
        "content": content,
    }
    return catalog_pb2.ImportPlanRequest(**fields | changes)


def prices(currency_code: str = "EUR", **by_zone: int) -> list[catalog_pb2.ZonePrice]:
    return [
        catalog_pb2.ZonePrice(
            zone_name=name,
            price=money_pb2.Money(amount_minor=amount, currency_code=currency_code),
        )
        for name, amount in by_zone.items()
    ]


def event_request(venue: Any, **changes: Any) -> catalog_pb2.CreateEventRequest:
    fields: dict[str, Any] = {
        "name": "The Paper Kites of Ostend",
        "artist_name": "Paper Kites",
        "venue_id": venue.venue_id,
        "category": "concert",
        "start_time": at(START_SECONDS),
        "zone_prices": prices(Front=4500, Back=2500),
    }
    return catalog_pb2.CreateEventRequest(**fields | changes)


def generate_request(venue: Any, **changes: Any) -> catalog_pb2.GeneratePlanRequest:
    section = catalog_pb2.GeneratePlanRequest.Section(
        name="Stalls", zone_name="Front", rows=3, seats_per_row=6, accessible_seats=2
    )
    pool = catalog_pb2.GeneratePlanRequest.Pool(name="Floor", zone_name="Back", capacity=120)
    fields: dict[str, Any] = {"venue_id": venue.venue_id, "sections": [section], "pools": [pool]}
    return catalog_pb2.GeneratePlanRequest(**fields | changes)
