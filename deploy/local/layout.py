"""One stack's shape: its settings, its ports and its state folder."""

from dataclasses import dataclass

from deploy.local.ports import Ports
from deploy.local.postgres import LocalPostgres
from deploy.local.settings import LocalSettings
from deploy.local.state import StateFolder
from deploy.local.valkey import LocalValkey


@dataclass(frozen=True)
class Layout:
    """Where one stack listens and keeps its state."""

    settings: LocalSettings
    ports: Ports
    state: StateFolder

    @classmethod
    def of(cls, settings: LocalSettings) -> "Layout":
        """The layout that the settings ask for."""
        return cls(settings, Ports(settings.port_base), StateFolder(settings.run_dir))

    @property
    def postgres(self) -> LocalPostgres:
        """The database server."""
        return LocalPostgres(self.state, self.ports["postgres"])

    @property
    def valkey(self) -> LocalValkey:
        """The cache."""
        return LocalValkey(self.ports["valkey"], self.state.data / "valkey")

    @property
    def kafka_bootstrap(self) -> str:
        """The stack's own broker, or the cluster that the caller named."""
        return self.settings.kafka_bootstrap or self.ports.address("kafka")

    @property
    def public_url(self) -> str:
        """Where people reach the edge."""
        return self.settings.public_url or self.ports.url("edge")
