"""A local stack of a test's own: free ports, an empty state folder, ended with the test run.

The stack is the one that `make run` starts, through the same command; nothing in it knows that it
is under test.
"""

import fcntl
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from deploy.local.environment import stack_environment
from deploy.local.layout import Layout
from deploy.local.ports import STACK_SPAN, Ports, is_base_free
from deploy.local.processes import leashed
from deploy.local.settings import CHECKOUT, LocalSettings
from deploy.local.state import StateFolder
from tests.people import Site
from tests.polling import wait_until

BASES = range(10_000, 20_000, STACK_SPAN)
"""Below the bases that people are told to use, and below the ports of outgoing connections."""

START_SECONDS = 170.0
STOP_SECONDS = 40.0
RESTART_SECONDS = 60.0


class ClaimedPorts:
    """A block of ports that no other test run on this machine takes while we hold it."""

    def __init__(self) -> None:
        folder = Path(tempfile.gettempdir()) / "onsale-test-ports"
        folder.mkdir(exist_ok=True)
        # Different runs look from different ends, so that they seldom try the same block.
        first = os.getpid() % len(BASES)
        for base in (*BASES[first:], *BASES[:first]):
            claim = (folder / str(base)).open("w")
            try:
                fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                claim.close()
                continue
            if is_base_free(base):
                self.base = base
                self._claim: IO[str] = claim
                return
            claim.close()
        raise AssertionError(f"no block of {STACK_SPAN} free ports in {BASES}")

    def release(self) -> None:
        """Lets others have the block."""
        self._claim.close()


class Stack:
    """A running stack."""

    def __init__(
        self,
        run_dir: Path,
        *,
        parts: Sequence[str] = (),
        demo: bool = False,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.run_dir = run_dir
        self._parts = parts
        self._claimed = ClaimedPorts()
        self.port_base = self._claimed.base
        self.ports = Ports(self.port_base)
        self.state = StateFolder(run_dir)
        self._environment = {
            **os.environ,
            **(environment or {}),
            "ONSALE_RUN_DIR": str(run_dir),
            "ONSALE_PORT_BASE": str(self.port_base),
            "ONSALE_DEMO": "on" if demo else "off",
        }
        self._supervisor: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Stack":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._claimed.release()

    def start(self) -> None:
        """Starts the stack; returns when every part serves and the demo, if any, is there."""
        self.state.logs.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "deploy.local", "run", "--detached", *self._parts]
        with self.state.log_file("supervisor").open("ab") as log:
            self._supervisor = supervisor = subprocess.Popen(
                # Should the test run itself be killed, the stack ends too.
                leashed(command, death_signal=signal.SIGTERM),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=CHECKOUT,
                env=self._environment,
                start_new_session=True,
            )

        def serves_or_ended() -> bool:
            status = self.status()
            ours = status.get("supervisor") == supervisor.pid
            return (ours and status["phase"] == "serving") or supervisor.poll() is not None

        wait_until(serves_or_ended, within_seconds=START_SECONDS, what="the stack's start")
        if supervisor.poll() is not None:
            raise AssertionError(f"the stack did not start: {self.supervisor_log()}")

    def stop(self) -> None:
        """Ends the stack as Ctrl-C would."""
        if self._supervisor is None:
            return
        self._supervisor.send_signal(signal.SIGINT)
        try:
            self._supervisor.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._supervisor.kill()
            self._supervisor.wait()

    @property
    def endpoints(self) -> dict[str, str]:
        """What `endpoints.json` says: name → address."""
        addresses: dict[str, str] = json.loads(self.state.endpoints_file.read_text())
        return addresses

    def site(self) -> Site:
        """Returns it as its users see it."""
        return Site(self.edge_url, self.mailbox_url, self.stripe_url, environment=self._environment)

    @property
    def edge_url(self) -> str:
        """The web app and the HTTP API."""
        return self.endpoints["edge"]

    @property
    def mailbox_url(self) -> str:
        """The mailbox's page and API."""
        return self.endpoints["mailbox"]

    @property
    def stripe_url(self) -> str:
        """The local Stripe, without `/v1`."""
        return self.endpoints["stripe"]

    def grpc_address(self, service: str) -> str:
        """A service's public gRPC listener; `edge` is the accounts'."""
        return self.ports.address(self.ports.public(service))

    def peer_address(self, service: str) -> str:
        """A service's peer listener, which wants a client certificate."""
        return self.ports.address(f"{service}.peer")

    @property
    def tls_dir(self) -> Path:
        """`ca.pem`, and `<name>.pem` and `<name>.key` of each service and of `client`."""
        return self.state.tls

    def database_dsn(self, owner: str, *, superuser: bool = False) -> str:
        """How the owner, or the superuser, reaches a service's database."""
        return self._layout.postgres.dsn("postgres" if superuser else owner, owner)

    @property
    def environment(self) -> dict[str, str]:
        """The settings that the stack gives its services, for one started beside it."""
        return stack_environment(self._layout)

    def status(self) -> dict[str, Any]:
        """What the supervisor last said: phase, and per part state, pid and restarts."""
        return self.state.read_status()

    @property
    def supervisor_pid(self) -> int:
        """The supervisor's own process."""
        assert self._supervisor is not None
        return self._supervisor.pid

    def pid_of(self, part: str) -> int:
        """The process of a part."""
        pid: int = self.status()["parts"][part]["pid"]
        return pid

    def kill(self, part: str, with_signal: signal.Signals = signal.SIGKILL) -> int:
        """Sends a signal to a part's process; returns its id."""
        pid = self.pid_of(part)
        os.kill(pid, with_signal)
        return pid

    def wait_until_restarted(self, part: str, killed_pid: int) -> int:
        """Waits until another process of the part serves; returns its id."""

        def new_pid() -> int:
            known = self.status()["parts"][part]
            serves = known["state"] == "SERVING" and known["pid"] not in (None, killed_pid)
            return known["pid"] if serves else 0

        return wait_until(new_pid, within_seconds=RESTART_SECONDS, what=f"a restart of {part}")

    def supervisor_log(self) -> str:
        """All that the supervisor has printed."""
        return self.state.log_file("supervisor").read_text()

    @property
    def _layout(self) -> Layout:
        # Of its own settings, not of the environment that the tests run in.
        return Layout.of(
            LocalSettings.model_construct(run_dir=self.run_dir, port_base=self.port_base)
        )
