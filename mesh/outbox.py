"""The transactional outbox: a fact is written with the state it tells of, and published afterwards, at least once.

Order: the fact's row commits with the state → the relay sends it (acks=all) → the relay flags it. A crash between the
last two sends it again; consumers drop the second by its envelope id. Rows are kept a day: when a partition ends
before where it did, the broker has forgotten, and the relay publishes the day again.
"""

from __future__ import annotations

import asyncio
import contextlib
import zlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from os import urandom
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from google.protobuf.message import Message

from mesh import telemetry, timestamps
from mesh.database import Connection, Database, connect_alone, load_queries
from mesh.workers import Backoff, first_of, report
from protos.mesh.v1 import envelope_pb2

SLOT_COUNT = 8
SLOT_LOCK_SPACE = 0x0B0C5  # the first half of the relay's advisory locks
BATCH_MAX = 500
PRUNE_BATCH_MAX = 2_000
PRUNE_BATCHES_MAX = 100
"""Of one table in a minute, so that what 3,000 facts a second leave is forgotten as fast as it comes."""
PRUNE_EVERY_SECONDS = 60.0
IDLE_SECONDS = 0.05
LOOK_SECONDS = 5.0
"""How often the ends of the partitions are looked at: what a broker lost is published again within seconds."""
LOOK_TIMEOUT_SECONDS = 10.0
SEND_TIMEOUT_MILLIS = 10_000
CATALOG_TOPIC = "onsale.catalog.v1"
HOLDS_TOPIC = "onsale.holds.v1"
ORDERS_TOPIC = "onsale.orders.v1"
TICKETS_TOPIC = "onsale.tickets.v1"

_queries = load_queries(Path(__file__).with_name("queries.sql"))
_PRUNING = (
    _queries.outbox_prune.sql,
    _queries.inbox_prune.sql,
    _queries.requests_prune.sql,
)


@dataclass(frozen=True)
class Fact:
    """Something that became true."""

    payload: Message
    key: str
    """The event's text id."""
    aggregate_id: str
    version: int
    occurred_time: datetime


class Outbox:
    """Writes facts of one topic."""

    def __init__(self, topic: str) -> None:
        self._topic = topic

    async def add(
        self,
        connection: Connection,
        fact: Message,
        *,
        key: str,
        aggregate_id: str,
        version: int,
        occurred_time: datetime,
    ) -> None:
        """Writes one fact in the caller's transaction."""
        await self.add_many(connection, [Fact(fact, key, aggregate_id, version, occurred_time)])

    async def add_many(self, connection: Connection, facts: Sequence[Fact]) -> None:
        """Writes facts in the caller's transaction, in their order, in one statement."""
        if not facts:
            return
        await connection.execute(
            _queries.outbox_add_many.sql,
            [slot_of(fact.key) for fact in facts],
            [self._topic] * len(facts),
            [fact.key for fact in facts],
            [envelope(fact).SerializeToString() for fact in facts],
            [fact.occurred_time for fact in facts],
        )

    @staticmethod
    def wake() -> None:
        """Tells this process's relay that something was committed; without it the relay looks 20 times a second."""
        _committed.set()


_committed = asyncio.Event()


def slot_of(key: str) -> int:
    """Returns the slot of a key: everything of an event goes through one relay at a time."""
    return zlib.crc32(key.encode()) % SLOT_COUNT


def envelope(fact: Fact) -> envelope_pb2.Envelope:
    """Wraps a fact for the wire."""
    kind = fact.payload.DESCRIPTOR
    wrapped = envelope_pb2.Envelope(
        id=new_envelope_id(),
        type=kind.name,
        key=fact.key,
        aggregate_id=fact.aggregate_id,
        version=fact.version,
        traceparent=telemetry.traceparent(),
    )
    # Set in place: copying one message into another takes longer.
    timestamps.set_time(wrapped.occurred_time, fact.occurred_time)
    wrapped.payload.type_url = f"onsale/{kind.full_name}"
    wrapped.payload.value = fact.payload.SerializeToString()
    return wrapped


def new_envelope_id() -> str:
    """Returns a random UUID as text; the standard library's takes five times as long."""
    digits = urandom(16).hex()
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def forgotten_topics(
    before: Mapping[TopicPartition, int], ends: Mapping[TopicPartition, int]
) -> set[str]:
    """Returns the topics of which a partition that we have published to ends before where it did, or is empty.

    Ends are not compared to acknowledged offsets: a broker may tell the last batch's first record as the end.
    """
    return {place.topic for place, end in ends.items() if end == 0 or end < before.get(place, 0)}


class OutboxRelay:
    """Publishes what the outbox holds; one at a time for each slot, whichever process has its lock."""

    name = "outbox relay"

    def __init__(self, database: Database, kafka_bootstrap: str) -> None:
        self._database = database
        self._bootstrap = kafka_bootstrap
        self._ends: dict[TopicPartition, int] = {}
        """Where the partitions ended when they were last looked at."""

    async def run(self, stop: asyncio.Event) -> None:
        parts = (self._relay, self._watch, self._forget)
        await asyncio.gather(*[self._keep(part, stop) for part in parts])

    async def _keep(
        self, part: Callable[[asyncio.Event, Backoff], Awaitable[None]], stop: asyncio.Event
    ) -> None:
        """Begins a part of the work again, after a while, whenever it breaks."""
        backoff = Backoff()
        while not stop.is_set():
            try:
                await part(stop, backoff)
            except Exception as error:
                report(self.name, error)
                await first_of(stop, timeout_seconds=backoff.failed())

    async def _relay(self, stop: asyncio.Event, backoff: Backoff) -> None:
        producer = AIOKafkaProducer(
            bootstrap_servers=self._bootstrap,
            acks="all",
            request_timeout_ms=SEND_TIMEOUT_MILLIS,
            linger_ms=2,
        )
        locks = await connect_alone(self._database.dsn)
        try:
            await producer.start()
            slots: set[int] = set()
            while not stop.is_set():
                _committed.clear()
                for slot in set(range(SLOT_COUNT)) - slots:
                    if await _queries.outbox_try_slot(locks, lock_space=SLOT_LOCK_SPACE, slot=slot):
                        slots.add(slot)
                await locks.fetchval("SELECT 1")  # a lost session has lost its locks: start anew
                sent = await self._publish(producer, sorted(slots)) if slots else 0
                backoff.succeeded()
                if sent < BATCH_MAX:
                    await first_of(stop, _committed, timeout_seconds=IDLE_SECONDS)
        finally:
            with contextlib.suppress(Exception):
                await producer.stop()
            with contextlib.suppress(Exception):
                await locks.close(timeout=2)

    async def _publish(self, producer: Any, slots: list[int]) -> int:
        async with self._database.connection() as connection:
            rows = await connection.fetch(_queries.outbox_batch.sql, slots, BATCH_MAX)
            if not rows:
                return 0
            acks = await asyncio.gather(
                *[
                    await producer.send(row["topic"], row["envelope"], key=row["key"].encode())
                    for row in rows
                ]
            )
            await _queries.outbox_published(
                connection, outbox_nos=[row["outbox_no"] for row in rows]
            )
            await self._watch_acks(connection, acks)
            return len(rows)

    async def _watch_acks(self, connection: Connection, acks: list[Any]) -> None:
        lows: dict[tuple[str, int], int] = {}
        highs: dict[tuple[str, int], int] = {}
        for ack in acks:
            place = (ack.topic, ack.partition)
            lows[place] = min(lows.get(place, ack.offset), ack.offset)
            highs[place] = max(highs.get(place, ack.offset), ack.offset)
        forgotten = set()
        for (topic, partition), high in highs.items():
            before = await _queries.outbox_mark(
                connection, topic=topic, partition_no=partition, offset_max=high
            )
            if before is not None and lows[(topic, partition)] <= before:
                forgotten.add(topic)
        await self._publish_again(connection, forgotten)

    async def _watch(self, stop: asyncio.Event, backoff: Backoff) -> None:
        """Looks at the ends of the partitions: what was lost must not wait until the next fact is published."""
        client = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap, request_timeout_ms=SEND_TIMEOUT_MILLIS
        )
        try:
            await client.start()
            while not stop.is_set():
                async with asyncio.timeout(LOOK_TIMEOUT_SECONDS):
                    await self._look(client)
                backoff.succeeded()
                await first_of(stop, timeout_seconds=LOOK_SECONDS)
        finally:
            with contextlib.suppress(Exception):
                await client.stop()

    async def _look(self, client: Any) -> None:
        async with self._database.connection() as connection:
            places = [
                TopicPartition(row["topic"], row["partition_no"])
                for row in await connection.fetch(_queries.outbox_marks.sql)
            ]
            ends = await client.end_offsets(places) if places else {}
            before, self._ends = self._ends, ends
            await self._publish_again(connection, forgotten_topics(before, ends))

    async def _publish_again(self, connection: Connection, topics: set[str]) -> None:
        for topic in topics:
            telemetry.log.warning("the broker has forgotten; publishing a day again", topic=topic)
            await _queries.outbox_republish(connection, topic=topic)
            # Every partition of the topic is new: marks of others would tell the same again.
            await _queries.outbox_unmark(connection, topic=topic)
        if topics:
            Outbox.wake()

    async def _forget(self, stop: asyncio.Event, backoff: Backoff) -> None:
        """Forgets what was kept long enough, beside the publishing: a rush leaves millions of rows."""
        while not stop.is_set():
            for statement in _PRUNING:
                await self._prune(statement, stop)
            backoff.succeeded()
            await first_of(stop, timeout_seconds=PRUNE_EVERY_SECONDS)

    async def _prune(self, statement: str, stop: asyncio.Event) -> None:
        for _ in range(PRUNE_BATCHES_MAX):
            async with self._database.connection() as connection:
                count = await connection.fetchval(statement, PRUNE_BATCH_MAX)
            if count < PRUNE_BATCH_MAX or stop.is_set():
                return
