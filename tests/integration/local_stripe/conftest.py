"""One local Stripe for the tests that share it, one of their own for those that stop it."""

from collections.abc import Iterator

import httpx
import pytest

from tests.integration.local_stripe.server import LocalStripe, WebhookReceiver


@pytest.fixture(scope="package")
def webhooks() -> Iterator[WebhookReceiver]:
    receiver = WebhookReceiver()
    yield receiver
    receiver.close()


@pytest.fixture(scope="package")
def shared_stripe(
    webhooks: WebhookReceiver, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LocalStripe]:
    server = LocalStripe(tmp_path_factory.mktemp("stripe") / "state.sqlite", webhooks.url)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def local_stripe(shared_stripe: LocalStripe) -> Iterator[LocalStripe]:
    """The shared server, without faults before and after the test."""
    httpx.delete(f"{shared_stripe.url}/_local/faults")
    yield shared_stripe
    httpx.delete(f"{shared_stripe.url}/_local/faults")


@pytest.fixture
def own_stripe(
    webhooks: WebhookReceiver, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LocalStripe]:
    """A server that the test may stop, kill and start again."""
    server = LocalStripe(tmp_path_factory.mktemp("stripe") / "state.sqlite", webhooks.url)
    server.start()
    yield server
    server.stop()
