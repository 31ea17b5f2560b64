"""A small world on the whole stack: two organisers, two gates, two buyers, and what each of them owns."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import asyncpg
import pytest

from edge.routes import Route
from tests.people import Person, Site, seat_ids
from tests.stack import Stack

# Search owns nothing: its tables follow the others' facts, in their own time.
DATABASES = ("edge", "inventory", "queue", "payment", "ticket")
# What a refused request may leave behind: the memory of its refusal under its Idempotency-Key. The others are how far
# the workers have come with what the world's making began.
NOT_COUNTED = {"requests", "feed_marks", "outbox_marks", "inbox"}


@dataclass
class World:
    """Who there is, and what is whose."""

    site: Site
    people: dict[str, Person]
    fields: dict[str, str]
    """Ids by the name of their path field."""
    stack: Stack

    def field(self, route: Route, name: str) -> str:
        """Returns the id that a field of a route's path has: a room's event is another than the one on sale."""
        has_room = name == "event_id" and "/room" in route.template.text
        return self.fields["event_with_room" if has_room else name]

    async def row_counts(self) -> dict[str, int]:
        """Returns how many rows every table of every database has."""
        counts = {}
        for name in DATABASES:
            connection = await asyncpg.connect(self.stack.database_dsn(name))
            try:
                for table in await _tables(connection):
                    if table not in NOT_COUNTED:
                        query = f'SELECT count(*) FROM "{table}"'
                        counts[f"{name}.{table}"] = await connection.fetchval(query)
            finally:
                await connection.close()
        return counts


async def _tables(connection: asyncpg.Connection) -> list[str]:
    rows = await connection.fetch(
        "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
    )
    return [row["relname"] for row in rows]


@pytest.fixture(scope="session")
async def world(stack: Stack) -> AsyncIterator[World]:
    site = stack.site()
    people = {
        "organiser": await site.sign_in_with("organiser"),
        "other organiser": await site.sign_in_with("organiser"),
        "buyer": await site.sign_in(),
        "other buyer": await site.sign_in(),
    }
    for name in ("", "other "):
        people[f"{name}gate"] = await _gate_of(site, people[f"{name}organiser"])
    fields = await _possessions(people["organiser"], people["buyer"])
    yield World(site, people, fields, stack)
    await site.close()


async def _gate_of(site: Site, organiser: Person) -> Person:
    email = f"gate-of-{organiser.email}"
    grant = {"email": email, "role": "gate"}
    (await organiser.ask("POST", "/v1/accounts:grantRole", grant)).expect(200)
    return await site.sign_in(email)


async def _possessions(organiser: Person, buyer: Person) -> dict[str, str]:
    """Makes one of everything: an organiser's event, a buyer's order with its tickets, an offer, a live hold."""
    event = await organiser.seated_event(rows=4, seats=10)
    event_id = event["eventId"]
    seats = seat_ids((await buyer.ask("GET", f"/v1/events/{event_id}/seatmap")).expect(200))
    order = await buyer.buy(event_id, seatIds=seats[:2])
    first, second = await buyer.until_tickets(order["orderId"], 2)
    offer = {"email": "friend@people.test"}
    path = f"/v1/tickets/{second['ticketId']}:transfer"
    transfer = (await buyer.ask("POST", path, offer)).expect(200)
    hold = (await buyer.hold(event_id, seatIds=seats[4:6])).expect(201)
    aside = {"name": "Fan club", "kind": "CHANNEL", "seatIds": seats[20:24]}
    path = f"/v1/events/{event_id}/allotments"
    allotment_id = (await organiser.ask("POST", path, aside)).expect(201)["allotmentId"]
    added = await organiser.ask("POST", f"{path}/{allotment_id}:addCodes", {"draw": 1})
    [code] = added.expect(200)["codes"]
    room = {"capacity": 5, "openTime": "2099-01-01T00:00:00Z"}
    roomy = await organiser.seated_event(rows=1, seats=4)
    path = f"/v1/events/{roomy['eventId']}/room"
    (await organiser.ask("PUT", path, room)).expect(200)
    return {
        "event_id": event_id,
        "venue_id": event["venueId"],
        "order_id": order["orderId"],
        "ticket_id": first["ticketId"],
        "transfer_id": transfer["transferId"],
        "hold_id": hold["holdId"],
        "allotment_id": allotment_id,
        "code_id": code["codeId"],
        "event_with_room": roomy["eventId"],
    }
