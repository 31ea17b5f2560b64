"""One node of Apache Kafka 4 in KRaft mode on free ports, from the jars that Maven fetches."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import signal
import socket
import subprocess
from contextlib import suppress
from pathlib import Path

from deploy.local.broker import LocalBroker
from deploy.local.processes import leashed
from tests.polling import eventually

JAVA_MAJOR_MIN = 17
FETCH_SECONDS = 600
FORMAT_SECONDS = 60
START_SECONDS = 90.0
PROBE_SECONDS = 5.0
HEAP = "-Xmx384m"
POM = Path(__file__).with_name("pom.xml")
CLUSTER_ID = "b25zYWxlLXRlc3RzLTAwMQ"
"""Any 16 bytes in base64."""

# One broker is its own controller, and every internal topic has one copy.
SETTINGS = """
process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs={data}
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
"""


def missing() -> str:
    """Says what this machine lacks to run Kafka; empty when nothing."""
    for program in ("java", "mvn"):
        if shutil.which(program) is None:
            return f"{program} is not installed: Apache Kafka needs Java {JAVA_MAJOR_MIN} and Maven"
    said = subprocess.run(["java", "-version"], capture_output=True, text=True).stderr
    major = int(said.partition('"')[2].partition(".")[0] or 0)
    return (
        ""
        if major >= JAVA_MAJOR_MIN
        else f"Java {major} is too old: Kafka 4 needs {JAVA_MAJOR_MIN}"
    )


def jars() -> Path:
    """The folder of Kafka's jars; Maven fetches them once for each version of the pom."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "onsale"
    folder = cache / f"kafka-{hashlib.sha256(POM.read_bytes()).hexdigest()[:12]}"
    if not folder.exists():
        cache.mkdir(parents=True, exist_ok=True)
        # Moved into place when whole, so that an interrupted fetch is begun again.
        fetched = cache / f"{folder.name}.{os.getpid()}"
        command = ["mvn", "--quiet", "--batch-mode", "--file", str(POM)]
        command += ["dependency:copy-dependencies", "-DincludeScope=runtime"]
        command += [f"-DoutputDirectory={fetched}"]
        subprocess.run(command, check=True, timeout=FETCH_SECONDS)
        try:
            fetched.rename(folder)
        except OSError:  # another run was faster
            shutil.rmtree(fetched)
    return folder


class ApacheKafka:
    """The broker."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port, controller = _free_port(), _free_port()
        self.broker = LocalBroker(self._port)
        """How the local stack looks at a broker: whether it is ready, and its topics."""
        self._settings = folder / "server.properties"
        self._settings.write_text(
            SETTINGS.format(port=self._port, controller=controller, data=folder / "data")
        )
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def bootstrap(self) -> str:
        """How clients reach it."""
        return self.broker.bootstrap

    def format(self) -> None:
        """Makes its data folder."""
        command = self._java("kafka.tools.StorageTool", "format", "--standalone")
        command += ["--cluster-id", CLUSTER_ID, "--config", str(self._settings)]
        subprocess.run(command, check=True, capture_output=True, timeout=FORMAT_SECONDS)

    async def start(self) -> None:
        """Starts it, and makes the topics that are not there."""
        with (self._folder / "kafka.log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: ASYNC220 - it returns at once
                leashed(
                    self._java("kafka.Kafka", str(self._settings)), death_signal=signal.SIGKILL
                ),
                stdout=log,
                stderr=log,
            )
        await eventually(self._is_ready, within_seconds=START_SECONDS, what="Kafka's start")
        await self.broker.settle()

    def kill(self) -> None:
        """Ends it as a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ends it."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self._process:
            self._process.send_signal(how)
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    async def _is_ready(self) -> bool:
        assert self._process
        ended = self._process.poll() is not None
        assert not ended, (self._folder / "kafka.log").read_text()[-3000:]
        with suppress(TimeoutError):
            async with asyncio.timeout(PROBE_SECONDS):
                return await self.broker.is_ready()
        return False

    def _java(self, main: str, *arguments: str) -> list[str]:
        return ["java", HEAP, "-cp", f"{jars()}/*", main, *arguments]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
