"""Events from draft to cancelled, with everything that they sell."""

import time
from typing import Any

import pytest

from mesh import ids
from protos.inventory.v1 import catalog_pb2, events_pb2, inventory_pb2
from protos.mesh.v1 import envelope_pb2
from tests.integration.inventory_catalog.conftest import Catalog, Organiser, venue_request
from tests.integration.inventory_catalog.plans import (
    DAY_SECONDS,
    START_SECONDS,
    at,
    event_request,
    generate_request,
    import_pretix,
    prices,
)

PUBLISHED, CANCELLED = catalog_pb2.Event.PUBLISHED, catalog_pb2.Event.CANCELLED


@pytest.fixture
async def hall(organiser: Organiser, venue: Any) -> Any:
    """A venue with eight seats."""
    await organiser.call("ImportPlan", import_pretix(venue))
    return venue


@pytest.fixture
async def draft(organiser: Organiser, hall: Any) -> Any:
    return await organiser.call("CreateEvent", event_request(hall))


def of(event: Any, **fields: Any) -> dict[str, Any]:
    return {"event_id": event.event_id, **fields}


async def told(catalog: Catalog, event: Any) -> list[events_pb2.EventChanged]:
    """What the outbox holds of an event, oldest first."""
    facts = []
    for row in await catalog.rows(
        "SELECT topic, envelope FROM outbox WHERE key = $1 ORDER BY outbox_no", event.event_id
    ):
        assert row["topic"] == "onsale.catalog.v1"
        fact = events_pb2.EventChanged()
        envelope_pb2.Envelope.FromString(row["envelope"]).payload.Unpack(fact)
        facts.append(fact)
    return facts


async def test_an_event_has_its_venues_facts_and_the_defaults(draft: Any, hall: Any) -> None:
    assert (draft.venue_name, draft.city, draft.time_zone) == (hall.name, "Oslo", "Europe/Oslo")
    assert draft.end_time.seconds == START_SECONDS + 3 * 3600
    assert not draft.HasField("sale_open_time")
    limits = draft.limits
    assert (limits.seats_per_hold, limits.live_holds_per_buyer, limits.tickets_per_buyer) == (
        8,
        4,
        12,
    )
    assert (draft.hold_seconds, draft.capacity, draft.version) == (600, 8, 1)
    assert [(zone.zone_id, zone.name, zone.price.amount_minor) for zone in draft.zones] == [
        ("z1", "Front", 4500),
        ("z2", "Back", 2500),
    ]


async def test_the_seats_of_an_event_are_those_of_its_map(catalog: Catalog, draft: Any) -> None:
    event_id = ids.parse_event(draft.event_id)
    [row] = await catalog.rows("SELECT body FROM seat_maps WHERE event_id = $1", event_id)
    seat_map = inventory_pb2.SeatMap.FromString(row["body"])
    assert seat_map.event_id == draft.event_id
    drawn = [
        (int(seat.seat_id[1:]), int(section.section_id[3:]), int(seat.zone_id[1:]))
        for section in seat_map.sections
        for listed in section.rows
        for seat in listed.seats
    ]
    kept = await catalog.rows(
        "SELECT seat_no, section_no, zone_no FROM seats WHERE event_id = $1 ORDER BY seat_no",
        event_id,
    )
    assert [tuple(seat) for seat in kept] == drawn
    assert [number for number, _, _ in drawn] == list(range(8))


async def test_pools_are_counted_in_shards_that_add_up(
    catalog: Catalog, organiser: Organiser, venue: Any
) -> None:
    await organiser.call("GeneratePlan", generate_request(venue))
    event = await organiser.call("CreateEvent", event_request(venue))
    shards = await catalog.rows(
        "SELECT capacity, available FROM pool_shards WHERE event_id = $1",
        ids.parse_event(event.event_id),
    )
    assert [tuple(shard) for shard in shards] == [(40, 40)] * 3
    assert event.capacity == 18 + 120


async def test_an_arena_of_twenty_thousand_seats_is_made_within_a_second_or_two(
    organiser: Organiser, venue: Any
) -> None:
    """Measured 0.3 to 0.6 s alone on two cores; the bound leaves room for a busy machine."""
    sections = [
        catalog_pb2.GeneratePlanRequest.Section(
            name=f"Section {number}", zone_name="Front", rows=20, seats_per_row=25
        )
        for number in range(40)
    ]
    await organiser.call("GeneratePlan", generate_request(venue, sections=sections, pools=[]))
    started = time.perf_counter()
    request = event_request(venue, zone_prices=prices(Front=9500))
    event = await organiser.call("CreateEvent", request)
    assert event.capacity == 20_000
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize(
    ("changes", "fact"),
    [
        ({"zone_prices": prices(Front=1)}, {"missingZoneNames": ["Back"]}),
        ({"zone_prices": []}, {"missingZoneNames": ["Front", "Back"]}),
        ({"zone_prices": prices(Front=1, Back=1, Roof=1)}, {"unknownZoneNames": ["Roof"]}),
        (
            {"zone_prices": prices(Front=1, Back=1) + prices(Back=2)},
            {"repeatedZoneNames": ["Back"]},
        ),
        ({"zone_prices": prices(Front=1) + prices("NOK", Back=1)}, {}),
        ({"zone_prices": prices(Front=-1, Back=1)}, {}),
        ({"zone_prices": prices(Front=10**12 + 1, Back=1)}, {}),
        ({"zone_prices": prices("BTC", Front=1, Back=1)}, {}),
    ],
)
async def test_prices_that_do_not_fit_the_plan_are_refused(
    organiser: Organiser, hall: Any, changes: dict[str, Any], fact: dict[str, Any]
) -> None:
    error = await organiser.refused("CreateEvent", event_request(hall, **changes))
    assert error.reason == "PRICES_INVALID"
    assert error.code.name == "INVALID_ARGUMENT"
    assert fact.items() <= error.facts().items()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " \t "}, "name"),
        ({"end_time": at(START_SECONDS)}, "endTime"),
        ({"sale_open_time": at(START_SECONDS + DAY_SECONDS)}, "saleOpenTime"),
        ({"start_time": at(10**18)}, "startTime"),
        ({"start_time": at(253_402_300_799)}, "startTime"),
        ({"start_time": at(-(10**18))}, "startTime"),
    ],
)
async def test_a_faulty_event_is_refused_naming_the_field(
    organiser: Organiser, hall: Any, changes: dict[str, Any], field: str
) -> None:
    error = await organiser.refused("CreateEvent", event_request(hall, **changes))
    assert (error.code.name, error.facts()["field"]) == ("INVALID_ARGUMENT", field)


async def test_nothing_of_a_refused_event_is_written(
    catalog: Catalog, organiser: Organiser, hall: Any
) -> None:
    tables = ("events", "zones", "seats", "seat_maps", "outbox")
    before = [await catalog.count(table) for table in tables]
    await organiser.refused("CreateEvent", event_request(hall, zone_prices=prices(Front=1)))
    assert [await catalog.count(table) for table in tables] == before


async def test_an_event_needs_a_plan(organiser: Organiser, venue: Any) -> None:
    assert (await organiser.refused("CreateEvent", event_request(venue))).reason == "PLAN_MISSING"


async def test_a_new_plan_changes_no_event_that_was_made_before(
    catalog: Catalog, organiser: Organiser, hall: Any, draft: Any
) -> None:
    await organiser.call("GeneratePlan", generate_request(hall))
    later = await organiser.call("CreateEvent", event_request(hall))
    request = catalog_pb2.GetEventRequest(event_id=draft.event_id)
    assert (await organiser.call("GetEvent", request)).capacity == 8
    assert later.capacity == 138


async def test_the_same_request_makes_one_event(
    catalog: Catalog, organiser: Organiser, hall: Any
) -> None:
    before = await catalog.count("events")
    first = await organiser.call("CreateEvent", event_request(hall, request_id="r"))
    assert await organiser.call("CreateEvent", event_request(hall, request_id="r")) == first
    assert await catalog.count("events") == before + 1


async def test_a_draft_is_seen_by_its_organiser_only(
    catalog: Catalog, organiser: Organiser, draft: Any
) -> None:
    request = catalog_pb2.GetEventRequest(event_id=draft.event_id)
    assert await organiser.call("GetEvent", request) == draft
    for stranger in (catalog.nobody(), catalog.organiser(), catalog.organiser("buyer")):
        assert (await stranger.refused("GetEvent", request)).reason == "EVENT_NOT_FOUND"


async def test_publishing_opens_the_sale_now_and_shows_the_event(
    catalog: Catalog, organiser: Organiser, draft: Any
) -> None:
    request = catalog_pb2.PublishEventRequest(**of(draft))
    published = await organiser.call("PublishEvent", request)
    assert published.state == PUBLISHED
    assert abs(published.sale_open_time.seconds - time.time()) < 60
    assert await organiser.call("PublishEvent", request) == published
    shown = await catalog.nobody().call("GetEvent", catalog_pb2.GetEventRequest(**of(draft)))
    assert shown == published


async def test_publishing_keeps_the_sale_time_and_the_room_that_were_set(
    catalog: Catalog, organiser: Organiser, hall: Any
) -> None:
    opens = at(START_SECONDS - DAY_SECONDS)
    draft = await organiser.call("CreateEvent", event_request(hall, sale_open_time=opens))
    await catalog.rows(
        "UPDATE events SET requires_admission = true WHERE event_id = $1",
        ids.parse_event(draft.event_id),
    )
    published = await organiser.call("PublishEvent", catalog_pb2.PublishEventRequest(**of(draft)))
    assert published.sale_open_time == opens
    assert published.requires_admission


async def test_what_is_over_is_not_published(organiser: Organiser, hall: Any) -> None:
    draft = await organiser.call("CreateEvent", event_request(hall, start_time=at(10**9)))
    error = await organiser.refused("PublishEvent", catalog_pb2.PublishEventRequest(**of(draft)))
    assert error.reason == "EVENT_OVER"


async def test_a_cancelled_event_is_shown_and_comes_back_no_more(
    catalog: Catalog, organiser: Organiser, draft: Any
) -> None:
    await organiser.call("PublishEvent", catalog_pb2.PublishEventRequest(**of(draft)))
    request = catalog_pb2.CancelEventRequest(**of(draft, reason="The singer is ill."))
    cancelled = await organiser.call("CancelEvent", request)
    assert cancelled.state == CANCELLED
    assert await organiser.call("CancelEvent", request) == cancelled
    get = catalog_pb2.GetEventRequest(**of(draft))
    assert await catalog.nobody().call("GetEvent", get) == cancelled
    for method, again in [
        ("PublishEvent", catalog_pb2.PublishEventRequest(**of(draft))),
        ("UpdateEvent", catalog_pb2.UpdateEventRequest(**of(draft, name="Back again"))),
    ]:
        assert (await organiser.refused(method, again)).reason == "EVENT_CANCELLED"


async def test_every_change_is_told_once_with_the_whole_state(
    catalog: Catalog, organiser: Organiser, draft: Any
) -> None:
    await organiser.call("PublishEvent", catalog_pb2.PublishEventRequest(**of(draft)))
    await organiser.call("PublishEvent", catalog_pb2.PublishEventRequest(**of(draft)))
    changes = catalog_pb2.UpdateEventRequest(**of(draft, zone_prices=prices(Back=1900)))
    changed = await organiser.call("UpdateEvent", changes)
    cancel = catalog_pb2.CancelEventRequest(**of(draft, reason="Rain"))
    cancelled = await organiser.call("CancelEvent", cancel)
    facts = await told(catalog, draft)
    assert [fact.facts.event.version for fact in facts] == [1, 2, 3, 4]
    assert facts[2].facts.event == changed
    assert facts[3].facts.event == cancelled
    assert facts[3].cancel_reason == "Rain"
    owner = {fact.facts.organiser_id for fact in facts}
    assert owner == {ids.text("acc", organiser.account_id)}


async def test_only_the_given_fields_of_an_event_change(organiser: Organiser, draft: Any) -> None:
    changes = catalog_pb2.UpdateEventRequest(
        **of(draft, name="Kites", zone_prices=prices(Back=1900), limits={"seats_per_hold": 2})
    )
    changed = await organiser.call("UpdateEvent", changes)
    assert changed.name == "Kites"
    assert [zone.price.amount_minor for zone in changed.zones] == [4500, 1900]
    assert (changed.limits.seats_per_hold, changed.limits.tickets_per_buyer) == (2, 12)
    assert (changed.artist_name, changed.start_time) == (draft.artist_name, draft.start_time)


async def test_an_event_whose_start_is_moved_keeps_its_length(
    organiser: Organiser, draft: Any
) -> None:
    later = at(START_SECONDS + 7 * DAY_SECONDS)
    changes = catalog_pb2.UpdateEventRequest(**of(draft, start_time=later))
    moved = await organiser.call("UpdateEvent", changes)
    assert moved.end_time.seconds == later.seconds + 3 * 3600


async def test_new_prices_are_in_the_events_own_currency(organiser: Organiser, draft: Any) -> None:
    changes = catalog_pb2.UpdateEventRequest(**of(draft, zone_prices=prices("NOK", Back=1900)))
    assert (await organiser.refused("UpdateEvent", changes)).reason == "PRICES_INVALID"


async def test_another_organisers_event_does_not_exist(catalog: Catalog, draft: Any) -> None:
    other = catalog.organiser()
    for method, request in [
        ("UpdateEvent", catalog_pb2.UpdateEventRequest(**of(draft, name="x" * 400))),
        ("UpdateEvent", catalog_pb2.UpdateEventRequest(**of(draft, name="Mine"))),
        ("PublishEvent", catalog_pb2.PublishEventRequest(**of(draft))),
        ("CancelEvent", catalog_pb2.CancelEventRequest(**of(draft))),
        ("CancelEvent", catalog_pb2.CancelEventRequest(event_id="ev_nonsense")),
    ]:
        assert (await other.refused(method, request)).reason == "EVENT_NOT_FOUND", method


async def test_own_events_are_listed_drafts_too_newest_first(
    catalog: Catalog, organiser: Organiser, hall: Any, draft: Any
) -> None:
    later = await organiser.call("CreateEvent", event_request(hall))
    page = await organiser.call("ListOwnEvents", catalog_pb2.ListOwnEventsRequest(page_size=1))
    assert list(page.events) == [later]
    rest = catalog_pb2.ListOwnEventsRequest(page_size=1, page_token=page.next_page_token)
    last = await organiser.call("ListOwnEvents", rest)
    assert (list(last.events), last.next_page_token) == ([draft], "")
    stranger = catalog.organiser()
    empty = await stranger.call("ListOwnEvents", catalog_pb2.ListOwnEventsRequest())
    assert list(empty.events) == []


async def test_the_catalogue_lists_what_was_published_in_id_order(
    catalog: Catalog, organiser: Organiser, hall: Any, draft: Any
) -> None:
    shown = []
    for _ in range(3):
        event = await organiser.call("CreateEvent", event_request(hall))
        publish = catalog_pb2.PublishEventRequest(**of(event))
        shown.append((await organiser.call("PublishEvent", publish)).event_id)
    await organiser.call("CancelEvent", catalog_pb2.CancelEventRequest(event_id=shown[1]))
    await organiser.call("CancelEvent", catalog_pb2.CancelEventRequest(**of(draft)))
    service = catalog.service()
    first = await service.ListCatalog(
        catalog_pb2.ListCatalogRequest(page_size=2, after_event_id=draft.event_id)
    )
    second = await service.ListCatalog(
        catalog_pb2.ListCatalogRequest(page_size=2, after_event_id=shown[1])
    )
    listed = [facts.event.event_id for facts in [*first.events, *second.events]]
    assert listed == sorted(shown)
    facts = await service.GetEventFacts(catalog_pb2.GetEventRequest(**of(draft)))
    assert facts.organiser_id == ids.text("acc", organiser.account_id)


async def test_events_keep_what_they_had_of_a_venue_that_changes(
    organiser: Organiser, hall: Any, draft: Any
) -> None:
    changes = catalog_pb2.UpdateVenueRequest(venue_id=hall.venue_id, name="New name")
    await organiser.call("UpdateVenue", changes)
    request = catalog_pb2.GetEventRequest(**of(draft))
    assert (await organiser.call("GetEvent", request)).venue_name == venue_request().name
