"""Pictures every page, desktop and phone, light and dark: `make screenshots`.

The stack that runs on the state folder is used; where none runs, one is started for the pictures and ended after them.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser

from tests.browser.visitor import (
    DESKTOP,
    PHONE,
    Theme,
    Visitor,
    chromium_path,
    open_browser,
    visit,
)
from tests.fixtures_servers import state_folder
from tests.people import Person, Site
from tests.stack import Stack

LOOKS: tuple[tuple[str, tuple[int, int], Theme], ...] = (
    ("desktop-light", DESKTOP, "light"),
    ("desktop-dark", DESKTOP, "dark"),
    ("phone-light", PHONE, "light"),
    ("phone-dark", PHONE, "dark"),
)
SETTLE_MILLIS = 500
"""Canvases paint and panels unfold within this time; a picture before it shows half a page."""


@dataclass(frozen=True)
class Subjects:
    """What the pictures are of."""

    seated_id: str
    standing_id: str
    line_id: str | None
    draw_id: str | None


class Photographer:
    """Takes one look's pictures."""

    def __init__(self, visitor: Visitor, folder: Path, look: str) -> None:
        self._visitor = visitor
        self._folder = folder
        self._look = look

    async def shoot(self, name: str, *, whole: bool = True) -> None:
        """Takes a picture of the page as it is."""
        page = self._visitor.page
        await page.wait_for_timeout(SETTLE_MILLIS)
        target = self._folder / self._look / f"{name}.png"
        await page.screenshot(path=target, full_page=whole)
        sys.stdout.write(f"{target}\n")

    async def shoot_page(self, path: str, shows: str, name: str) -> None:
        """Goes to a page and takes its picture once it shows what it is about."""
        await self._visitor.go(path)
        await self._visitor.sees(shows)
        await self.shoot(name)


async def shoot_look(
    browser: Browser, site: Site, subjects: Subjects, folder: Path, look: int
) -> None:
    """Walks through every page in one look."""
    name, size, theme = LOOKS[look]
    visitor = await visit(browser, site, size=size, theme=theme)
    photographer = Photographer(visitor, folder, name)
    await photographer.shoot_page("/", "Coming up", "home")
    await photographer.shoot_page("/?q=ligth", "event", "search")
    await photographer.shoot_page(f"/events/{subjects.seated_id}", "Choose seats", "event")
    await photographer.shoot_page("/sign-in", "E-mail address", "sign-in")
    await photographer.shoot_page("/nowhere", "Nothing here", "not-found")
    await visitor.sign_in()
    await shoot_purchase(visitor, photographer, subjects.seated_id, is_phone=size == PHONE)
    await photographer.shoot_page("/orders", "Paid", "orders")
    await visitor.go("/tickets")
    await visitor.sees("Saved on this device")
    await visitor.button("Show the code").first.click()
    await photographer.shoot("tickets", whole=False)
    await photographer.shoot_page(f"/events/{subjects.standing_id}/seats", "Standing", "places")
    if subjects.draw_id:
        await photographer.shoot_page(f"/events/{subjects.draw_id}", "Join the", "event-draw")
        await photographer.shoot_page(f"/events/{subjects.draw_id}/line", "The seal", "line-before")
    if subjects.line_id:
        await photographer.shoot_page(f"/events/{subjects.line_id}/line", "Join the line", "line")
        await visitor.go(f"/events/{subjects.line_id}/seats")
        await visitor.page.get_by_role("tab", name="Map").click()
        await photographer.shoot("seats-arena", whole=False)
        await visitor.page.get_by_role("application", name="Seat map").click()
        await photographer.shoot("seats-arena-close", whole=False)
    await visitor.close()
    await shoot_staff(browser, site, subjects, folder, look)


async def shoot_purchase(
    visitor: Visitor, photographer: Photographer, event_id: str, *, is_phone: bool
) -> None:
    """Takes pictures from the map to the refund's quote."""
    page = visitor.page
    await photographer.shoot_page(f"/events/{event_id}/seats", "How many together?", "seats-best")
    await page.get_by_role("tab", name="Map").click()
    await photographer.shoot("seats-map", whole=False)
    seat_map = page.get_by_role("application", name="Seat map")
    await seat_map.click()
    await photographer.shoot("seats-close", whole=False)
    await page.get_by_role("tab", name="List").click()
    await page.locator(".section-button").first.click()
    await photographer.shoot("seats-list", whole=False)
    await page.get_by_role("tab", name="Best for me").click()
    await visitor.press("Find my seats")
    await visitor.sees("These seats are yours until")
    await photographer.shoot("seats-held", whole=is_phone)
    await visitor.press("Go to payment")
    await visitor.sees("Test payments, no real money")
    await photographer.shoot("checkout")
    await visitor.choose_card("Is declined")
    await visitor.pay_button.click()
    await visitor.sees("Your bank said no.")
    await photographer.shoot("checkout-declined")
    await visitor.choose_card("Pays")
    await visitor.pay_button.click()
    await visitor.sees("Your tickets are here")
    await photographer.shoot("checkout-paid")
    await visitor.link("This order").click()
    await visitor.sees("Give tickets back")
    await page.get_by_role("checkbox").first.check()
    await visitor.press("See what you get back")
    await visitor.sees("Keep the tickets")
    await photographer.shoot("order-refund")


async def shoot_staff(
    browser: Browser, site: Site, subjects: Subjects, folder: Path, look: int
) -> None:
    """Takes pictures of the gate's pages and the organiser's."""
    name, size, theme = LOOKS[look]
    visitor = await visit(browser, site, size=size, theme=theme)
    photographer = Photographer(visitor, folder, name)
    await visitor.sign_in("gate@demo.test")
    await photographer.shoot_page("/gate", "Which event is this gate for?", "gate-start")
    await visitor.go(f"/gate/{subjects.seated_id}")
    await visitor.page.get_by_label("Name of this gate").fill("Gate B")
    await visitor.press("Start scanning")
    await visitor.button("Check").wait_for()
    await photographer.shoot("gate")
    await visitor.page.get_by_label("Type or paste a code").fill("not a ticket")
    await visitor.press("Check")
    await visitor.sees("Not our ticket")
    await photographer.shoot("gate-stop", whole=False)
    await visitor.close()
    visitor = await visit(browser, site, size=size, theme=theme)
    await visitor.sign_in("organiser@demo.test")
    photographer = Photographer(visitor, folder, name)
    await photographer.shoot_page("/organise", "Your events", "organise")
    await visitor.close()


async def find_subjects(site: Site) -> Subjects:
    """Picks events of the catalogue that show each page at its best."""
    people = Person(site, "", "", "")
    return Subjects(
        seated_id=await first_with(people, query="Theatre", seated=True),
        standing_id=await first_with(people, query="", seated=False),
        line_id=await id_of(people, "Open Line Night"),
        draw_id=await id_of(people, "Soon On Sale"),
    )


async def first_with(people: Person, *, query: str, seated: bool) -> str:
    """Returns the first event on sale to everybody with seats, or with none."""
    reply = await people.ask("GET", "/v1/events", query=query, pageSize=50, available=True)
    for event in reply.expect(200)["events"]:
        event_id: str = event["eventId"]
        seat_map = (await people.ask("GET", f"/v1/events/{event_id}/seatmap")).expect(200)
        has_seats = any(section["rows"] for section in seat_map["sections"])
        if has_seats is seated and not event["requiresAdmission"]:
            return event_id
    raise AssertionError(f"the catalogue has no such event: {query=} {seated=}")


async def id_of(people: Person, name: str) -> str | None:
    """Returns the id of the demo's event of that name; None where there is no demo."""
    reply = await people.ask("GET", "/v1/events", query=name)
    for event in reply.expect(200)["events"]:
        if event["name"] == name:
            event_id: str = event["eventId"]
            return event_id
    return None


@asynccontextmanager
async def running_site(run_dir: Path) -> AsyncIterator[Site]:
    """Opens the stack that runs, or one of our own."""
    endpoints_file = run_dir / "endpoints.json"
    if endpoints_file.exists():
        endpoints = json.loads(endpoints_file.read_text())
        site = Site(endpoints["edge"], endpoints["mailbox"], endpoints["stripe"])
        yield site
        await site.close()
        return
    lifted = {"ONSALE_EDGE_REQUESTS_PER_MINUTE_PER_ADDRESS": "0"}
    with state_folder("screenshots") as folder, Stack(folder, demo=True, environment=lifted) as own:
        site = own.site()
        yield site
        await site.close()


async def main() -> None:
    """Takes all pictures."""
    if chromium_path() is None:
        sys.exit("No Chromium here: install it, such as by `apt-get install chromium`.")
    run_dir = Path(os.environ.get("ONSALE_RUN_DIR", ".run"))
    async with running_site(run_dir) as site, open_browser() as browser:
        subjects = await find_subjects(site)
        for look in range(len(LOOKS)):
            await shoot_look(browser, site, subjects, run_dir / "screenshots", look)


if __name__ == "__main__":
    asyncio.run(main())
