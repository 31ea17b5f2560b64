"""The ticket on the phone and the gate that reads it, with and without a network."""

import re
from pathlib import Path

from playwright.async_api import Page, expect

from tests.browser.conftest import NewVisitor
from tests.browser.film import film
from tests.browser.visitor import PHONE, Visitor, open_browser, visit
from tests.people import Person, Site
from tests.polling import eventually

GATE_NAME = "Gate B"


async def open_gate(visitor: Visitor, event_id: str, email: str) -> None:
    """Brings gate staff to the scanner."""
    await visitor.sign_in(email)
    await visitor.go(f"/gate/{event_id}")
    await visitor.page.get_by_label("Name of this gate").fill(GATE_NAME)
    await visitor.press("Start scanning")
    await visitor.button("Check").wait_for()


async def scan(page: Page, code: str) -> None:
    """Types a code."""
    await page.get_by_label("Type or paste a code").fill(code)
    await page.get_by_role("button", name="Check").click()


async def test_a_code_drawn_offline_is_read_by_the_gates_camera(
    new_visitor: NewVisitor, organiser: Person, gate: Person, site: Site, tmp_path: Path
) -> None:
    event = await organiser.seated_event()
    visitor = await new_visitor(size=PHONE)
    await visitor.sign_in()
    await visitor.buy(event["eventId"])
    await visitor.go("/tickets")
    await visitor.sees("Saved on this device")
    await visitor.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    await visitor.context.set_offline(True)
    await visitor.page.reload()
    await visitor.sees("Your tickets work all the same.")
    await visitor.button("Show the code").first.click()
    code = visitor.page.get_by_role("img", name="Ticket code")
    box = await code.bounding_box()
    assert box is not None
    assert box["width"] >= 240
    picture = tmp_path / "ticket.y4m"
    film(await code.screenshot(), picture)

    camera = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
    async with open_browser(*camera, f"--use-file-for-fake-video-capture={picture}") as browser:
        staff = await visit(browser, site)
        await open_gate(staff, event["eventId"], gate.email)
        await staff.press("Turn the camera on")
        verdict = staff.page.get_by_role("alert").filter(has_text="Let in")
        await verdict.wait_for(timeout=30_000)


async def test_the_second_scan_says_where_and_when_the_first_was(
    visitor: Visitor, organiser: Person, gate: Person, site: Site
) -> None:
    event = await organiser.seated_event()
    buyer = await site.sign_in()
    order = await buyer.buy(event["eventId"], bestAvailable={"quantity": 1})
    [ticket] = await buyer.until_tickets(order["orderId"], 1)
    await gate.scan(event["eventId"], ticket["code"], gate_id="Gate A")
    await open_gate(visitor, event["eventId"], gate.email)
    await scan(visitor.page, ticket["code"])
    await visitor.sees("Already in: Gate A")
    await visitor.page.get_by_role("alert").get_by_role("button").click()
    await scan(visitor.page, "not a ticket")
    await expect(visitor.page.get_by_role("alert")).to_contain_text("Not our ticket")


async def test_a_refunded_ticket_is_stopped(
    visitor: Visitor, organiser: Person, gate: Person, site: Site
) -> None:
    event = await organiser.seated_event()
    buyer = await site.sign_in()
    order = await buyer.buy(event["eventId"], bestAvailable={"quantity": 1})
    [ticket] = await buyer.until_tickets(order["orderId"], 1)
    body = {"ticketIds": [ticket["ticketId"]]}
    (await buyer.ask("POST", f"/v1/orders/{order['orderId']}:refund", body)).expect(200)
    await open_gate(visitor, event["eventId"], gate.email)
    await scan(visitor.page, ticket["code"])
    await expect(visitor.page.get_by_role("alert")).to_contain_text("Refunded")


async def test_an_offline_gate_admits_once_and_sends_its_scans_when_it_is_back(
    visitor: Visitor, organiser: Person, gate: Person, site: Site
) -> None:
    event = await organiser.seated_event()
    event_id = event["eventId"]
    buyer = await site.sign_in()
    order = await buyer.buy(event_id, bestAvailable={"quantity": 1})
    [ticket] = await buyer.until_tickets(order["orderId"], 1)
    await open_gate(visitor, event_id, gate.email)
    await visitor.sees(event["name"])
    await visitor.context.set_offline(True)
    await scan(visitor.page, ticket["code"])
    await visitor.sees("Let in")
    await expect(visitor.page.get_by_role("alert")).to_be_hidden()
    await visitor.sees("1 scan waiting")
    await scan(visitor.page, ticket["code"])
    verdict = visitor.page.get_by_role("alert")
    await expect(verdict).to_contain_text("You just scanned this one")
    await verdict.get_by_role("button").click()
    await visitor.context.set_offline(False)
    await visitor.sees("2 sent, 0 conflicts", within_millis=40_000)
    [again] = await gate.scan(event_id, ticket["code"])
    assert again["reason"] == "ALREADY_ADMITTED"
    assert again["firstScan"]["gateId"] == GATE_NAME


async def test_a_buyer_is_told_that_a_gate_needs_the_role(visitor: Visitor) -> None:
    await visitor.sign_in()
    await visitor.go("/gate")
    await visitor.sees("Only accounts with the role “gate” can open this.")


async def test_signing_out_takes_the_tickets_off_the_device(
    visitor: Visitor, organiser: Person
) -> None:
    event = await organiser.seated_event()
    await visitor.sign_in()
    await visitor.buy(event["eventId"])
    await visitor.go("/tickets")
    await visitor.sees("Saved on this device")
    await visitor.page.locator("summary[aria-label^='Your account']").click()
    await visitor.press("Sign out")
    await visitor.sees("Sign in to see this.")
    await visitor.page.reload()
    await visitor.sees("Sign in to see this.")
    assert await visitor.page.get_by_role("article").count() == 0


async def test_a_ticket_is_passed_on_to_a_friend(
    visitor: Visitor, new_visitor: NewVisitor, organiser: Person, site: Site
) -> None:
    event = await organiser.seated_event()
    await visitor.sign_in()
    await visitor.buy(event["eventId"])
    await visitor.go("/tickets")
    await visitor.button("Pass on").first.click()
    friend_email = f"friend-of-{visitor.email}"
    await visitor.page.get_by_label("To whom?").fill(friend_email)
    await visitor.press("Offer this ticket")
    await visitor.sees(f"Offered to {friend_email}")

    async def offer() -> str:
        for mail in await site.mails(friend_email):
            text = (await site.mail(mail["ID"]))["Text"]
            if found := re.search(r"/transfers/\S+", text):
                return found.group()
        return ""

    path = await eventually(offer, within_seconds=15, what="a mail with the offer")
    friend = await new_visitor()
    await friend.go(path)
    await friend.give_code(friend_email)
    await friend.press("Accept the ticket")
    await friend.sees("It is yours.")
    await expect(friend.page.get_by_role("img", name="Ticket code")).to_be_visible()
