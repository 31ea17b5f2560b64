"""Every part is killed in the middle of journeys; afterwards everybody has what they paid for, no more and no less.

With ONSALE_SOAK=1 the same with a hundred journeys and three kills for each part.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from deploy.local.audit.checks import audit
from tests.faults.journeys import ENDED, Scene, set_the_scene, travel
from tests.fixtures_servers import state_folder
from tests.polling import eventually
from tests.stack import Stack

pytestmark = [pytest.mark.faults, pytest.mark.stack]

PARTS = ("inventory", "queue", "payment", "ticket", "search", "edge", "valkey", "kafka", "postgres")
IS_SOAK = os.environ.get("ONSALE_SOAK") == "1"
JOURNEYS_PER_PART = 100 if IS_SOAK else 5
KILLS_PER_PART = 3 if IS_SOAK else 1
JOURNEYS_AT_ONCE = 16
STEPS_BEFORE_KILL = 6
"""Of all journeys together: some are signing in then, some hold, some pay."""
FINAL_SECONDS = 60.0
PROCESSOR_KEY = "sk_test_local"


@dataclass
class Wave:
    """Some journeys, and the kills in the middle of them."""

    stack: Stack
    scene: Scene
    first: int

    async def run(self, part: str) -> list[str]:
        """Starts the journeys, kills the part, waits for both; returns what failed."""
        turn = asyncio.Semaphore(JOURNEYS_AT_ONCE)

        async def one(number: int) -> str:
            async with turn:
                return await travel(self.scene, number)

        numbers = range(self.first, self.first + JOURNEYS_PER_PART)
        under_way = [asyncio.create_task(one(number)) for number in numbers]
        for _ in range(KILLS_PER_PART):
            await self._kill(part, under_way)
        return [failed for failed in await asyncio.gather(*under_way) if failed]

    async def _kill(self, part: str, under_way: list[asyncio.Task[str]]) -> None:
        before = self.scene.steps_done

        async def in_the_middle() -> bool:
            is_over = all(journey.done() for journey in under_way)
            return is_over or self.scene.steps_done >= before + STEPS_BEFORE_KILL

        await eventually(in_the_middle, within_seconds=60, what="some steps of the journeys")
        started = time.monotonic()
        pid = self.stack.kill(part)
        await asyncio.to_thread(self.stack.wait_until_restarted, part, pid)
        print(f"  {part} killed, serves again after {time.monotonic() - started:.1f} s")


@pytest.fixture(scope="module")
def victim() -> Iterator[Stack]:
    """A stack of this module's own: others do not want to see theirs killed."""
    lifted = {"ONSALE_EDGE_REQUESTS_PER_MINUTE_PER_ADDRESS": "0"}
    with state_folder("faults") as folder, Stack(folder, environment=lifted) as running:
        yield running


@pytest.fixture(scope="module")
async def scene(victim: Stack) -> AsyncIterator[Scene]:
    """The events to go to."""
    site = victim.site()
    yield await set_the_scene(site, rows=20 if not IS_SOAK else 60)
    await site.close()


@pytest.mark.timeout(3600 if IS_SOAK else 300)
async def test_whatever_dies_everybody_gets_what_they_paid_for(victim: Stack, scene: Scene) -> None:
    failed = []
    for place, part in enumerate(PARTS):
        started = time.monotonic()
        wave = Wave(victim, scene, first=place * JOURNEYS_PER_PART)
        failed += [f"{part}: {failure}" for failure in await wave.run(part)]
        print(f"  {JOURNEYS_PER_PART} journeys in {time.monotonic() - started:.1f} s")
    print("  setbacks:", dict(scene.setbacks.most_common()))
    ends_at = time.monotonic() + FINAL_SECONDS
    orders = await until_all_final(scene, FINAL_SECONDS)
    print(f"  all final {FINAL_SECONDS - ends_at + time.monotonic():.1f} s later")
    findings = await audit(
        victim.endpoints, PROCESSOR_KEY, settle_seconds=max(0.0, ends_at - time.monotonic())
    )
    for finding in findings:
        print("\n".join(f"  {line}" for line in finding.lines()))
    assert not failed, "\n".join(failed)
    # What is away is said to be away (503): a 500 would be a fault of ours.
    assert not [setback for setback in scene.setbacks if setback.startswith("500")]
    assert not [finding.lines() for finding in findings if finding.breaches]
    assert not await charged_for_nothing(scene, orders)


async def until_all_final(scene: Scene, within_seconds: float) -> dict[str, dict[str, Any]]:
    """Waits until no buyer has an order that is under way; returns all of them, by payment."""
    found: dict[str, dict[str, Any]] = {}

    async def all_ended() -> bool:
        found.clear()
        for buyer in scene.buyers:
            for order in (await buyer.ask("GET", "/v1/orders")).expect(200)["orders"]:
                # One whose hold ended before its payment could be made has none.
                payment = order.get("payment", {})
                found[payment.get("paymentIntentId") or order["orderId"]] = {
                    **order,
                    "buyer": buyer,
                }
        return all(order["state"] in ENDED for order in found.values())

    await eventually(all_ended, within_seconds=within_seconds, what="the end of every order")
    return found


async def charged_for_nothing(scene: Scene, orders: dict[str, dict[str, Any]]) -> list[str]:
    """Compares the processor's own list of payments with the tickets that buyers see; returns what differs."""
    wrong = []
    for intent in await payments_of_the_processor(scene):
        order = orders.get(intent["id"])
        if order is None:
            if intent["amount_received"]:
                wrong.append(f"{intent['id']} took {intent['amount_received']} for no order")
            continue
        reply = await order["buyer"].ask("GET", f"/v1/orders/{order['orderId']}/tickets")
        tickets = reply.expect(200)["tickets"]
        valid_count = sum(ticket["state"] in ("ACTIVE", "USED") for ticket in tickets)
        price_minor = int(order["total"]["amountMinor"]) // 2
        kept_minor = intent["amount_received"] - int(order["refunded"]["amountMinor"])
        if kept_minor != valid_count * price_minor:
            wrong.append(f"{order['orderId']} paid {kept_minor} for {valid_count} tickets")
    return wrong


async def payments_of_the_processor(scene: Scene) -> list[dict[str, Any]]:
    """Every payment, page by page."""
    found: list[dict[str, Any]] = []
    after: dict[str, str] = {}
    while True:
        reply = await scene.site.client.get(
            f"{scene.site.stripe_url}/v1/payment_intents",
            params={"limit": "100", **after},
            auth=(PROCESSOR_KEY, ""),
        )
        page = reply.json()
        found += page["data"]
        if not page["has_more"]:
            return found
        after = {"starting_after": page["data"][-1]["id"]}
