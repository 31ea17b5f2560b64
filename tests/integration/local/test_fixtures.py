"""The fixtures that every other integration test stands on."""

import asyncpg
import redis.asyncio
from aiokafka.admin import AIOKafkaAdminClient

from deploy.local.broker import PARTITIONS, TOPICS
from deploy.local.databases import EXTENSIONS


async def test_a_test_gets_a_database_with_every_extension(database: str) -> None:
    connection = await asyncpg.connect(database)
    rows = await connection.fetch("SELECT extname FROM pg_extension")
    await connection.close()
    assert set(EXTENSIONS) <= {row["extname"] for row in rows}


async def test_a_test_gets_an_empty_valkey(valkey: str) -> None:
    async with redis.asyncio.from_url(valkey) as client:
        assert await client.dbsize() == 0
        await client.set("left", "behind")


async def test_a_test_after_it_gets_an_empty_valkey_too(valkey: str) -> None:
    async with redis.asyncio.from_url(valkey) as client:
        assert await client.get("left") is None


async def test_the_broker_has_every_topic_with_its_partitions(broker: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=broker)
    await admin.start()
    topics = await admin.describe_topics(list(TOPICS))
    await admin.close()
    assert {topic["topic"]: len(topic["partitions"]) for topic in topics} == dict.fromkeys(
        TOPICS, PARTITIONS
    )
