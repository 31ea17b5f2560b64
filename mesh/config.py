"""Settings: typed, frozen, every one with a working default, read from the environment once at the start."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

S = TypeVar("S", bound=BaseSettings)


class MeshSettings(BaseSettings):
    """What every service knows of its surroundings; environment `ONSALE_…`."""

    model_config = SettingsConfigDict(env_prefix="ONSALE_", frozen=True, extra="ignore")

    valkey_url: str = "redis://127.0.0.1:56379/0"
    kafka_bootstrap: str = "127.0.0.1:59092"
    tls_dir: Path = Path(".run/tls")
    """Holds ca.pem and, for each service, <name>.pem and <name>.key: the peer ports want them."""
    public_tls: bool = False
    """True where the public gRPC ports speak TLS with the service's own certificate."""
    reflection: bool = True
    """False where the public ports must not tell what they serve."""
    public_url: str = "http://127.0.0.1:8080"
    """Where people reach the edge; in mails and links."""
    otlp_endpoint: str = ""
    """Where traces go, such as http://collector:4318; empty sends none."""
    log_level: str = "info"

    smtp_host: str = "127.0.0.1"
    smtp_port: int = 1025
    smtp_username: str = ""
    smtp_password: str = ""
    smtp_tls: bool = False
    mail_from: str = "Onsale <tickets@onsale.example>"

    stripe_api_base: str = "http://127.0.0.1:12111"
    stripe_api_key: str = "sk_test_local"
    stripe_publishable_key: str = "pk_test_local"
    stripe_webhook_secret: str = "whsec_local"  # noqa: S105 - the default of the local stack, not a secret

    edge_peer_address: str = "127.0.0.1:50150"
    inventory_peer_address: str = "127.0.0.1:50151"
    queue_peer_address: str = "127.0.0.1:50152"
    payment_peer_address: str = "127.0.0.1:50153"
    ticket_peer_address: str = "127.0.0.1:50154"
    search_peer_address: str = "127.0.0.1:50155"

    def peer_address(self, name: str) -> str:
        """Returns where a service's peer port is."""
        return str(getattr(self, f"{name}_peer_address"))


class ServiceSettings(BaseSettings):
    """What every service has of its own. Each subclass sets env_prefix to `ONSALE_<SERVICE>_`."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    database_dsn: str
    database_pool_size_max: int = 12
    bind_host: str = "127.0.0.1"
    public_port: int
    peer_port: int
    metrics_port: int
    drain_seconds: float = 10.0
    """How long calls and workers may take to finish after SIGTERM."""


def load(settings: type[S]) -> S:
    """Reads settings, or ends the process with one line that names every wrong variable."""
    try:
        return settings()
    except ValidationError as error:
        prefix = settings.model_config.get("env_prefix", "")
        problems = "; ".join(
            f"{prefix}{'_'.join(str(part) for part in fault['loc']).upper()}: {fault['msg']}"
            for fault in error.errors()
        )
        sys.exit(f"Configuration: {problems}")
