"""Whole purchases over HTTP: hold, order, pay, wait for the tickets. Signing in is done before the clock starts."""

from __future__ import annotations

import asyncio
import time

import httpx

from tests.bench.measure import Row, closed_loop
from tests.people import Person, Site

ROW_SECONDS = 12.0
POLL_SECONDS = 0.1
"""How often a buyer looks for the tickets."""
TICKETS_SECONDS = 20.0
SIGN_INS_AT_ONCE = 16
PARTY = {"quantity": 2}


async def sign_in_many(site: Site, count: int) -> list[Person]:
    """Signs in so many buyers."""
    gate = asyncio.Semaphore(SIGN_INS_AT_ONCE)

    async def one() -> Person:
        async with gate:
            return await site.sign_in()

    return list(await asyncio.gather(*[one() for _ in range(count)]))


async def journeys(buyers: list[Person], event_id: str) -> Row:
    """Measures journeys of all these buyers at once."""

    async def once(worker: int) -> str:
        try:
            return await _journey(buyers[worker], event_id)
        except httpx.HTTPError as lost:
            return type(lost).__name__

    at_once = len(buyers)
    name = f"journeys over HTTP, {at_once} buyer{'s' if at_once > 1 else ''}"
    return await closed_loop(name, at_once, ROW_SECONDS, once)


async def _journey(buyer: Person, event_id: str) -> str:
    """Makes one journey; returns what went wrong, or nothing."""
    hold = await buyer.hold(event_id, bestAvailable=PARTY)
    if hold.status != 201:
        return f"hold {hold.status} {hold.reason}"
    order = await buyer.order(hold.body["holdId"])
    if order.status != 201:
        return f"order {order.status} {order.reason}"
    paid = await buyer.pay(order.body)
    if paid.status_code != 200:
        return f"pay {paid.status_code}"
    path = f"/v1/orders/{order.body['orderId']}/tickets"
    ends_at = time.monotonic() + TICKETS_SECONDS
    while time.monotonic() < ends_at:
        reply = await buyer.ask("GET", path)
        if reply.status != 200:
            return f"tickets {reply.status} {reply.reason}"
        if len(reply.body["tickets"]) == PARTY["quantity"]:
            return ""
        await asyncio.sleep(POLL_SECONDS)
    return "no tickets"
