"""The settings that every service is given: where the others are and how to reach them."""

import os
from collections.abc import Mapping

from deploy.local.layout import Layout
from deploy.local.ports import LOOPBACK, SERVICES
from deploy.local.settings import CHECKOUT

# The local Stripe's own keys: they open nothing but a server on this machine.
STRIPE_SECRET_KEY = "sk_test_local"  # noqa: S105
STRIPE_PUBLISHABLE_KEY = "pk_test_local"
STRIPE_WEBHOOK_SECRET = "whsec_local"  # noqa: S105


def stack_environment(layout: Layout) -> dict[str, str]:
    """The variables that the stack sets, and nothing else."""
    ports = layout.ports
    environment = {
        "ONSALE_RUN_DIR": str(layout.state.root),
        "ONSALE_VALKEY_URL": layout.valkey.url,
        "ONSALE_KAFKA_BOOTSTRAP": layout.kafka_bootstrap,
        "ONSALE_TLS_DIR": str(layout.state.tls),
        "ONSALE_KEYS_DIR": str(layout.state.keys),
        "ONSALE_EDGE_HTTP_PORT": str(ports["edge"]),
        "ONSALE_PUBLIC_URL": layout.public_url,
        "ONSALE_STRIPE_API_BASE": ports.url("stripe"),
        "ONSALE_STRIPE_API_KEY": STRIPE_SECRET_KEY,
        "ONSALE_STRIPE_PUBLISHABLE_KEY": STRIPE_PUBLISHABLE_KEY,
        "ONSALE_STRIPE_WEBHOOK_SECRET": STRIPE_WEBHOOK_SECRET,
        # Stripe allows a hundred writes a second; the one on this machine has no such limit.
        "ONSALE_PAYMENT_STRIPE_WRITES_PER_SECOND_MAX": "0",
        "ONSALE_SMTP_HOST": LOOPBACK,
        "ONSALE_SMTP_PORT": str(ports["smtp"]),
    }
    if ports.base is not None:
        environment["ONSALE_PORT_BASE"] = str(ports.base)
    for service in SERVICES:
        environment.update(_addresses(service, layout))
    return environment


def service_environment(layout: Layout, caller: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment of a service: the caller's, with the addresses of this stack."""
    return {**plain_environment(caller), **stack_environment(layout)}


def plain_environment(caller: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The caller's environment, made fit for a Python program of this checkout."""
    direct = ",".join(filter(None, [caller.get("NO_PROXY", ""), LOOPBACK, "localhost"]))
    return {
        **caller,
        "PYTHONPATH": str(CHECKOUT),
        "PYTHONUNBUFFERED": "1",
        # A proxy that leads out of the machine cannot lead back into it.
        "NO_PROXY": direct,
        "no_proxy": direct,
    }


def _addresses(service: str, layout: Layout) -> dict[str, str]:
    ports = layout.ports
    public = ports.public(service)
    settings = {
        "DATABASE_DSN": layout.postgres.dsn(service),
        "PUBLIC_PORT": str(ports[public]),
        "PUBLIC_ADDRESS": ports.address(public),
        "PEER_PORT": str(ports[f"{service}.peer"]),
        "PEER_ADDRESS": ports.address(f"{service}.peer"),
        "METRICS_PORT": str(ports[f"{service}.metrics"]),
    }
    return {f"ONSALE_{service.upper()}_{name}": value for name, value in settings.items()}
