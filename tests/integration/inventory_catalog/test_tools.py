"""The tools that fill a catalogue make everything once, whatever cuts them short."""

import datetime
import types
from pathlib import Path
from typing import Any

import grpc
import pytest

from deploy.local.catalogue import Catalogue, NewEvent, NewVenue, first_of
from deploy.local.journal import Journal
from deploy.local.organiser import Desk
from mesh.channels import client_chain
from mesh.timestamps import to_proto
from protos.inventory.v1 import catalog_pb2, catalog_pb2_grpc
from tests.integration.inventory_catalog.conftest import Catalog, Organiser, venue_request
from tests.integration.inventory_catalog.plans import START_SECONDS, at, prices

POOL = catalog_pb2.GeneratePlanRequest.Pool(name="Floor", zone_name="Front", capacity=100)
VENUES = [
    NewVenue(
        f"v{n}", venue_request(name=f"Hall {n}"), catalog_pb2.GeneratePlanRequest(pools=[POOL])
    )
    for n in range(4)
]
EVENTS = [
    NewEvent(
        f"e{n}",
        f"v{n % 4}",
        catalog_pb2.CreateEventRequest(
            name=f"Night {n}", start_time=at(START_SECONDS), zone_prices=prices(Front=1000)
        ),
    )
    for n in range(40)
]


class CutShort(Exception):
    """The tool was killed."""


class MortalJournal(Journal):
    """Ends its tool after some notes: between a thing's making and its being noted."""

    notes_left = 10

    def note(self, name: str, identifier: str) -> None:
        self.notes_left -= 1
        if self.notes_left < 0:
            raise CutShort
        super().note(name, identifier)


def desk_of(catalog: Catalog, organiser: Organiser) -> Desk:
    soon = datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=10)
    session = types.SimpleNamespace(access_token=organiser.token, expire_time=to_proto(soon))
    channel = grpc.aio.insecure_channel(catalog.address, interceptors=client_chain())
    stub: Any = catalog_pb2_grpc.CatalogServiceStub(channel)
    return Desk(None, stub, None, session)


async def own_events(organiser: Organiser) -> list[str]:
    request = catalog_pb2.ListOwnEventsRequest(page_size=100)
    events = (await organiser.call("ListOwnEvents", request)).events
    assert {event.state for event in events} <= {catalog_pb2.Event.PUBLISHED}
    return sorted(event.name for event in events)


async def test_everything_is_made_and_published_once(
    catalog: Catalog, organiser: Organiser, tmp_path: Path
) -> None:
    desk = desk_of(catalog, organiser)
    for made_venues, made_events in [(4, 40), (0, 0)]:
        tool = Catalogue(desk, Journal(tmp_path / "journal.jsonl"))
        assert await tool.add_venues(VENUES) == made_venues
        assert await tool.add_events(EVENTS) == made_events
    assert await own_events(organiser) == sorted(new.event.name for new in EVENTS)


async def test_a_thing_that_was_made_but_not_noted_is_not_made_again(
    catalog: Catalog, organiser: Organiser, tmp_path: Path
) -> None:
    """Without request ids of the things' own names the last event would be made twice: seen."""
    desk = desk_of(catalog, organiser)
    path = tmp_path / "journal.jsonl"
    killed = Catalogue(desk, MortalJournal(path))
    await killed.add_venues(VENUES)  # eight notes
    await killed.add_events(EVENTS[:1])
    await killed.add_events(EVENTS[1:2])
    with pytest.raises(ExceptionGroup) as cut:
        await killed.add_events(EVENTS[2:3])
    assert isinstance(first_of(cut.value), CutShort)
    tool = Catalogue(desk, Journal(path))
    assert await tool.add_events(EVENTS[:4]) == 2
    assert await own_events(organiser) == sorted(new.event.name for new in EVENTS[:4])
