"""What the local broker cannot show: a log that outlives its broker, and consumers that share the work."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from deploy.local.broker import PARTITIONS, TOPICS
from mesh.consumer import Consumer
from mesh.database import open_database
from mesh.ids import event_text, new_event_id
from mesh.outbox import HOLDS_TOPIC, OutboxRelay
from tests.integration.kafka.server import ApacheKafka, missing
from tests.integration.mesh.test_outbox import Recorder, Running, placed, unpublished, until, write

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(300)]


@pytest.fixture
async def own_kafka(tmp_path: Path) -> AsyncIterator[ApacheKafka]:
    """A broker of the test's own, to be killed."""
    lacks = missing()
    if lacks:
        pytest.skip(lacks)
    kafka = ApacheKafka(tmp_path)
    kafka.format()
    await kafka.start()
    yield kafka
    kafka.stop()


async def test_it_has_every_topic_with_its_partitions(own_kafka: ApacheKafka) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=own_kafka.bootstrap)
    await admin.start()
    try:
        described = await admin.describe_topics(list(TOPICS))
    finally:
        await admin.close()
    assert {topic["topic"]: len(topic["partitions"]) for topic in described} == dict.fromkeys(
        TOPICS, PARTITIONS
    )


async def test_a_killed_broker_loses_nothing_and_repeats_no_effect(
    own_kafka: ApacheKafka, database: str
) -> None:
    """Facts are written before, while and after it is away; each has its effect once, in order."""
    db = await open_database(database)
    key = event_text(new_event_id())
    recorder = Recorder(key)
    name, where = f"test-{uuid4().hex}", own_kafka.bootstrap
    consumer = Consumer(name, [HOLDS_TOPIC], db, where, recorder.handle)
    await write(db, [placed(key, number) for number in range(20)])
    async with Running(OutboxRelay(db, where), consumer):
        await until(lambda: len(recorder.seen) >= 10, seconds=60)
        own_kafka.kill()
        await write(db, [placed(key, number) for number in range(20, 40)])
        await own_kafka.start()
        await write(db, [placed(key, number) for number in range(40, 60)])
        await until(lambda: len(recorder.seen) >= 60, seconds=120)
    assert recorder.seen == [str(number) for number in range(60)]
    assert await unpublished(db) == 0
    await db.close()


async def test_two_consumers_of_a_name_share_the_work_and_one_goes_on_alone(
    own_kafka: ApacheKafka, database: str
) -> None:
    db = await open_database(database)
    where, name = own_kafka.bootstrap, f"test-{uuid4().hex}"
    keys = [event_text(new_event_id()) for _ in range(24)]
    done: list[tuple[str, str]] = []

    async def handle(connection: object, envelope: object, payload: object) -> None:
        done.append((envelope.key, payload.account_id))  # type: ignore[attr-defined]

    first, second = (Consumer(name, [HOLDS_TOPIC], db, where, handle) for _ in range(2))
    async with Running(OutboxRelay(db, where), first):
        async with Running(second):
            await write(db, [placed(key, 1) for key in keys])
            await until(lambda: len(done) >= len(keys), seconds=60)
        await write(db, [placed(key, 2) for key in keys])
        await until(lambda: len(done) >= 2 * len(keys), seconds=60)
    assert sorted(done) == sorted((key, number) for key in keys for number in ("1", "2"))
    for key in keys:
        assert [number for other, number in done if other == key] == ["1", "2"]
    await db.close()
