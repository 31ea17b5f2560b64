"""Settings of the ticket service; environment `ONSALE_TICKET_…`."""

from pathlib import Path

from pydantic_settings import SettingsConfigDict

from mesh.config import ServiceSettings

MIGRATIONS = Path(__file__).parent / "migrations"


class TicketSettings(ServiceSettings):
    """What the ticket service has of its own."""

    model_config = SettingsConfigDict(env_prefix="ONSALE_TICKET_", frozen=True, extra="ignore")

    database_dsn: str = "postgresql://ticket@127.0.0.1:55432/ticket"
    public_port: int = 50054
    peer_port: int = 50154
    metrics_port: int = 0

    transfer_offer_days: int = 7
    """How long an offered ticket waits for the other account."""
    feed_poll_seconds: float = 2.0
    """How often payment is asked for newly paid orders."""
    feed_sweep_seconds: float = 20.0
    """How often the last minute of paid orders is read again, for those that committed late."""
    mail_poll_seconds: float = 0.5
    """How often the mailer looks for mails that are due."""
    mail_concurrency: int = 4
    """How many mails one process sends at once."""
