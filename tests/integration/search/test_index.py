"""What every backend of search must do. PostgreSQL always; Meilisearch where MEILI_URL names a server."""

import os
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

import search_svc
from mesh.database import open_database
from search_svc.config import SearchSettings
from search_svc.index import Counts, Document, Index, Query
from search_svc.meilisearch_index import MeilisearchIndex
from search_svc.store import PostgresIndex

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
MIGRATIONS = Path(search_svc.__file__).with_name("migrations")
OSLO, BERGEN, TROMSO = (59.91, 10.75), (60.39, 5.32), (69.65, 18.96)


def event(number: int, **changes: Any) -> Document:
    base = Document(
        event_id=number,
        version=1,
        is_published=True,
        name=f"Evening {number}",
        artist_name="",
        venue_name="Great Hall",
        city="Oslo",
        country_code="NO",
        latitude=OSLO[0],
        longitude=OSLO[1],
        time_zone="Europe/Oslo",
        category="concert",
        start_time=NOW + timedelta(days=number),
        sale_open_time=NOW - timedelta(days=1),
        requires_admission=False,
        currency_code="EUR",
        price_min_minor=4000,
    )
    return replace(base, **changes)


CATALOGUE = [
    event(1, name="Beyoncé: Renaissance", artist_name="Beyoncé", price_min_minor=9000),
    event(2, name="Sibelius Night", artist_name="Sibelius, Jean", category="classical"),
    event(3, city="Tromsø", latitude=TROMSO[0], longitude=TROMSO[1], venue_name="Arctic Stage"),
    event(4, city="Bergen", latitude=BERGEN[0], longitude=BERGEN[1], price_min_minor=1500),
    event(5, name="Hidden", is_published=False),
    event(6, name="Yesterday", start_time=NOW - timedelta(days=1)),
    event(7, name="Later Sale", sale_open_time=NOW + timedelta(days=1)),
    event(8, name="Sold Out Evening"),
]


@pytest.fixture(params=["postgresql", "meilisearch"])
async def index(request: pytest.FixtureRequest, database: str) -> AsyncIterator[Index]:
    if request.param == "meilisearch":
        url = os.environ.get("MEILI_URL")
        if not url:
            pytest.skip("no Meilisearch: set MEILI_URL to a server to run the suite on it")
        settings = SearchSettings(
            meilisearch_url=url,
            meilisearch_api_key=os.environ.get("MEILI_MASTER_KEY", ""),
            meilisearch_index=f"test-{uuid4().hex}",
        )
        chosen: Index = MeilisearchIndex.open(settings)
        await fill(chosen)
        yield chosen
        return
    opened = await open_database(database, [MIGRATIONS])
    await fill(PostgresIndex(opened))
    yield PostgresIndex(opened)
    await opened.close()


async def fill(index: Index) -> None:
    await index.put(CATALOGUE)
    counts = [Counts(document.event_id, 100, 10) for document in CATALOGUE]
    await index.count([*counts[:7], Counts(8, 0, 0)])


async def found(index: Index, **conditions: Any) -> list[int]:
    page = await index.search(Query(now=NOW, **conditions))
    return [hit.document.event_id for hit in page.hits]


async def test_past_and_unpublished_events_are_left_out_and_the_rest_come_by_start(
    index: Index,
) -> None:
    assert await found(index) == [1, 2, 3, 4, 7, 8]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("beyonce", 1),
        ("Beyonse", 1),
        ("renaisance", 1),
        ("renaisasnce", 1),
        ("sibelisu", 2),
        ("Jean Sibelius", 2),
        ("sibel", 2),
        ("tromso", 3),
        ("arctic stage", 3),
        ("BERGEN", 4),
    ],
)
async def test_a_name_is_found_with_typos_parts_accents_and_in_any_order(
    index: Index, text: str, first: int
) -> None:
    assert (await found(index, text=text, sort="relevance"))[0] == first


async def test_nonsense_finds_nothing(index: Index) -> None:
    assert await found(index, text="xqzwv", sort="relevance") == []


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({"city": "tromsø"}, [3]),
        ({"city": "TROMSO"}, [3]),
        ({"category": "classical"}, [2]),
        ({"price_max_minor": 2000}, [4]),
        ({"available": True}, [1, 2, 3, 4]),
        ({"together_min": 11}, []),
        ({"near": BERGEN, "radius_km": 20.0}, [4]),
        ({"near": OSLO, "radius_km": 400.0, "sort": "distance"}, [1, 2, 7, 8, 4]),
        ({"start_after": NOW + timedelta(days=3), "start_before": NOW + timedelta(days=7)}, [3, 4]),
        ({"sort": "price"}, [4, 2, 3, 7, 8, 1]),
    ],
)
async def test_each_condition_narrows(
    index: Index, conditions: dict[str, Any], expected: list[int]
) -> None:
    assert await found(index, **conditions) == expected


async def test_every_page_of_a_long_list_comes_exactly_once(index: Index) -> None:
    await index.put([event(100 + n, start_time=NOW + timedelta(days=30)) for n in range(25)])
    seen: list[int] = []
    after = None
    while True:
        page = await index.search(Query(now=NOW, page_size=7, after=after))
        seen += [hit.document.event_id for hit in page.hits]
        if len(page.hits) < 7:
            break
        after = (page.hits[-1].sort_key, page.hits[-1].document.event_id)
    assert seen == [1, 2, 3, 4, 7, 8, *range(100, 125)]
    assert page.total == 31


async def test_facets_count_under_all_other_conditions(index: Index) -> None:
    page = await index.search(Query(now=NOW, category="classical"))
    facets = {facet.field: dict(facet.values) for facet in page.facets}
    assert facets["category"] == {"concert": 5, "classical": 1}
    assert facets["city"] == {"Oslo": 1}
    assert facets["price"] == {"2500-5000": 1}


async def test_an_older_version_never_replaces_a_newer_one(index: Index) -> None:
    await index.put([event(4, version=3, name="Renamed", city="Bergen")])
    await index.put([event(4, version=2, name="Older", city="Bergen")])
    hits = await index.get([4], NOW)
    assert hits[0].document.name == "Renamed"


async def test_a_cancelled_event_is_found_no_more(index: Index) -> None:
    await index.put([event(4, version=2, is_published=False)])
    assert 4 not in await found(index)
    assert await index.get([4], NOW) == []


async def test_suggestions_are_names_of_what_can_be_found(index: Index) -> None:
    kinds = {one.kind: one for one in await index.suggest("beyo", 8, NOW)}
    assert kinds["ARTIST"].text == "Beyoncé"
    assert kinds["EVENT"].event_id == 1
    assert [one.text for one in await index.suggest("trom", 8, NOW)] == ["Tromsø"]
    assert await index.suggest("hidden", 8, NOW) == []
    assert await index.suggest("  ", 8, NOW) == []


async def test_popularity_orders_when_asked(index: Index) -> None:
    await index.popularity({3: 50, 2: 10})
    assert (await found(index, sort="popularity"))[:2] == [3, 2]
