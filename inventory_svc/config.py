"""Settings of the inventory; environment `ONSALE_INVENTORY_…`."""

from pydantic_settings import SettingsConfigDict

from mesh.config import ServiceSettings


class InventorySettings(ServiceSettings):
    """What the inventory has of its own."""

    model_config = SettingsConfigDict(env_prefix="ONSALE_INVENTORY_", frozen=True, extra="ignore")

    database_dsn: str = "postgresql://inventory@127.0.0.1:55432/inventory"
    replica_dsn: str = ""
    """A streaming replica of the same database, for those who only look; empty where there is none."""
    public_port: int = 50051
    peer_port: int = 50151
    metrics_port: int = 9091

    paying_seconds: int = 300
    """How long a hold lasts at least once its order begins to pay for it; never longer than a hold of its event."""
