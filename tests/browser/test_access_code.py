"""A fan follows a link with a code, and finds seats that nobody else can have."""

from tests.browser.visitor import Visitor
from tests.people import Person


async def test_a_code_in_a_link_opens_the_fans_seats(visitor: Visitor, organiser: Person) -> None:
    event = await organiser.seated_event(rows=1, seats=4)
    path = f"/v1/events/{event['eventId']}/allotments"
    what = {"name": "Fan club", "kind": "CHANNEL", "sectionIds": ["sec1"]}
    allotment = (await organiser.ask("POST", path, what)).expect(201)
    codes = {"codes": ["FAN-CLUB"], "usesMax": 1}
    (await organiser.ask("POST", f"{path}/{allotment['allotmentId']}:addCodes", codes)).expect(200)
    await visitor.sign_in()
    await visitor.go(f"/events/{event['eventId']}/seats?code=fan-club")
    await visitor.press("Find my seats")
    await visitor.sees("No 2 together.")
    await visitor.press("Open")
    await visitor.sees("Fan club: your seats are open to you.")
    await visitor.press("Find my seats")
    await visitor.sees("These seats are yours until")


async def test_a_wrong_code_opens_nothing_and_says_so(visitor: Visitor, organiser: Person) -> None:
    event = await organiser.seated_event(rows=1, seats=4)
    await visitor.sign_in()
    await visitor.go(f"/events/{event['eventId']}/seats")
    await visitor.page.get_by_text("I have a code").click()
    await visitor.page.get_by_label("Access code").fill("NONE-SUCH")
    await visitor.press("Open")
    await visitor.sees("This code opens nothing here.")
    await visitor.press("Find my seats")
    await visitor.sees("These seats are yours until")
