"""From the search to the ticket, by mouse, by keyboard and by list."""

from playwright.async_api import expect

from tests.browser.conftest import NewVisitor
from tests.browser.visitor import PHONE, Visitor
from tests.people import Person
from tests.polling import eventually


async def test_a_stranger_finds_an_event_by_a_misspelt_name_and_walks_away_with_tickets(
    visitor: Visitor, organiser: Person
) -> None:
    await organiser.seated_event(name="Wintergarten Philharmonic")

    async def is_indexed() -> bool:
        # The index follows the catalogue within seconds.
        reply = await organiser.ask("GET", "/v1/events", query="Wintergarten")
        return bool(reply.body["events"])

    await eventually(is_indexed, within_seconds=20, what="the event in the search")
    await visitor.go("/")
    field = visitor.page.get_by_role("combobox", name="Search events")
    await field.fill("Wintergarden Filharmonic")
    await field.press("Enter")
    await visitor.link("Wintergarten Philharmonic").first.click()
    await visitor.link("Choose seats").click()
    await visitor.press("Find my seats")
    await visitor.give_code("stranger@people.test")
    await visitor.sees("These seats are yours until")
    await visitor.pay()
    await visitor.sees("Your tickets are here")
    await expect(visitor.page.get_by_role("article")).to_have_count(2)


async def test_back_restores_the_filters_of_the_search(visitor: Visitor, organiser: Person) -> None:
    event = await organiser.seated_event()
    await visitor.go("/?together=1&sort=price")
    await expect(visitor.button("2+ together")).to_have_attribute("aria-pressed", "true")
    await visitor.go(f"/events/{event['eventId']}")
    await visitor.page.go_back()
    await expect(visitor.button("2+ together")).to_have_attribute("aria-pressed", "true")
    await expect(visitor.page.get_by_label("Sort by")).to_have_value("price")


async def test_a_seat_is_found_held_and_paid_by_keyboard_alone(
    visitor: Visitor, organiser: Person
) -> None:
    event = await organiser.seated_event()
    await visitor.sign_in()
    await visitor.go(f"/events/{event['eventId']}/seats")
    keys = visitor.page.keyboard
    await visitor.page.get_by_role("application", name="Seat map").focus()
    spoken = visitor.page.locator("#announce-polite")
    await keys.press("ArrowRight")
    await expect(spoken).to_contain_text("free")
    await keys.press("ArrowRight")
    await keys.press("Enter")
    await expect(spoken).to_contain_text("chosen")
    keep = visitor.button("Keep 1 seat for me")
    await tab_to(visitor, "Keep 1 seat for me")
    await expect(keep).to_be_focused()
    await keys.press("Enter")
    await visitor.sees("These seats are yours until")
    await tab_to(visitor, "Go to payment")
    await keys.press("Enter")
    await visitor.sees("Test payments, no real money")
    await tab_to(visitor, "Pay €")
    await keys.press("Enter")
    await visitor.sees("Your tickets are here")


async def tab_to(visitor: Visitor, name: str) -> None:
    """Presses Tab until a button has the focus; fails when it never does."""
    presses_max = 60
    for _ in range(presses_max):
        await visitor.page.keyboard.press("Tab")
        text = await visitor.page.evaluate("document.activeElement?.textContent ?? ''")
        if text.startswith(name):
            return
    raise AssertionError(f"no Tab leads to {name}")


async def test_the_same_purchase_works_in_the_list_on_a_phone(
    new_visitor: NewVisitor, organiser: Person
) -> None:
    event = await organiser.seated_event()
    visitor = await new_visitor(size=PHONE)
    await visitor.sign_in()
    await visitor.go(f"/events/{event['eventId']}/seats")
    await visitor.page.get_by_role("tab", name="List").click()
    await visitor.page.get_by_role("button", name="Stalls").click()
    await visitor.button("Row 1, seat 1,").click()
    await visitor.button("Row 1, seat 2,").click()
    await visitor.press("Keep 2 seats for me")
    await visitor.sees("These seats are yours until")
    await visitor.pay()
    await visitor.sees("Your tickets are here")


async def test_places_without_seats_are_bought_by_number(
    visitor: Visitor, organiser: Person
) -> None:
    event = await organiser.standing_event(capacity=10)
    await visitor.sign_in()
    await visitor.go(f"/events/{event['eventId']}/seats")
    for _ in range(3):
        await visitor.press("One more, Floor")
    await visitor.press("Keep 3 places for me")
    await visitor.sees("These seats are yours until")
    await visitor.pay()
    await visitor.sees("Your tickets are here")
    await expect(visitor.page.get_by_role("article")).to_have_count(3)


async def test_a_lost_race_keeps_the_other_seats_and_offers_a_neighbour(
    visitor: Visitor, organiser: Person
) -> None:
    event = await organiser.seated_event()
    await visitor.sign_in()
    # The feed would tell of the loss before the hold is tried: here the hold has to find out.
    await visitor.page.route("**/availability:watch*", lambda route: route.abort())
    await visitor.go(f"/events/{event['eventId']}/seats")
    await visitor.page.get_by_role("tab", name="List").click()
    await visitor.page.get_by_role("button", name="Stalls").click()
    await visitor.button("Row 2, seat 7,").click()
    await visitor.button("Row 2, seat 8,").click()
    rival = await organiser.site.sign_in()
    (await rival.hold(event["eventId"], seatIds=["s27"])).expect(201)
    await visitor.press("Keep 2 seats for me")
    await visitor.sees("Seat 8 just went.")
    await visitor.press("Take")
    await visitor.press("Keep 2 seats for me")
    await visitor.sees("These seats are yours until")
    await expect(visitor.page.get_by_text("row 2, seat 7")).to_be_visible()


async def test_a_seat_that_is_sold_elsewhere_leaves_the_list_by_itself(
    visitor: Visitor, organiser: Person
) -> None:
    event = await organiser.seated_event()
    await visitor.go(f"/events/{event['eventId']}/seats")
    await visitor.page.get_by_role("tab", name="List").click()
    await visitor.page.get_by_role("button", name="Stalls").click()
    seat = visitor.button("Row 1, seat 1,")
    await expect(seat).to_be_visible()
    rival = await organiser.site.sign_in()
    (await rival.hold(event["eventId"], seatIds=["s0"])).expect(201)
    await expect(seat).to_be_hidden()


async def test_fifty_seats_together_get_a_reason_and_an_alternative(
    visitor: Visitor, organiser: Person
) -> None:
    event = await organiser.seated_event(
        rows=5, seats=6, limits={"seatsPerHold": 50, "ticketsPerBuyer": 50}
    )
    (await (await organiser.site.sign_in()).hold(event["eventId"], seatIds=["s2"])).expect(201)
    await visitor.sign_in()
    await visitor.go(f"/events/{event['eventId']}/seats")
    more = visitor.button("One more, How many together?")
    for _ in range(48):
        await more.click()
    await visitor.press("Find my seats")
    await visitor.sees("No 50 together")


async def test_seats_given_back_are_free_for_others(visitor: Visitor, organiser: Person) -> None:
    event = await organiser.seated_event(rows=1, seats=2)
    await visitor.sign_in()
    await visitor.find_best_seats(event["eventId"])
    rival = await organiser.site.sign_in()
    assert (await rival.hold(event["eventId"], seatIds=["s0"])).status == 409
    await visitor.press("Give them back and choose others")
    await expect(visitor.button("Keep 2 seats for me")).to_be_visible()
    (await rival.hold(event["eventId"], seatIds=["s0"])).expect(201)


async def test_an_unknown_address_says_so_and_leads_on(visitor: Visitor) -> None:
    for path in ("/nowhere", "/events/ev_0000000000000"):
        await visitor.go(path)
        await visitor.sees("Nothing here")
        await expect(visitor.link("Find an event")).to_be_visible()
