"""A body that each RPC would take, so that a refusal is for who asks and not for what is asked."""

from __future__ import annotations

from typing import Any

PRICE = {"amountMinor": "100", "currencyCode": "EUR"}
FAR = "2099-01-01T00:00:00Z"


def body_of(rpc: str, fields: dict[str, str]) -> dict[str, Any]:
    """Returns a body for an RPC by its name; empty where an empty one is right."""
    bodies: dict[str, dict[str, Any]] = {
        "StartSession": {"email": "somebody@people.test"},
        "VerifySession": {"email": "somebody@people.test", "code": "000000"},
        "RefreshSession": {"refreshToken": "none"},
        "GrantRole": {"email": "somebody@people.test", "role": "gate"},
        "CreateVenue": {
            "name": "Hall",
            "city": "Oslo",
            "countryCode": "NO",
            "timeZone": "Europe/Oslo",
        },
        "ImportPlan": {"format": "CSV", "content": "section,row,seat,zone\nA,1,1,Z\n"},
        "GeneratePlan": {"pools": [{"name": "Floor", "zoneName": "Z", "capacity": 5}]},
        "CreateEvent": {
            "name": "Evening",
            "venueId": fields["venue_id"],
            "startTime": FAR,
            "zonePrices": [{"zoneName": "Standard", "price": PRICE}],
        },
        "UpdateVenue": {"name": "Hall"},
        "UpdateEvent": {"name": "Evening"},
        "HoldSeats": {"seatIds": ["s8"]},
        "CreateAllotment": {"name": "Kills", "kind": "HOLDBACK", "seatIds": ["s30"]},
        "UpdateAllotment": {"name": "Kills"},
        "ReleaseAllotment": {"seatIds": ["s20"]},
        "AddCodes": {"draw": 1},
        "CheckAccessCode": {"accessCode": "NONE-SUCH"},
        "CreateOrder": {"holdId": fields["hold_id"]},
        "QuoteRefund": {"ticketIds": [fields["ticket_id"]]},
        "RefundTickets": {"ticketIds": [fields["ticket_id"]]},
        "Claim": {"joinToken": "none"},
        "ConfigureRoom": {"capacity": 5, "openTime": FAR},
        "ScanTickets": {
            "eventId": fields["event_id"],
            "gateId": "A",
            "scans": [{"scanId": "walker", "code": "none", "scanTime": FAR}],
        },
        "TransferTicket": {"email": "thief@people.test"},
    }
    return bodies.get(rpc, {})
