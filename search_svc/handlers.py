"""The gRPC servicer: proto in, one question to the index, proto out."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

from mesh import ids, timestamps
from mesh.clock import Clock
from mesh.money import Money
from mesh.pages import PageTokenInvalid, decode_page, encode_page, page_size, query_hash
from protos.search.v1 import search_pb2, search_pb2_grpc
from search_svc.errors import NearInvalid
from search_svc.index import RADIUS_KM_DEFAULT, Hit, Index, Query, is_available
from search_svc.store import Changes

SUGGESTIONS_DEFAULT = 8
TRENDS_DEFAULT = 10


class SearchHandlers(search_pb2_grpc.SearchServiceServicer):
    """Finds events."""

    def __init__(
        self, index: Index, changes: Changes, clock: Clock, *, trending_seconds: float
    ) -> None:
        self._index = index
        self._changes = changes
        self._clock = clock
        self._trending_seconds = trending_seconds

    async def SearchEvents(
        self, request: search_pb2.SearchEventsRequest, context: Any
    ) -> search_pb2.SearchEventsResponse:
        now = self._clock.now()
        asked = query_hash(request)
        size = page_size(request.page_size)
        query = _query(request, decode_page(request.page_token, asked, now), now)
        page = await self._index.search(query)
        hits = page.hits[:size]
        token = ""
        if len(page.hits) > size:
            last = hits[-1]
            token = encode_page([last.sort_key, str(last.document.event_id)], asked, now)
        return search_pb2.SearchEventsResponse(
            events=[_summary(hit, now) for hit in hits],
            facets=[
                search_pb2.SearchEventsResponse.Facet(
                    field=facet.field,
                    values=[
                        search_pb2.SearchEventsResponse.Facet.Value(value=value, count=count)
                        for value, count in facet.values
                    ],
                )
                for facet in page.facets
            ],
            total_size=page.total,
            next_page_token=token,
        )

    async def Suggest(
        self, request: search_pb2.SuggestRequest, context: Any
    ) -> search_pb2.SuggestResponse:
        limit = request.limit or SUGGESTIONS_DEFAULT
        found = await self._index.suggest(request.query, limit, self._clock.now())
        return search_pb2.SuggestResponse(
            suggestions=[
                search_pb2.SuggestResponse.Suggestion(
                    text=one.text,
                    kind=one.kind,
                    event_id=ids.event_text(one.event_id) if one.event_id else "",
                )
                for one in found
            ]
        )

    async def ListTrending(
        self, request: search_pb2.ListTrendingRequest, context: Any
    ) -> search_pb2.ListTrendingResponse:
        now = self._clock.now()
        sold = dict(await self._changes.trend(request.page_size or TRENDS_DEFAULT))
        hits = await self._index.get(list(sold), now)
        return search_pb2.ListTrendingResponse(
            trending=[
                search_pb2.ListTrendingResponse.Trend(
                    event=_summary(hit, now), sold_count=sold[hit.document.event_id]
                )
                for hit in hits
            ],
            events=[_summary(hit, now) for hit in hits],
            window_seconds=int(self._trending_seconds),
        )


def _query(
    request: search_pb2.SearchEventsRequest, cursor: list[Any] | None, now: datetime
) -> Query:
    near = _near(request.near)
    sort = request.sort or ("relevance" if request.query.strip() else "startTime")
    if sort == "distance" and near is None:
        raise NearInvalid("near", "is required to sort by distance")
    if sort == "relevance" and not request.query.strip():
        sort = "startTime"
    return Query(
        now=now,
        text=request.query,
        near=near,
        radius_km=request.radius_km or RADIUS_KM_DEFAULT,
        start_after=timestamps.from_proto(request.start_after),
        start_before=timestamps.from_proto(request.start_before),
        category=request.category,
        city=request.city,
        price_max_minor=request.price_max,
        available=request.available,
        together_min=request.together_min,
        sort=sort,
        # One more than the page holds: only then is there a next one.
        page_size=page_size(request.page_size) + 1,
        after=_place(cursor),
    )


def _place(cursor: list[Any] | None) -> tuple[float, int] | None:
    """Reads after which sort key and event a page begins."""
    if cursor is None:
        return None
    try:
        sort_key, event_text = cursor
        place = float(sort_key), int(event_text)
    except (ValueError, TypeError, OverflowError):
        raise PageTokenInvalid("pageToken", "is not a page token") from None
    if not math.isfinite(place[0]) or not 0 <= place[1] < 2**63:
        raise PageTokenInvalid("pageToken", "is not a page token")
    return place


def _near(text: str) -> tuple[float, float] | None:
    if not text:
        return None
    latitude, longitude = (float(part) for part in text.split(","))
    if abs(latitude) > 90 or abs(longitude) > 180:
        raise NearInvalid("near", "is not a place on earth")
    return latitude, longitude


def _summary(hit: Hit, now: datetime) -> search_pb2.EventSummary:
    document = hit.document
    summary = search_pb2.EventSummary(
        event_id=ids.event_text(document.event_id),
        name=document.name,
        artist_name=document.artist_name,
        venue_name=document.venue_name,
        city=document.city,
        country_code=document.country_code,
        latitude=document.latitude,
        longitude=document.longitude,
        time_zone=document.time_zone,
        category=document.category,
        start_time=timestamps.to_proto(document.start_time),
        price_from=Money(document.price_min_minor, document.currency_code).to_proto(),
        available=is_available(hit, now),
        available_count=hit.available_count,
        distance_km=hit.distance_km,
        requires_admission=document.requires_admission,
    )
    if document.sale_open_time:
        summary.sale_open_time.CopyFrom(timestamps.to_proto(document.sale_open_time))
    return summary
