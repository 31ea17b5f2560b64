"""Somebody at a browser: what a person sees, presses and types."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal
from uuid import uuid4

from playwright.async_api import Browser, BrowserContext, Locator, Page, async_playwright

from tests.people import Site

Theme = Literal["light", "dark"]

PAY = re.compile(r"^Pay\b")

WAIT_MILLIS = 15_000
"""The longest that anything may take to show on a busy machine."""

DESKTOP = (1280, 800)
PHONE = (390, 844)
NARROWEST = (320, 640)


def chromium_path() -> str | None:
    """Returns where Chromium is; None where there is none."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


@asynccontextmanager
async def open_browser(*extra_arguments: str) -> AsyncIterator[Browser]:
    """Opens Chromium. Run as root, as CI does, it cannot use its sandbox."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium_path(), args=["--no-sandbox", *extra_arguments]
        )
        try:
            yield browser
        finally:
            await browser.close()


@dataclass
class Visitor:
    """A person with a browser of their own: own cookies, own storage."""

    site: Site
    context: BrowserContext
    page: Page
    email: str = ""

    async def go(self, path: str) -> None:
        """Types an address."""
        await self.page.goto(f"{self.site.edge_url}{path}")

    async def close(self) -> None:
        """Closes the browser's window."""
        await self.context.close()

    def button(self, name: str) -> Locator:
        """Returns the button that is called so, or whose name begins so."""
        return self.page.get_by_role("button", name=name)

    @property
    def pay_button(self) -> Locator:
        """Returns the button that pays, whatever the currency."""
        return self.page.get_by_role("button", name=PAY)

    def link(self, name: str) -> Locator:
        """Returns the link that is called so."""
        return self.page.get_by_role("link", name=name)

    async def press(self, name: str) -> None:
        """Presses a button by its name."""
        await self.button(name).click()

    async def sees(self, text: str, *, within_millis: int = WAIT_MILLIS) -> None:
        """Waits until some text shows."""
        await self.page.get_by_text(text).first.wait_for(timeout=within_millis)

    async def give_code(self, email: str) -> None:
        """Fills the sign-in form that shows, with the code from the mailbox."""
        self.email = email
        known = len(await self.site.mails(email))
        await self.page.get_by_label("E-mail address").fill(email)
        await self.press("Send the code")
        code_field = self.page.get_by_label("Six-digit code")
        await code_field.wait_for()
        # The sixth digit sends it.
        await code_field.fill(await self.site.code(email, known))

    async def sign_in(self, email: str = "") -> None:
        """Signs in on the page for it."""
        await self.go("/sign-in")
        await self.give_code(email or f"visitor-{uuid4().hex[:12]}@people.test")
        await self.page.wait_for_url(f"{self.site.edge_url}/")

    async def find_best_seats(self, event_id: str) -> None:
        """Lets the box office choose two seats."""
        await self.go(f"/events/{event_id}/seats")
        await self.press("Find my seats")
        await self.sees("These seats are yours until")

    async def pay(self, outcome: str = "Pays") -> None:
        """Goes from the held seats through the payment form."""
        await self.press("Go to payment")
        await self.choose_card(outcome)
        await self.pay_button.click()

    async def choose_card(self, outcome: str) -> None:
        """Says what the test card does."""
        await self.page.get_by_role("radio", name=outcome).check()

    async def buy(self, event_id: str) -> str:
        """Buys two seats; returns the order's id."""
        await self.find_best_seats(event_id)
        await self.pay()
        await self.sees("Your tickets are here")
        return self.page.url.rsplit("/", 1)[-1]


async def visit(
    browser: Browser,
    site: Site,
    *,
    size: tuple[int, int] = DESKTOP,
    theme: Theme = "light",
    **options: Any,
) -> Visitor:
    """Opens a window for a new visitor."""
    width, height = size
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=theme,
        locale="en-GB",
        reduced_motion="reduce",
        **options,
    )
    context.set_default_timeout(WAIT_MILLIS)
    return Visitor(site, context, await context.new_page())
