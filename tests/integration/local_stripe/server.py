"""The local Stripe as its own process, and an endpoint that takes its webhooks."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import stripe

from tests.polling import wait_until

KEY = "sk_test_local"
WEBHOOK_SECRET = "whsec_of_the_tests"
START_SECONDS = 20
WEBHOOK_SECONDS = 10
NO_REDIRECTS = {"enabled": True, "allow_redirects": "never"}
MANUAL_CARD = {"card": {"capture_method": "manual"}}


class WebhookReceiver:
    """Takes webhooks, checks each signature with the official library and remembers them."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.refusals: deque[int] = deque()
        """Statuses to answer the next deliveries with, instead of taking them."""
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.take(self, body)

            def log_message(self, *_: Any) -> None:
                """Keeps the test's output clean."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/hook"

    def take(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        status = self.refusals.popleft() if self.refusals else 200
        if status == 200:
            stripe.Webhook.construct_event(
                body, handler.headers["Stripe-Signature"], WEBHOOK_SECRET
            )
            self.events.append(json.loads(body))
        handler.send_response(status)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    def about(self, object_id: str) -> list[str]:
        """The types of the events about an object, or an intent's charges, as they came."""
        return [event["type"] for event in self.events if object_id in json.dumps(event["data"])]

    def wait_for(self, object_id: str, event_type: str, count: int = 1) -> dict[str, Any]:
        """Waits until events of a type about an object arrived; the last of them."""

        def arrived() -> list[dict[str, Any]]:
            found = [
                event
                for event in self.events
                if event["type"] == event_type and object_id in json.dumps(event["data"])
            ]
            return found if len(found) >= count else []

        what = f"{count} × {event_type} about {object_id}"
        return wait_until(arrived, within_seconds=WEBHOOK_SECONDS, what=what)[-1]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class LocalStripe:
    """``python -m deploy.local.stripe`` on a free port."""

    def __init__(self, state: Path, webhook_url: str) -> None:
        self.state = state
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._webhook_url = webhook_url
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it and waits until it is ready."""
        command = [sys.executable, "-m", "deploy.local.stripe", "--port", str(self.port)]
        command += ["--state", str(self.state), "--webhook-url", self._webhook_url]
        command += ["--webhook-secret", WEBHOOK_SECRET]
        with self.state.with_suffix(".log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        wait_until(self._ready, within_seconds=START_SECONDS, what="the local Stripe's start")

    def _ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.state.with_suffix(".log").read_text()
        try:
            return httpx.get(f"{self.url}/healthz").status_code == 200
        except httpx.TransportError:
            return False

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ends it by a signal and gives its exit status."""
        assert self._process is not None
        os.kill(self._process.pid, number)
        return self._process.wait(timeout=START_SECONDS)

    def client(self, key: str = KEY, retries: int = 0) -> stripe.StripeClient:
        """The official library, pointed at it."""
        return stripe.StripeClient(
            key, base_addresses={"api": self.url}, max_network_retries=retries
        )

    def fault(self, **members: Any) -> None:
        """Puts a fault in force."""
        httpx.post(f"{self.url}/_local/faults", json=members).raise_for_status()

    def new_intent(self, **changes: Any) -> stripe.PaymentIntent:
        """An intent such as Onsale makes for an order."""
        terms = {
            "amount": 5_000,
            "currency": "eur",
            "automatic_payment_methods": NO_REDIRECTS,
            "payment_method_options": MANUAL_CARD,
            "metadata": {"order_id": "ord_test"},
        }
        options = changes.pop("options", {})
        return self.client().v1.payment_intents.create({**terms, **changes}, options)

    def captured_intent(self, method: str = "pm_card_visa", **changes: Any) -> stripe.PaymentIntent:
        """A paid intent."""
        intents = self.client().v1.payment_intents
        intent = self.new_intent(**changes)
        intents.confirm(intent.id, {"payment_method": method})
        return intents.capture(intent.id)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
