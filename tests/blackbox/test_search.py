"""Finding events over HTTP."""

import asyncio
from uuid import uuid4

from tests.people import Person, Site
from tests.polling import eventually


async def test_every_page_of_a_long_list_comes_exactly_once(site: Site, organiser: Person) -> None:
    category = f"kind-{uuid4().hex[:8]}"
    venue = await organiser.venue()
    plan = {"pools": [{"name": "Floor", "zoneName": "All", "capacity": 10}]}
    await organiser.ask("POST", f"/v1/venues/{venue['venueId']}:generatePlan", plan)
    made = await asyncio.gather(
        *[organiser.event(venue["venueId"], ["All"], category=category) for _ in range(27)]
    )

    async def all_there() -> bool:
        reply = await site.request("GET", "/v1/events", params={"category": category})
        return bool(reply.expect(200)["totalSize"] == "27")

    await eventually(all_there, within_seconds=15, what="27 events in search")
    seen: list[str] = []
    token = ""
    while True:
        params = {"category": category, "pageSize": 5, "pageToken": token}
        page = (await site.request("GET", "/v1/events", params=params)).expect(200)
        seen += [event["eventId"] for event in page["events"]]
        token = page["nextPageToken"]
        if not token:
            break
    assert sorted(seen) == sorted(event["eventId"] for event in made)


async def test_page_sizes_and_foreign_tokens_are_refused(site: Site) -> None:
    for params in (
        {"pageSize": -1},
        {"pageSize": 10**9},
        {"pageSize": 101},
        {"pageToken": "nonsense"},
        {"near": "nowhere"},
        {"near": "99,10"},
        {"sort": "luck"},
        {"unknownParameter": "x"},
    ):
        reply = await site.request("GET", "/v1/events", params=params)
        assert reply.status == 400, params
        assert reply.reason in ("INVALID_ARGUMENT", "PAGE_TOKEN_INVALID")


async def test_suggestions_and_the_trend_answer(site: Site, organiser: Person) -> None:
    event = await organiser.standing_event(capacity=10, name="Zephyrine Carnival")

    async def suggested() -> bool:
        reply = await site.request("GET", "/v1/events:suggest", params={"query": "zephy"})
        texts = [one["text"] for one in reply.expect(200)["suggestions"]]
        return event["name"] in texts

    await eventually(suggested, within_seconds=10, what="the suggestion")
    (await site.request("GET", "/v1/events:trending")).expect(200)
