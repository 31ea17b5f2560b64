"""What the person at the keyboard may choose about the local stack."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from deploy.local.errors import LocalStackError

CHECKOUT = Path(__file__).resolve().parents[2]


class LocalSettings(BaseSettings):
    """The stack's own settings, each read from `ONSALE_<NAME>`."""

    model_config = SettingsConfigDict(
        env_prefix="ONSALE_", env_ignore_empty=True, frozen=True, extra="ignore"
    )

    run_dir: Annotated[Path, AfterValidator(Path.absolute)] = CHECKOUT / ".run"
    """Where data, logs, certificates and `endpoints.json` live."""

    port_base: Annotated[int, Field(ge=1024, le=65_000)] | None = None
    """Moves every port of the stack to this number plus a fixed offset; unset: the usual ports."""

    demo: Literal["on", "off"] = "on"
    """Whether the first start fills the demo catalogue."""

    kafka: Literal["memory", "durable"] = "memory"
    """Whether the broker forgets its topics at a restart or keeps them on disk."""

    kafka_bootstrap: str | None = None
    """A Kafka cluster to use in place of the stack's own broker."""

    public_url: str | None = None
    """The address under which people reach the edge; unset: its loopback address."""

    free_disk_bytes_min: Annotated[int, Field(ge=0)] = 500_000_000
    """Below this much free space the stack refuses to start (a fresh state takes some 200 MB)."""

    start_deadline_seconds: Annotated[float, Field(gt=0)] = 170.0
    """How long everything together may take to become SERVING: a first start is promised within
    three minutes."""


def load_settings() -> LocalSettings:
    """Reads the environment, or says in one line which variable is wrong."""
    try:
        return LocalSettings()
    except ValidationError as error:
        faults = "; ".join(
            f"ONSALE_{'_'.join(str(part) for part in fault['loc'][:1]).upper()}"
            f"={fault['input']!r}: {fault['msg']}"
            for fault in error.errors()
        )
        raise LocalStackError(faults) from error
