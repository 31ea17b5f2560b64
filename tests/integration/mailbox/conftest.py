"""The mailbox as its own process."""

import os
import signal
import smtplib
import socket
import subprocess
import sys
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.polling import wait_until

START_SECONDS = 20
MESSAGES_MAX = 40


class RunningMailbox:
    """``python -m deploy.local.mailbox`` on free ports."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.smtp_port, http_port = _free_ports()
        self.url = f"http://127.0.0.1:{http_port}"
        self._command = [sys.executable, "-m", "deploy.local.mailbox"]
        self._command += ["--smtp-port", str(self.smtp_port), "--http-port", str(http_port)]
        self._command += ["--state", str(state), "--messages-max", str(MESSAGES_MAX)]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.state.with_suffix(".log").open("ab") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log)
        wait_until(self._ready, within_seconds=START_SECONDS, what="the mailbox's start")

    def _ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.state.with_suffix(".log").read_text()
        try:
            return httpx.get(f"{self.url}/healthz").status_code == 200
        except httpx.TransportError:
            return False

    def stop(self, number: int = signal.SIGTERM) -> int:
        assert self._process is not None
        os.kill(self._process.pid, number)
        return self._process.wait(timeout=START_SECONDS)

    def send(self, mail: EmailMessage, *recipients: str) -> None:
        with smtplib.SMTP("127.0.0.1", self.smtp_port) as client:
            client.send_message(mail, to_addrs=recipients or None)

    def get(self, path: str, **query: str | int) -> Any:
        reply = httpx.get(self.url + path, params=query)
        reply.raise_for_status()
        return reply.json()

    def search(self, query: str) -> list[str]:
        """The subjects of the mail that matches, newest first."""
        found = self.get("/api/v1/search", query=query)
        assert found["total"] == len(found["messages"])
        return [message["Subject"] for message in found["messages"]]


def letter(to: str, subject: str, text: str = "Hello", html: str | None = None) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "Onsale <tickets@onsale.test>"
    mail["To"] = to
    mail["Subject"] = subject
    mail.set_content(text)
    if html is not None:
        mail.add_alternative(html, subtype="html")
    return mail


@pytest.fixture(scope="package")
def shared_mailbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningMailbox]:
    running = RunningMailbox(tmp_path_factory.mktemp("mail") / "state")
    running.start()
    yield running
    running.stop()


@pytest.fixture
def mailbox(shared_mailbox: RunningMailbox) -> RunningMailbox:
    """The shared mailbox, empty."""
    httpx.delete(f"{shared_mailbox.url}/api/v1/messages").raise_for_status()
    return shared_mailbox


@pytest.fixture
def own_mailbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningMailbox]:
    """A mailbox that the test may kill and start again."""
    running = RunningMailbox(tmp_path_factory.mktemp("mail") / "state")
    running.start()
    yield running
    running.stop()


def _free_ports() -> tuple[int, int]:
    with socket.socket() as first, socket.socket() as second:
        first.bind(("127.0.0.1", 0))
        second.bind(("127.0.0.1", 0))
        return first.getsockname()[1], second.getsockname()[1]
