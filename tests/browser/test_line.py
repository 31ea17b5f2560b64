"""The line: before it opens, in it, and through it."""

from playwright.async_api import expect

from tests.browser.conftest import NewVisitor
from tests.browser.visitor import Visitor
from tests.people import Person, in_days

TURN_MILLIS = 25_000


async def event_with_a_room(organiser: Person, **room: object) -> str:
    """Publishes an event whose sale goes through a line."""
    event = await organiser.seated_event()
    event_id: str = event["eventId"]
    settings = {"capacity": 50, **room}
    (await organiser.ask("PUT", f"/v1/events/{event_id}/room", settings)).expect(200)
    return event_id


async def test_a_turn_opens_the_seats_by_itself_and_they_can_be_bought(
    visitor: Visitor, organiser: Person
) -> None:
    event_id = await event_with_a_room(organiser)
    await visitor.sign_in()
    await visitor.go(f"/events/{event_id}")
    await visitor.link("Join the line").click()
    await visitor.press("Join the line")
    await visitor.page.wait_for_url("**/seats", timeout=TURN_MILLIS)
    await visitor.sees("You are inside until")
    await visitor.press("Find my seats")
    await visitor.sees("These seats are yours until")
    await visitor.pay()
    await visitor.sees("Your tickets are here")


async def test_before_the_opening_a_place_in_the_draw_is_kept_over_a_reload(
    visitor: Visitor, organiser: Person
) -> None:
    event_id = await event_with_a_room(organiser, openTime=in_days(0.02))
    await visitor.go(f"/events/{event_id}")
    await visitor.link("Join the draw").click()
    await visitor.sees("Places come from a draw")
    await visitor.give_code("early@people.test")
    await visitor.press("Join the draw")
    await visitor.sees("You are in the draw.")
    await visitor.page.reload()
    await visitor.sees("You are in the draw.")


async def test_offline_the_place_stays_and_online_the_page_goes_on_without_a_reload(
    visitor: Visitor, organiser: Person
) -> None:
    event_id = await event_with_a_room(organiser, openTime=in_days(0.02))
    await visitor.sign_in()
    await visitor.go(f"/events/{event_id}/line")
    await visitor.press("Join the draw")
    await visitor.sees("You are in the draw.")
    await visitor.context.set_offline(True)
    await visitor.sees("We lost the connection. Your place is safe.", within_millis=40_000)
    await visitor.sees("You are in the draw.")
    await visitor.context.set_offline(False)
    lost = visitor.page.get_by_text("We lost the connection.")
    await expect(lost).to_be_hidden()
    await visitor.sees("You are in the draw.")


async def test_a_paused_line_says_so_to_those_who_wait(
    new_visitor: NewVisitor, organiser: Person
) -> None:
    event_id = await event_with_a_room(organiser, capacity=1)
    first, second = await new_visitor(), await new_visitor()
    for visitor in (first, second):
        await visitor.sign_in()
        await visitor.go(f"/events/{event_id}/line")
        await visitor.press("Join the line")
        if visitor is first:
            await first.page.wait_for_url("**/seats", timeout=TURN_MILLIS)
    await second.sees("Your place is saved to your account.")
    (await organiser.ask("POST", f"/v1/events/{event_id}/room:pause", {})).expect(200)
    await second.sees("The organiser paused the line. Nobody passes you.", within_millis=20_000)


async def test_without_an_admission_the_page_leads_to_the_line(
    visitor: Visitor, organiser: Person
) -> None:
    event_id = await event_with_a_room(organiser)
    await visitor.sign_in()
    await visitor.go(f"/events/{event_id}/seats")
    await visitor.press("Find my seats")
    await visitor.link("Go to the line").click()
    await visitor.page.wait_for_url(f"**/events/{event_id}/line")
