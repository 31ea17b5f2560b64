"""PostgreSQL: the default index, and the small tables that every backend needs (changed events, sales, the trend)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from mesh.database import Connection, Database, load_queries
from search_svc.index import (
    FACET_VALUES_MAX,
    PRICE_STEPS_MINOR,
    TOTAL_EXACT_MAX,
    Counts,
    Document,
    Facet,
    Hit,
    Page,
    Query,
    Suggestion,
    price_range,
)
from search_svc.words import joined, plain, words

TRENDING_PLACES_MAX = 100
WORD_SIMILARITY_MIN = 0.38
"""How alike a word must be: "Beyonse" finds "Beyoncé" (0.5) and "nrodic" finds "nordic" (0.43)."""

_queries = load_queries(Path(__file__).with_name("queries.sql"))
_COLUMNS = tuple(Document.__dataclass_fields__)


class PostgresIndex:
    """The index in the service's own database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, documents: Sequence[Document]) -> None:
        if not documents:
            return
        unique = list({document.event_id: document for document in documents}.values())
        async with self._database.transaction() as connection:
            await self.put_in(connection, unique)

    async def put_in(self, connection: Connection, documents: Sequence[Document]) -> None:
        """Indexes events in the caller's transaction."""
        columns = [[getattr(document, name) for document in documents] for name in _COLUMNS]
        titles = [joined(d.name, d.artist_name) for d in documents]
        places = [joined(d.venue_name, d.city) for d in documents]
        texts = [f"{title} {place}" for title, place in zip(titles, places, strict=True)]
        cities = [plain(d.city) for d in documents]
        changed = await connection.fetch(
            _queries.documents_put.sql, *columns, titles, texts, cities
        )
        terms = [
            (kind, joined(text), text, document.event_id)
            for document in documents
            if document.is_published
            for kind, text in _names(document)
        ]
        if terms:
            await connection.execute(
                _queries.terms_put.sql, *[list(x) for x in zip(*terms, strict=True)]
            )
        await _queries.dirty_add(connection, event_ids=[row["event_id"] for row in changed])

    async def count(self, counts: Sequence[Counts]) -> None:
        async with self._database.connection() as connection:
            await _queries.counts_put(
                connection,
                event_ids=[one.event_id for one in counts],
                available_counts=[one.available_count for one in counts],
                together_maxes=[one.together_max for one in counts],
            )

    async def popularity(self, sold: dict[int, int]) -> None:
        async with self._database.connection() as connection:
            await _queries.popularity_put(
                connection, event_ids=list(sold), sold_counts=list(sold.values())
            )

    async def search(self, query: Query) -> Page:
        conditions = _conditions(query)
        key, last_id = query.after or (None, None)
        async with self._database.transaction() as connection:
            await connection.execute(
                f"SET LOCAL pg_trgm.word_similarity_threshold = {WORD_SIMILARITY_MIN}"
            )
            rows = await connection.fetch(
                _queries.page.sql,
                *conditions,
                joined(query.text),
                query.sort,
                key,
                last_id,
                query.page_size,
            )
            total = await connection.fetchval(_queries.total.sql, *conditions, TOTAL_EXACT_MAX + 1)
            facets = await _facets(connection, conditions)
        return Page([_hit(row) for row in rows], int(total), facets)

    async def suggest(self, text: str, limit: int, now: datetime) -> list[Suggestion]:
        typed = joined(text)
        if not typed:
            return []
        async with self._database.transaction() as connection:
            await connection.execute(
                f"SET LOCAL pg_trgm.word_similarity_threshold = {WORD_SIMILARITY_MIN}"
            )
            rows = await connection.fetch(_queries.suggest.sql, typed, limit, now)
        return [
            Suggestion(
                row["text"], row["kind"], row["event_id"] if row["kind"] == "EVENT" else None
            )
            for row in rows
        ]

    async def get(self, event_ids: Sequence[int], now: datetime) -> list[Hit]:
        async with self._database.connection() as connection:
            rows = await connection.fetch(_queries.documents_get.sql, list(event_ids), now)
        found = {row["event_id"]: _hit(row) for row in rows}
        return [found[event_id] for event_id in event_ids if event_id in found]


class Changes:
    """What changed and is to be looked at, what was sold, and the trend."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take_dirty(self, batch_max: int) -> list[int]:
        """Takes events whose counts changed."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(_queries.dirty_take.sql, batch_max)
        return [row["event_id"] for row in rows]

    async def put_back(self, event_ids: Sequence[int]) -> None:
        """Puts events back that could not be counted."""
        async with self._database.connection() as connection:
            await _queries.dirty_add(connection, event_ids=list(event_ids))

    async def stale(self, age_seconds: float, batch_max: int) -> list[int]:
        """Returns the upcoming events whose counts are older than an age."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(_queries.stale_take.sql, age_seconds, batch_max)
        return [row["event_id"] for row in rows]

    async def compute_trend(self, window_seconds: float) -> None:
        """Computes the trend over the last seconds."""
        async with self._database.transaction() as connection:
            await _queries.sales_prune(connection)
            await _queries.trending_clear(connection)
            await _queries.trending_compute(
                connection, window_seconds=window_seconds, places_max=TRENDING_PLACES_MAX
            )

    async def trend(self, places_max: int) -> list[tuple[int, int]]:
        """Returns (event id, tickets sold in the window), most sold first."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(_queries.trending_read.sql, places_max)
        return [(row["event_id"], row["sold_count"]) for row in rows]


async def add_sale(
    connection: Connection, event_id: int, sold_time: datetime, sold_count: int
) -> None:
    """Adds sold tickets, and says that the event's counts changed."""
    await _queries.sale_add(
        connection, event_id=event_id, sold_time=sold_time, sold_count=sold_count
    )
    await _queries.popularity_add(connection, event_id=event_id, sold_count=sold_count)
    await add_dirty(connection, [event_id])


async def add_dirty(connection: Connection, event_ids: Sequence[int]) -> None:
    """Says that the counts of events changed."""
    await _queries.dirty_add(connection, event_ids=event_ids)


def _names(document: Document) -> list[tuple[str, str]]:
    return [
        ("EVENT", document.name),
        ("ARTIST", document.artist_name),
        ("VENUE", document.venue_name),
        ("CITY", document.city),
    ]


def _conditions(query: Query) -> list[Any]:
    asked = words(query.text)
    latitude, longitude = query.near or (None, None)
    return [
        query.now,
        max(asked, key=len, default=""),
        asked,
        latitude,
        longitude,
        query.radius_km,
        query.start_after,
        query.start_before,
        query.category,
        plain(query.city.strip()),
        query.price_max_minor,
        query.available,
        query.together_min,
    ]


async def _facets(connection: Connection, conditions: list[Any]) -> list[Facet]:
    categories = await connection.fetch(_queries.facet_category.sql, *conditions, FACET_VALUES_MAX)
    cities = await connection.fetch(_queries.facet_city.sql, *conditions, FACET_VALUES_MAX)
    prices = await connection.fetch(_queries.facet_price.sql, *conditions, [0, *PRICE_STEPS_MINOR])
    return [
        Facet("category", [(row["value"], row["count"]) for row in categories]),
        Facet("city", [(row["value"], row["count"]) for row in cities]),
        Facet("price", [(price_range(int(row["value"])), row["count"]) for row in prices]),
    ]


def _hit(row: Any) -> Hit:
    document = Document(**{name: row[name] for name in _COLUMNS})
    return Hit(document, row["available_count"], row["distance_km"], row["sort_key"])
