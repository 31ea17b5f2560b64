"""Buyers by the thousand, signed in without mails, and halls for them: what rows on a whole stack begin with."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg

from edge.accounts import sessions
from edge.accounts.accounts import Account
from mesh import ids
from mesh.database import Database
from mesh.identity import ACCESS_TOKEN_TYP
from mesh.keys import KeyRing
from protos.accounts.v1 import accounts_pb2
from tests.bench.usage import Meter
from tests.people import Person, Site
from tests.stack import Stack

SEATS = 20_000
SECTIONS, ROWS, SEATS_PER_ROW = 20, 25, 40
HOLDS_PER_BUYER = 4
"""As many as an event lets a buyer have when it says nothing about it."""
TOKEN_LIFE = timedelta(hours=1)
SETTLE_SECONDS = 1.0
"""What a row leaves to do, such as publishing its holds, is part of its cost."""


class Crowd:
    """A whole stack, and whoever comes to it."""

    def __init__(self, stack: Stack, site: Site, organiser: Person, keys: KeyRing) -> None:
        self.stack = stack
        self.site = site
        self._organiser = organiser
        self._keys = keys
        self._venue_id = ""

    @classmethod
    async def at(cls, stack: Stack) -> Crowd:
        """Comes to a stack."""
        site = stack.site()
        dsn = stack.database_dsn("edge", superuser=True)
        async with asyncpg.create_pool(dsn, min_size=1, max_size=1) as pool:
            keys = await KeyRing.open(Database(pool, dsn), "session")
        return cls(stack, site, await site.sign_in_with("organiser"), keys)

    @property
    def jwks(self) -> accounts_pb2.JWKS:
        """The keys that the buyers' tokens are verified with."""
        return self._keys.jwks()

    def buyers(self, count: int) -> list[str]:
        """Returns the access tokens of new buyers, as the edge signs them."""
        now = datetime.now(UTC)
        return [
            self._keys.sign(sessions.access_claims(_account(), now, TOKEN_LIFE), ACCESS_TOKEN_TYP)
            for _ in range(count)
        ]

    async def event(self) -> str:
        """Publishes a new event of 20,000 seats with the limits that events have by default; returns its id."""
        if not self._venue_id:
            self._venue_id = (await self._organiser.venue())["venueId"]
            path = f"/v1/venues/{self._venue_id}:generatePlan"
            (await self._organiser.ask("POST", path, {"sections": _sections()})).expect(200)
        event = await self._organiser.event(self._venue_id, ["Front", "Back"])
        event_id: str = event["eventId"]
        return event_id

    def meter(self) -> Meter:
        """Returns a meter of everything that works for a row."""
        return Meter(self.stack)

    async def free_seats(self, event_id: str) -> int:
        """Returns how many seats of an event are free, by the inventory's own rows."""
        dsn = self.stack.database_dsn("inventory", superuser=True)
        connection = await asyncpg.connect(dsn)
        try:
            free: int = await connection.fetchval(
                "SELECT count(*) FROM seats WHERE event_id = $1 AND state = 0",
                ids.parse_event(event_id),
            )
            return free
        finally:
            await connection.close()

    async def faults(self, event_id: str, holds: int, party: int) -> list[str]:
        """Compares what stands with what buyers were told; returns what differs."""
        free = await self.free_seats(event_id)
        told = SEATS - holds * party
        return [] if free == told else [f"{free} seats are free, not {told}"]

    async def settle(self) -> None:
        """Waits for what is done after a row's replies."""
        await asyncio.sleep(SETTLE_SECONDS)


def _account() -> Account:
    return Account(ids.new_account_id(), "somebody@people.test")


def _sections() -> list[dict[str, Any]]:
    return [
        {
            "name": f"Section {number}",
            "zoneName": "Front" if 3 * number <= SECTIONS else "Back",
            "rows": ROWS,
            "seatsPerRow": SEATS_PER_ROW,
            "distance": 10.0 + 45 * number,
        }
        for number in range(1, SECTIONS + 1)
    ]
