"""Meilisearch, for catalogues that outgrow one PostgreSQL; chosen by `ONSALE_SEARCH_MEILISEARCH_URL`.

The official client is synchronous: every call runs in a thread. Written against Meilisearch's documented API (settings,
filters, `_geoRadius`, facets, typo tolerance); the contract suite runs on a real server wherever `MEILI_URL` is set.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import meilisearch
from meilisearch.errors import MeilisearchApiError, MeilisearchCommunicationError

from mesh.errors import Unavailable
from search_svc.config import SearchSettings
from search_svc.index import (
    EARTH_RADIUS_KM,
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
from search_svc.words import plain

TIMEOUT_SECONDS = 5
TASK_TIMEOUT_MILLIS = 60_000

SETTINGS: dict[str, Any] = {
    "searchableAttributes": ["name", "artist_name", "venue_name", "city"],
    "filterableAttributes": [
        "event_id_number",
        "is_published",
        "start_seconds",
        "sale_open_seconds",
        "category",
        "city",
        "city_plain",
        "price_min_minor",
        "price_range",
        "available_count",
        "together_max",
        "_geo",
    ],
    "sortableAttributes": ["start_seconds", "price_min_minor", "popularity", "order", "_geo"],
    "rankingRules": ["words", "typo", "proximity", "attribute", "sort", "exactness", "order:asc"],
    "pagination": {"maxTotalHits": TOTAL_EXACT_MAX + 1},
    "faceting": {"maxValuesPerFacet": FACET_VALUES_MAX, "sortFacetValuesBy": {"*": "count"}},
}
_ORDERS = {
    "startTime": ["start_seconds:asc", "order:asc"],
    "price": ["price_min_minor:asc", "order:asc"],
    "popularity": ["popularity:desc", "order:asc"],
    "relevance": ["order:asc"],
}

T = TypeVar("T")


class MeilisearchIndex:
    """The index on a Meilisearch server."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._name = name

    @classmethod
    def open(cls, settings: SearchSettings) -> MeilisearchIndex:
        """Connects; the index and its settings are made with the first documents."""
        key = settings.meilisearch_api_key or None
        client = meilisearch.Client(settings.meilisearch_url, key, timeout=TIMEOUT_SECONDS)
        return cls(client, settings.meilisearch_index)

    async def prepare(self) -> None:
        """Makes the index and sets it up; changes nothing when it is."""
        await self._call(
            lambda: self._wait(self._client.create_index(self._name, {"primaryKey": "id"}))
        )
        await self._call(lambda: self._wait(self._index().update_settings(SETTINGS)))
        self._is_prepared = True

    _is_prepared = False

    async def put(self, documents: Sequence[Document]) -> None:
        if not self._is_prepared:
            await self.prepare()
        known = await self._versions([document.event_id for document in documents])
        newer = [d for d in documents if known.get(d.event_id, -1) < d.version]
        if newer:
            rows = [_row(document) for document in newer]
            await self._call(lambda: self._wait(self._index().update_documents(rows)))

    async def count(self, counts: Sequence[Counts]) -> None:
        rows = [
            {
                "id": str(one.event_id),
                "available_count": one.available_count,
                "together_max": one.together_max,
            }
            for one in counts
        ]
        await self._update_known(rows)

    async def popularity(self, sold: dict[int, int]) -> None:
        await self._update_known(
            [{"id": str(event_id), "popularity": count} for event_id, count in sold.items()]
        )

    async def _update_known(self, rows: list[dict[str, Any]]) -> None:
        """Updates parts of documents; an event that is not indexed yet must not become one by its counts."""
        known = await self._versions([int(row["id"]) for row in rows])
        there = [row for row in rows if int(row["id"]) in known]
        if there:
            await self._call(lambda: self._wait(self._index().update_documents(there)))

    async def _versions(self, event_ids: Sequence[int]) -> dict[int, int]:
        if not event_ids:
            return {}
        wanted = ", ".join(f'"{event_id}"' for event_id in event_ids)
        parameters = {
            "filter": f"event_id_number IN [{wanted}]",
            "fields": ["id", "version"],
            "limit": len(event_ids),
        }
        found = await self._call(lambda: self._index().get_documents(parameters))
        return {int(one.id): int(one.version) for one in found.results}

    async def search(self, query: Query) -> Page:
        offset = int(query.after[0]) if query.after else 0
        parameters: dict[str, Any] = {
            "filter": _filters(query),
            "offset": offset,
            "limit": query.page_size,
            "sort": _order(query),
            "showRankingScore": True,
        }
        answer = await self._search(query.text, parameters)
        hits = [_hit(row, float(offset + place + 1)) for place, row in enumerate(answer["hits"])]
        return Page(hits, int(answer["estimatedTotalHits"]), await self._facets(query))

    async def _facets(self, query: Query) -> list[Facet]:
        facets = []
        for name, attribute in (
            ("category", "category"),
            ("city", "city"),
            ("price", "price_range"),
        ):
            parameters = {
                "filter": _filters(query, skipped=name),
                "facets": [attribute],
                "limit": 0,
            }
            answer = await self._search(query.text, parameters)
            counted = answer.get("facetDistribution", {}).get(attribute, {})
            values = sorted(counted.items(), key=lambda one: (-one[1], one[0]))
            facets.append(Facet(name, [(v, c) for v, c in values if v][:FACET_VALUES_MAX]))
        return facets

    async def suggest(self, text: str, limit: int, now: datetime) -> list[Suggestion]:
        if not plain(text).strip():
            return []
        parameters = {
            "filter": [f"start_seconds > {now.timestamp()}", "is_published = true"],
            "limit": limit,
        }
        answer = await self._search(text, parameters)
        names: dict[tuple[str, str], Suggestion] = {}
        for row in answer["hits"]:
            for kind, name in (
                ("ARTIST", row["artist_name"]),
                ("CITY", row["city"]),
                ("VENUE", row["venue_name"]),
                ("EVENT", row["name"]),
            ):
                if plain(text) in plain(name) or kind == "EVENT":
                    event_id = int(row["id"]) if kind == "EVENT" else None
                    names.setdefault((kind, plain(name)), Suggestion(name, kind, event_id))
        return list(names.values())[:limit]

    async def get(self, event_ids: Sequence[int], now: datetime) -> list[Hit]:
        if not event_ids:
            return []
        wanted = ", ".join(f'"{event_id}"' for event_id in event_ids)
        conditions = [f"event_id_number IN [{wanted}]", f"start_seconds > {now.timestamp()}"]
        parameters = {"filter": [*conditions, "is_published = true"], "limit": len(event_ids)}
        answer = await self._search("", parameters)
        found = {int(row["id"]): _hit(row, 0.0) for row in answer["hits"]}
        return [found[event_id] for event_id in event_ids if event_id in found]

    async def _search(self, text: str, parameters: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = await self._call(lambda: self._index().search(text, parameters))
        return answer

    def _index(self) -> Any:
        return self._client.index(self._name)

    def _wait(self, task: Any) -> None:
        self._client.wait_for_task(task.task_uid, timeout_in_ms=TASK_TIMEOUT_MILLIS)

    async def _call(self, call: Callable[[], T]) -> T:
        try:
            return await asyncio.to_thread(call)
        except (MeilisearchCommunicationError, MeilisearchApiError) as error:
            raise Unavailable("Search does not answer; try again.") from error


def _row(document: Document) -> dict[str, Any]:
    lower = max(step for step in (0, *PRICE_STEPS_MINOR) if step <= document.price_min_minor)
    plain_fields = {
        name: getattr(document, name)
        for name in Document.__dataclass_fields__
        if name not in ("event_id", "start_time", "sale_open_time")
    }
    return {
        **plain_fields,
        # A 64-bit number is not exact in JSON: ids travel as text.
        "id": str(document.event_id),
        "event_id_number": str(document.event_id),
        "order": document.event_id >> 11,
        "start_seconds": document.start_time.timestamp(),
        "sale_open_seconds": document.sale_open_time.timestamp()
        if document.sale_open_time
        else None,
        "city_plain": plain(document.city),
        "price_range": price_range(lower),
        "_geo": {"lat": document.latitude, "lng": document.longitude},
    }


def _filters(query: Query, skipped: str = "") -> list[str]:
    now = query.now.timestamp()
    filters = ["is_published = true", f"start_seconds > {now}"]
    if query.near:
        latitude, longitude = query.near
        filters.append(f"_geoRadius({latitude}, {longitude}, {query.radius_km * 1000})")
    if query.start_after:
        filters.append(f"start_seconds >= {query.start_after.timestamp()}")
    if query.start_before:
        filters.append(f"start_seconds < {query.start_before.timestamp()}")
    if query.category and skipped != "category":
        filters.append(f"category = {_quoted(query.category)}")
    if query.city.strip() and skipped != "city":
        filters.append(f"city_plain = {_quoted(plain(query.city.strip()))}")
    if query.price_max_minor and skipped != "price":
        filters.append(f"price_min_minor <= {query.price_max_minor}")
    if query.available:
        filters += ["available_count > 0", f"sale_open_seconds <= {now}"]
    if query.together_min:
        filters.append(f"together_max >= {query.together_min}")
    return filters


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _order(query: Query) -> list[str]:
    if query.sort == "distance" and query.near:
        latitude, longitude = query.near
        return [f"_geoPoint({latitude}, {longitude}):asc", "order:asc"]
    return _ORDERS.get(query.sort, _ORDERS["startTime"])


def _hit(row: dict[str, Any], sort_key: float) -> Hit:
    opened = row.get("sale_open_seconds")
    fields: dict[str, Any] = {name: row.get(name) for name in Document.__dataclass_fields__}
    fields["event_id"] = int(row["id"])
    fields["start_time"] = datetime.fromtimestamp(row["start_seconds"], UTC)
    fields["sale_open_time"] = datetime.fromtimestamp(opened, UTC) if opened else None
    document = Document(**fields)
    distance_km = row.get("_geoDistance", 0) / 1000
    return Hit(
        document, row.get("available_count") or 0, min(distance_km, EARTH_RADIUS_KM * 4), sort_key
    )
