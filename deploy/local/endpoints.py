"""`endpoints.json`: where everything answers, for tests, tools and people."""

import json

from deploy.local.databases import SUPERUSER
from deploy.local.layout import Layout
from deploy.local.ports import SERVICES
from deploy.local.state import write_atomically

_GRPC = ("accounts", *(service for service in SERVICES if service != "edge"))


def endpoints(layout: Layout) -> dict[str, str]:
    """Name → address: a URL, a `host:port`, or the superuser's DSN."""
    ports = layout.ports
    return {
        "edge": ports.url("edge"),
        **{name: ports.address(name) for name in _GRPC},
        "mailbox": ports.url("mailbox"),
        "smtp": ports.address("smtp"),
        "stripe": ports.url("stripe"),
        "postgres": layout.postgres.dsn(SUPERUSER),
        "valkey": layout.valkey.url,
        "kafka": layout.kafka_bootstrap,
    }


def write_endpoints(layout: Layout) -> None:
    """Writes the file, readable by its owner alone since it holds a password."""
    text = json.dumps(endpoints(layout), indent=2)
    write_atomically(layout.state.endpoints_file, text + "\n", mode=0o600)
