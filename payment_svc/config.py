"""Settings of payment; environment `ONSALE_PAYMENT_…`."""

from pydantic_settings import SettingsConfigDict

from mesh.config import ServiceSettings


class PaymentSettings(ServiceSettings):
    """What payment has of its own. Where Stripe is and its keys: `ONSALE_STRIPE_…` (mesh/config.py)."""

    model_config = SettingsConfigDict(env_prefix="ONSALE_PAYMENT_", frozen=True, extra="ignore")

    database_dsn: str = "postgresql://payment@127.0.0.1:55432/payment"
    public_port: int = 50053
    peer_port: int = 50153
    metrics_port: int = 9093

    stripe_timeout_seconds: float = 6.0
    """How long one request to Stripe may take; a second try with the same key fits into CreateOrder's deadline."""
    stripe_writes_per_second_max: float = 80.0
    """Stripe allows 100 writes a second; the rest is left to people at its dashboard. 0 lifts the limit."""
    webhook_tolerance_seconds: int = 300
    """How old a webhook's signature may be."""
    orders_at_once_max: int = 32
    """How many orders one process drives at the same time."""
