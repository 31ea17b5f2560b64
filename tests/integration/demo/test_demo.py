"""A first start leaves a catalogue in which everything can be tried, and a second seed adds nothing."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deploy.local.environment import service_environment
from deploy.local.layout import Layout
from deploy.local.settings import CHECKOUT, LocalSettings
from tests.people import Site
from tests.polling import eventually
from tests.stack import Stack

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]

INDEXED_SECONDS = 120.0
EVENTS_MIN = 2_000


@pytest.fixture(scope="module")
async def demo(demo_stack: Stack) -> AsyncIterator[Site]:
    """The demo, once search knows all of it."""
    site = demo_stack.site()

    async def is_indexed() -> bool:
        found = await site.request("GET", "/v1/events", params={"pageSize": 1})
        return int(found.expect(200)["totalSize"]) >= EVENTS_MIN

    await eventually(
        is_indexed, within_seconds=INDEXED_SECONDS, what="the demo in the search index"
    )
    yield site
    await site.close()


async def event_and_room(site: Site, name: str) -> tuple[Any, Any]:
    found = (await site.request("GET", "/v1/events", params={"query": name})).expect(200)
    event = next(event for event in found["events"] if event["name"] == name)
    room = await site.request("GET", f"/v1/events/{event['eventId']}/room")
    return event, room.expect(200)


async def test_open_line_night_has_an_open_line_for_two_hundred_and_more(demo: Site) -> None:
    event, room = await event_and_room(demo, "Open Line Night")
    assert room["state"] == "OPEN"
    assert room["capacity"] >= 200
    assert event["requiresAdmission"]
    path = f"/v1/events/{event['eventId']}/seatmap"
    seat_map = (await demo.request("GET", path)).expect(200)
    seats = sum(len(row["seats"]) for section in seat_map["sections"] for row in section["rows"])
    assert seats == 20_000


async def test_soon_on_sale_opens_five_minutes_after_the_first_start(demo: Site) -> None:
    first, _ = await event_and_room(demo, "Open Line Night")
    event, room = await event_and_room(demo, "Soon On Sale")
    wait = datetime.fromisoformat(room["openTime"]) - datetime.fromisoformat(first["saleOpenTime"])
    assert timedelta(minutes=3) < wait <= timedelta(minutes=5)
    assert event["saleOpenTime"] == room["openTime"]


async def test_many_events_are_on_sale_without_a_line(demo: Site) -> None:
    params = {
        "startAfter": (datetime.now(UTC) + timedelta(days=14)).isoformat(),
        "category": "theatre",
        "available": "true",
        "pageSize": 100,
    }
    found = (await demo.request("GET", "/v1/events", params=params)).expect(200)
    large = [event for event in found["events"] if event["availableCount"] >= 400]
    assert len(large) >= 20
    assert not any(event["requiresAdmission"] for event in large)


async def test_the_demos_gate_works_for_the_demos_organiser(demo: Site) -> None:
    gate = await demo.sign_in("gate@demo.test")
    event, _ = await event_and_room(demo, "Open Line Night")
    path = f"/v1/events/{event['eventId']}/gate-bundle"
    (await demo.request("GET", path, token=gate.token)).expect(200)


async def test_seeding_again_adds_nothing(demo: Site, demo_stack: Stack) -> None:
    settings = LocalSettings(run_dir=demo_stack.run_dir, port_base=demo_stack.port_base)
    run = subprocess.run(  # noqa: ASYNC221 - the test waits for it
        [sys.executable, "-m", "deploy.local.seed"],
        env={**os.environ, **service_environment(Layout.of(settings))},
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "0 venues made" in run.stdout
    assert "0 events on sale" in run.stdout
