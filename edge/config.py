"""Settings of the edge; environment `ONSALE_EDGE_…`."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from mesh.config import ServiceSettings


class EdgeSettings(ServiceSettings):
    """What the edge has of its own. public_port and peer_port are those of the AccountService."""

    model_config = SettingsConfigDict(env_prefix="ONSALE_EDGE_", frozen=True, extra="ignore")

    database_dsn: str = "postgresql://edge@127.0.0.1:55432/edge"
    public_port: int = 50050
    peer_port: int = 50150
    metrics_port: int = 9090
    http_port: int = 8080

    requests_per_minute_per_address: int = 1200
    """0 lifts every limit per network address and per e-mail address; those per account stay."""
    requests_per_minute_per_account: int = 3000
    requests_per_minute_per_gate: int = 12_000
    """For accounts with the role gate: many people walk in through one of them."""
    codes_per_ten_minutes_per_email: int = 5
    sign_ins_per_ten_minutes_per_address: int = 60
    """Starts and verifications of sessions; an office behind one address signs in together."""
    trusted_proxies: int = 0
    """How many proxies in front of the edge append to X-Forwarded-For; 0 believes nobody."""
    cors_origins: tuple[str, ...] = ()
    """Other origins whose pages may call the API; their cookies are never accepted."""
    web_dir: Path = Path(__file__).parent / "web" / "dist"

    access_token_seconds: int = 900
    refresh_token_days: int = 30
    code_seconds: int = 600
    code_tries: int = 5
    code_pepper: SecretStr = SecretStr("onsale")
    """Keys the hashes of sign-in codes: a copy of the database alone lets nobody guess a live code."""

    requests_in_flight_max: int = 5_000
    """Requests being answered at once; more are told to come back, before memory and deadlines run out."""
    streams_max: int = 10_000
    """Open streams of server-sent events, all together."""
    demo: bool = Field(default=True, validation_alias="ONSALE_DEMO")
    """Whether the pages speak of a demo; they never do where Stripe is the real one."""
