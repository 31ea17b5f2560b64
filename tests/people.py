"""People who use Onsale over HTTP and know nothing of its inside: buyers, organisers, gate staff.

Every name here is of the public contract. Tests, the fault suite and the benchmark all act through these people.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx

from tests.polling import eventually

TIMEOUT_SECONDS = 30.0
MAIL_SECONDS = 10.0


@dataclass
class Reply:
    """What came back."""

    status: int
    body: Any
    headers: Mapping[str, str]

    @property
    def reason(self) -> str:
        """A problem's reason; empty on success."""
        return str(self.body.get("reason", "")) if isinstance(self.body, dict) else ""

    def expect(self, status: int) -> Any:
        """Returns the body of a reply with this status, else fails showing all of it."""
        assert self.status == status, f"{self.status} instead of {status}: {self.body}"
        return self.body


@dataclass
class Site:
    """Where a system answers."""

    edge_url: str
    mailbox_url: str
    stripe_url: str
    environment: dict[str, str] = field(default_factory=dict)
    client: httpx.AsyncClient = field(init=False)

    def __post_init__(self) -> None:
        limits = httpx.Limits(max_connections=400, max_keepalive_connections=400)
        self.client = httpx.AsyncClient(
            base_url=self.edge_url, timeout=TIMEOUT_SECONDS, limits=limits, trust_env=False
        )

    async def close(self) -> None:
        """Closes all connections."""
        await self.client.aclose()

    async def request(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        params: Mapping[str, Any] | None = None,
        token: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Makes one request."""
        sent = dict(headers or {})
        if token:
            sent["Authorization"] = f"Bearer {token}"
        reply = await self.client.request(
            method,
            path,
            params=params,
            headers=sent,
            content=None if body is None else json.dumps(body),
        )
        kind = reply.headers.get("content-type", "")
        parsed = reply.json() if "json" in kind and reply.content else reply.content
        return Reply(reply.status_code, parsed, reply.headers)

    async def mails(self, address: str) -> list[dict[str, Any]]:
        """Returns the mails to an address, newest first."""
        found = await self.client.get(
            f"{self.mailbox_url}/api/v1/search", params={"query": f"to:{address}"}
        )
        messages: list[dict[str, Any]] = found.json()["messages"]
        return messages

    async def mail(self, message_id: str) -> dict[str, Any]:
        """Returns one mail."""
        found = await self.client.get(f"{self.mailbox_url}/api/v1/message/{message_id}")
        message: dict[str, Any] = found.json()
        return message

    async def code(self, address: str, known: int = 0) -> str:
        """Returns the sign-in code from the newest of more than `known` mails."""

        async def arrived() -> str:
            mails = await self.mails(address)
            if len(mails) <= known:
                return ""
            text = (await self.mail(mails[0]["ID"]))["Text"]
            codes: list[str] = re.findall(r"(?<!\d)\d{6}(?!\d)", text)
            return codes[0] if len(codes) == 1 else ""

        return await eventually(arrived, within_seconds=MAIL_SECONDS, what=f"a code for {address}")

    async def sign_in(self, address: str = "") -> Person:
        """Signs somebody in by an e-mailed code."""
        email = address or f"buyer-{uuid4().hex[:12]}@people.test"
        mailbox = email.strip().lower()
        known = len(await self.mails(mailbox))
        (await self.request("POST", "/v1/sessions", body={"email": email})).expect(200)
        code = await self.code(mailbox, known)
        reply = await self.request(
            "POST", "/v1/sessions:verify", body={"email": email, "code": code}
        )
        session = reply.expect(200)
        return Person(self, email, session["accessToken"], session["account"]["accountId"])

    async def grant(self, email: str, role: str) -> None:
        """Gives an account a role, as `make grant` does."""
        subprocess.run(  # noqa: ASYNC221 - a test waits for it
            [sys.executable, "-m", "deploy.local", "grant", email, role],
            env=self.environment,
            check=True,
            capture_output=True,
        )

    async def sign_in_with(self, role: str) -> Person:
        """Signs in somebody with a role."""
        email = f"{role}-{uuid4().hex[:12]}@people.test"
        await self.grant(email, role)
        return await self.sign_in(email)


@dataclass
class Person:
    """Somebody signed in."""

    site: Site
    email: str
    token: str
    account_id: str
    admission_token: str = ""

    async def ask(
        self, method: str, path: str, body: Any = None, key: str = "", **params: Any
    ) -> Reply:
        """Makes one request as this person."""
        headers = {"Idempotency-Key": key} if key else {}
        if self.admission_token:
            headers["Admission-Token"] = self.admission_token
        return await self.site.request(
            method, path, body=body, params=params or None, token=self.token, headers=headers
        )

    async def hold(self, event_id: str, key: str = "", **what: Any) -> Reply:
        """Asks for seats: seatIds=…, bestAvailable=… or pools=…."""
        return await self.ask("POST", f"/v1/events/{event_id}/holds", what, key=key)

    async def order(self, hold_id: str, key: str = "") -> Reply:
        """Asks for the order of a hold."""
        return await self.ask("POST", "/v1/orders", {"holdId": hold_id}, key=key)

    async def pay(self, order: dict[str, Any], method: str = "pm_card_visa") -> httpx.Response:
        """Confirms an order's payment with Stripe, as the page does."""
        intent_id = order["payment"]["paymentIntentId"]
        return await self.site.client.post(
            f"{self.site.stripe_url}/v1/payment_intents/{intent_id}/confirm",
            data={"payment_method": method},
            auth=("sk_test_local", ""),
        )

    async def until_order(
        self, order_id: str, *states: str, within_seconds: float = 30
    ) -> dict[str, Any]:
        """Waits until an order is in one of some states."""

        async def reached() -> dict[str, Any] | None:
            reply = await self.ask("GET", f"/v1/orders/{order_id}")
            if reply.status == 200 and reply.body["state"] in states:
                order: dict[str, Any] = reply.body
                return order
            return None

        found = await eventually(
            reached, within_seconds=within_seconds, what=f"{order_id} in {states}"
        )
        assert found is not None
        return found

    async def until_tickets(
        self, order_id: str, count: int, within_seconds: float = 30
    ) -> list[dict[str, Any]]:
        """Waits until an order has so many tickets."""

        async def issued() -> list[dict[str, Any]]:
            reply = await self.ask("GET", f"/v1/orders/{order_id}/tickets")
            tickets = reply.body["tickets"] if reply.status == 200 else []
            return tickets if len(tickets) >= count else []

        tickets = await eventually(
            issued, within_seconds=within_seconds, what=f"{count} tickets of {order_id}"
        )
        assert len(tickets) == count
        return tickets

    async def buy(self, event_id: str, **what: Any) -> dict[str, Any]:
        """Holds, orders and pays; returns the paid order."""
        hold = (await self.hold(event_id, **what)).expect(201)
        order = (await self.order(hold["holdId"])).expect(201)
        assert (await self.pay(order)).status_code == 200
        return await self.until_order(order["orderId"], "PAID")

    async def scan(self, event_id: str, *codes: str, gate_id: str = "Gate A") -> list[Any]:
        """Scans codes at a gate."""
        scans = [{"scanId": uuid4().hex, "code": code, "scanTime": in_days(0)} for code in codes]
        body = {"eventId": event_id, "gateId": gate_id, "scans": scans}
        results: list[Any] = (await self.ask("POST", "/v1/gate/scans", body)).expect(200)["results"]
        return results

    async def venue(self, **changes: Any) -> dict[str, Any]:
        """Makes a venue."""
        body = {
            "name": f"Hall {uuid4().hex[:6]}",
            "city": "Oslo",
            "countryCode": "NO",
            "latitude": 59.91,
            "longitude": 10.75,
            "timeZone": "Europe/Oslo",
            **changes,
        }
        venue: dict[str, Any] = (await self.ask("POST", "/v1/venues", body)).expect(201)
        return venue

    async def event(
        self, venue_id: str, zone_names: list[str], *, price_minor: int = 5000, **changes: Any
    ) -> dict[str, Any]:
        """Makes and publishes an event whose zones all cost the same."""
        price = {"amountMinor": str(price_minor), "currencyCode": "EUR"}
        body = {
            "name": f"Evening {uuid4().hex[:8]}",
            "artistName": "The Players",
            "venueId": venue_id,
            "category": "concert",
            "startTime": in_days(30),
            "zonePrices": [{"zoneName": name, "price": price} for name in zone_names],
            **changes,
        }
        draft = (await self.ask("POST", "/v1/events", body)).expect(201)
        published = await self.ask("POST", f"/v1/events/{draft['eventId']}:publish", {})
        event: dict[str, Any] = published.expect(200)
        return event

    async def seated_event(self, rows: int = 10, seats: int = 20, **changes: Any) -> dict[str, Any]:
        """Makes a hall of one block and publishes an event in it."""
        venue = await self.venue()
        lines = ["section,row,seat,zone"]
        lines += [
            f"Stalls,{r},{s},Standard" for r in range(1, rows + 1) for s in range(1, seats + 1)
        ]
        plan = {"format": "CSV", "content": "\n".join(lines)}
        path = f"/v1/venues/{venue['venueId']}:importPlan"
        (await self.ask("POST", path, plan)).expect(200)
        return await self.event(venue["venueId"], ["Standard"], **changes)

    async def standing_event(self, capacity: int, **changes: Any) -> dict[str, Any]:
        """Makes a club with one pool and publishes an event in it."""
        venue = await self.venue()
        plan = {"pools": [{"name": "Floor", "zoneName": "Standing", "capacity": capacity}]}
        path = f"/v1/venues/{venue['venueId']}:generatePlan"
        (await self.ask("POST", path, plan)).expect(200)
        return await self.event(venue["venueId"], ["Standing"], **changes)


def in_days(days: float) -> str:
    """Returns a time from now, as JSON has it."""
    return (datetime.now(UTC) + timedelta(days=days)).isoformat().replace("+00:00", "Z")


def seat_ids(seat_map: dict[str, Any]) -> list[str]:
    """Returns the seats of a map in its order."""
    return [
        seat["seatId"]
        for section in seat_map["sections"]
        for row in section["rows"]
        for seat in row["seats"]
    ]
