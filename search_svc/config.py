"""Settings of the search service; environment `ONSALE_SEARCH_…`."""

from __future__ import annotations

from pydantic_settings import SettingsConfigDict

from mesh.config import ServiceSettings


class SearchSettings(ServiceSettings):
    """Ports, database, backend, and how fresh the index is."""

    model_config = SettingsConfigDict(env_prefix="ONSALE_SEARCH_", frozen=True, extra="ignore")

    database_dsn: str = "postgresql://search@127.0.0.1:55432/search"
    public_port: int = 50055
    peer_port: int = 50155
    metrics_port: int = 9095
    meilisearch_url: str = ""
    """Where Meilisearch answers; empty chooses PostgreSQL."""
    meilisearch_api_key: str = ""
    meilisearch_index: str = "events"
    rebuild_seconds: float = 300.0
    """How often the whole catalogue is read again: what Kafka lost is found within this time."""
    counts_seconds: float = 0.5
    """How often the counts of changed events are asked for."""
    trending_seconds: float = 300.0
    """How often the trend is computed, over a window of the same length."""
