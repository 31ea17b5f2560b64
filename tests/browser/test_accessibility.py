"""Every page, both themes, the narrowest phone and a desk: no finding of axe, nothing to scroll sideways."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from playwright.async_api import Browser, Page

from tests.browser.axe import AXE, violations
from tests.browser.visitor import DESKTOP, NARROWEST, Theme, Visitor, visit
from tests.people import Person, Site, in_days

pytestmark = pytest.mark.skipif(not AXE.exists(), reason="needs axe-core (make web)")


@dataclass(frozen=True)
class World:
    """What the pages show."""

    event_id: str
    standing_id: str
    soon_id: str
    cancelled_id: str
    cookies: list[dict[str, object]]
    order_id: str
    unpaid_id: str


@pytest.fixture(scope="module")
async def world(browser: Browser, site: Site, organiser: Person) -> AsyncIterator[World]:
    """One event of each kind, and somebody who has bought and somebody who is about to."""
    event = await organiser.seated_event(description="An evening.")
    standing = await organiser.standing_event(50)
    soon = await organiser.seated_event(saleOpenTime=in_days(1))
    cancelled = await organiser.seated_event()
    await organiser.ask("POST", f"/v1/events/{cancelled['eventId']}:cancel", {})
    buyer = await visit(browser, site)
    await buyer.sign_in()
    order_id = await buyer.buy(event["eventId"])
    await buyer.find_best_seats(event["eventId"])
    await buyer.press("Go to payment")
    await buyer.sees("Test payments, no real money")
    yield World(
        event_id=event["eventId"],
        standing_id=standing["eventId"],
        soon_id=soon["eventId"],
        cancelled_id=cancelled["eventId"],
        cookies=[dict(cookie) for cookie in await buyer.context.cookies()],
        order_id=order_id,
        unpaid_id=buyer.page.url.rsplit("/", 1)[-1],
    )
    await buyer.close()


LOOKS: list[tuple[Theme, tuple[int, int]]] = [
    ("light", DESKTOP),
    ("dark", DESKTOP),
    ("light", NARROWEST),
    ("dark", NARROWEST),
]


async def check(page: Page) -> None:
    """Fails with what axe finds, or when the page scrolls sideways."""
    assert await violations(page) == []
    width, inner = await page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width <= inner, f"the page is {width} px wide on a screen of {inner}"


@pytest.mark.parametrize(("theme", "size"), LOOKS)
async def test_pages_for_everybody(
    world: World, browser: Browser, site: Site, theme: Theme, size: tuple[int, int]
) -> None:
    visitor = await visit(browser, site, theme=theme, size=size)
    try:
        for path, shows in (
            ("/", "Coming up"),
            ("/?q=zzzzzzzzzzzz", "No events match"),
            (f"/events/{world.event_id}", "Choose seats"),
            (f"/events/{world.soon_id}", "Remind me"),
            (f"/events/{world.cancelled_id}", "This event is cancelled"),
            (f"/events/{world.standing_id}/seats", "Standing"),
            ("/sign-in", "E-mail address"),
            ("/tickets", "Sign in to see this"),
            ("/organise", "Sign in to see this"),
            ("/gate", "Sign in to see this"),
            ("/nowhere", "Nothing here"),
        ):
            await visitor.go(path)
            await visitor.sees(shows)
            await check(visitor.page)
        await choose_in_every_way(visitor, world.event_id)
    finally:
        await visitor.close()


async def choose_in_every_way(visitor: Visitor, event_id: str) -> None:
    """Looks at the three tabs of the box office."""
    await visitor.go(f"/events/{event_id}/seats")
    for tab in ("Best for me", "Map", "List"):
        await visitor.page.get_by_role("tab", name=tab).click()
        if tab == "List":
            await visitor.page.get_by_role("button", name="Stalls").click()
            await visitor.button("Row 5, seat 1,").click()
        await check(visitor.page)


@pytest.mark.parametrize(("theme", "size"), LOOKS)
async def test_pages_of_those_signed_in(
    world: World, new_signed_in: Visitor, theme: Theme, size: tuple[int, int]
) -> None:
    visitor = new_signed_in
    await visitor.page.emulate_media(color_scheme=theme)
    await visitor.page.set_viewport_size({"width": size[0], "height": size[1]})
    for path, shows in (
        ("/tickets", "Saved on this device"),
        ("/orders", "Paid"),
        (f"/orders/{world.order_id}", "Give tickets back"),
        (f"/checkout/{world.order_id}", "Your tickets are here"),
        (f"/checkout/{world.unpaid_id}", "Test payments"),
    ):
        await visitor.go(path)
        await visitor.sees(shows)
        if path == "/tickets":
            await visitor.button("Show the code").first.click()
        await check(visitor.page)


@pytest.fixture(scope="module")
async def new_signed_in(world: World, browser: Browser, site: Site) -> AsyncIterator[Visitor]:
    """The buyer of the world at another window of the same browser."""
    visitor = await visit(browser, site)
    await visitor.context.add_cookies(world.cookies)  # type: ignore[arg-type]
    await visitor.context.add_init_script("localStorage.setItem('onsale.signed-in', '1')")
    yield visitor
    await visitor.close()
