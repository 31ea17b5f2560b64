"""Pages of lists: a token belongs to one list and one query, and the last page says that it is the last."""

import base64
import json
from typing import Any
from uuid import uuid4

from tests.people import Person, Site
from tests.polling import eventually


def forged(token: str, cursor: list[Any]) -> str:
    """A token whose place is changed and whose query is right."""
    _, *rest = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    return base64.urlsafe_b64encode(json.dumps([cursor, *rest]).encode()).rstrip(b"=").decode()


async def events_of(site: Site, organiser: Person, count: int) -> tuple[str, dict[str, Any]]:
    category = f"kind-{uuid4().hex[:8]}"
    venue = await organiser.venue()
    plan = {"pools": [{"name": "Floor", "zoneName": "All", "capacity": 10}]}
    path = f"/v1/venues/{venue['venueId']}:generatePlan"
    (await organiser.ask("POST", path, plan)).expect(200)
    for _ in range(count):
        await organiser.event(venue["venueId"], ["All"], category=category)

    async def first_page() -> dict[str, Any] | None:
        params = {"category": category, "pageSize": 2}
        page: dict[str, Any] = (await site.request("GET", "/v1/events", params=params)).expect(200)
        return page if page["totalSize"] == str(count) else None

    page = await eventually(first_page, within_seconds=15, what=f"{count} events in search")
    assert page is not None
    return category, page


async def test_a_last_page_that_is_full_names_no_next_one(site: Site, organiser: Person) -> None:
    category, first = await events_of(site, organiser, 4)
    params = {"category": category, "pageSize": 2, "pageToken": first["nextPageToken"]}
    last = (await site.request("GET", "/v1/events", params=params)).expect(200)
    assert len(last["events"]) == 2
    assert last["nextPageToken"] == ""


async def test_a_token_of_another_list_or_with_another_place_is_refused(
    site: Site, organiser: Person
) -> None:
    category, page = await events_of(site, organiser, 3)
    token = page["nextPageToken"]
    for path in ("/v1/venues", "/v1/organiser/events", "/v1/orders", "/v1/tickets"):
        refused = await organiser.ask("GET", path, pageToken=token)
        assert (refused.status, refused.reason) == (400, "PAGE_TOKEN_INVALID"), path
    own = (await organiser.ask("GET", "/v1/organiser/events", pageSize=1)).expect(200)
    foreign = await site.request("GET", "/v1/events", params={"pageToken": own["nextPageToken"]})
    assert (foreign.status, foreign.reason) == (400, "PAGE_TOKEN_INVALID")
    for cursor in (["x", "1"], [1.0], [1.0, "x"], [1e400, "1"], [1.0, str(2**70)], [None, None]):
        params = {"category": category, "pageToken": forged(token, cursor)}
        refused = await site.request("GET", "/v1/events", params=params)
        assert (refused.status, refused.reason) == (400, "PAGE_TOKEN_INVALID"), cursor
