"""The seam: what an index holds, what it is asked, and what it answers. Two backends fit it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

TOTAL_EXACT_MAX = 10_000
FACET_VALUES_MAX = 20
PRICE_STEPS_MINOR = (2_500, 5_000, 10_000, 20_000)
RADIUS_KM_DEFAULT = 50.0
EARTH_RADIUS_KM = 6371.0


@dataclass(frozen=True)
class Document:
    """An event as it is indexed."""

    event_id: int
    version: int
    is_published: bool
    name: str
    artist_name: str
    venue_name: str
    city: str
    country_code: str
    latitude: float
    longitude: float
    time_zone: str
    category: str
    start_time: datetime
    sale_open_time: datetime | None
    requires_admission: bool
    currency_code: str
    price_min_minor: int


@dataclass(frozen=True)
class Counts:
    """What is left of an event."""

    event_id: int
    available_count: int
    together_max: int


@dataclass(frozen=True)
class Query:
    """What to look for; all conditions hold at once."""

    now: datetime
    text: str = ""
    near: tuple[float, float] | None = None
    radius_km: float = RADIUS_KM_DEFAULT
    start_after: datetime | None = None
    start_before: datetime | None = None
    category: str = ""
    city: str = ""
    price_max_minor: int = 0
    available: bool = False
    together_min: int = 0
    sort: str = "startTime"
    """relevance, startTime, distance, price or popularity."""
    page_size: int = 25
    after: tuple[float, int] | None = None
    """The last result of the page before: its sort key and event id."""


@dataclass(frozen=True)
class Hit:
    """An event as found."""

    document: Document
    available_count: int
    distance_km: float
    sort_key: float


@dataclass(frozen=True)
class Facet:
    """How many of each value of a field there are, under all other conditions."""

    field: str
    values: list[tuple[str, int]]


@dataclass(frozen=True)
class Page:
    """What was found."""

    hits: list[Hit]
    total: int
    """Exact up to TOTAL_EXACT_MAX; one more means "or more"."""
    facets: list[Facet] = field(default_factory=list)


@dataclass(frozen=True)
class Suggestion:
    """A name that somebody may be typing."""

    text: str
    kind: str
    """EVENT, ARTIST, VENUE or CITY."""
    event_id: int | None


class Index(Protocol):
    """An index of events."""

    async def put(self, documents: Sequence[Document]) -> None:
        """Indexes events; an older version never replaces a newer one."""

    async def count(self, counts: Sequence[Counts]) -> None:
        """Sets what is left of events."""

    async def popularity(self, sold: dict[int, int]) -> None:
        """Sets how many tickets of events were sold."""

    async def search(self, query: Query) -> Page:
        """Finds published events that have not started."""

    async def suggest(self, text: str, limit: int, now: datetime) -> list[Suggestion]:
        """Returns names that begin like the text, or nearly."""

    async def get(self, event_ids: Sequence[int], now: datetime) -> list[Hit]:
        """Returns events by id, in the order asked; those that cannot be found any more are left out."""


def is_available(hit: Hit, now: datetime) -> bool:
    """Tells whether an event is on sale and has a free place."""
    opened = hit.document.sale_open_time
    return hit.available_count > 0 and opened is not None and opened <= now


def price_range(lower: int) -> str:
    """Names the price range that begins at a step, such as "2500-5000"; the last is open."""
    steps = (0, *PRICE_STEPS_MINOR)
    place = steps.index(lower)
    upper = str(steps[place + 1]) if place + 1 < len(steps) else ""
    return f"{lower}-{upper}"
