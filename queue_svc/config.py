"""Settings of the queue service; environment `ONSALE_QUEUE_…`."""

from __future__ import annotations

from pydantic_settings import SettingsConfigDict

from mesh.config import ServiceSettings


class QueueSettings(ServiceSettings):
    """Ports, database, and how the line is paced."""

    model_config = SettingsConfigDict(env_prefix="ONSALE_QUEUE_", frozen=True, extra="ignore")

    database_dsn: str = "postgresql://queue@127.0.0.1:55432/queue"
    public_port: int = 50052
    peer_port: int = 50152
    metrics_port: int = 9092
    controller_interval_seconds: float = 0.5
    """How often the serving marks are raised; a newcomer with nobody ahead waits about as long."""
    claim_grace_seconds: float = 10.0
    """How long somebody whose turn has come is waited for before the next is called in their stead: some polls."""
    poll_seconds: int = 2
    """What the public document tells clients to wait between two polls."""
