"""The transactional outbox: a fact is written with the state it tells of, and published afterwards, at least once.

Order: the fact's row commits with the state → the relay sends it (acks=all) → the relay flags it. A crash between the
last two sends it again; consumers drop the second by its envelope id. Rows are kept a day: when a partition's offsets
go back the broker has forgotten, and the relay publishes the day again.
"""

from __future__ import annotations

import asyncio
import contextlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from aiokafka import AIOKafkaProducer
from google.protobuf import any_pb2
from google.protobuf.message import Message

from mesh import telemetry, timestamps
from mesh.database import Connection, Database, connect_alone, load_queries
from mesh.workers import Backoff, first_of, report
from protos.mesh.v1 import envelope_pb2

SLOT_COUNT = 8
SLOT_LOCK_SPACE = 0x0B0C5  # the first half of the relay's advisory locks
BATCH_MAX = 500
PRUNE_BATCH_MAX = 2_000
PRUNE_EVERY_SECONDS = 60.0
IDLE_SECONDS = 0.05
SEND_TIMEOUT_MILLIS = 10_000
CATALOG_TOPIC = "onsale.catalog.v1"
HOLDS_TOPIC = "onsale.holds.v1"
ORDERS_TOPIC = "onsale.orders.v1"
TICKETS_TOPIC = "onsale.tickets.v1"

_queries = load_queries(Path(__file__).with_name("queries.sql"))


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
    payload = any_pb2.Any()
    payload.Pack(fact.payload, type_url_prefix="onsale")
    return envelope_pb2.Envelope(
        id=str(uuid4()),
        type=fact.payload.DESCRIPTOR.name,
        key=fact.key,
        aggregate_id=fact.aggregate_id,
        version=fact.version,
        occurred_time=timestamps.to_proto(fact.occurred_time),
        traceparent=telemetry.traceparent(),
        payload=payload,
    )


class OutboxRelay:
    """Publishes what the outbox holds; one at a time for each slot, whichever process has its lock."""

    name = "outbox relay"

    def __init__(self, database: Database, kafka_bootstrap: str) -> None:
        self._database = database
        self._bootstrap = kafka_bootstrap

    async def run(self, stop: asyncio.Event) -> None:
        backoff = Backoff()
        while not stop.is_set():
            try:
                await self._relay(stop, backoff)
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
            pruned = 0.0
            clock = asyncio.get_running_loop()
            while not stop.is_set():
                _committed.clear()
                for slot in set(range(SLOT_COUNT)) - slots:
                    if await _queries.outbox_try_slot(locks, lock_space=SLOT_LOCK_SPACE, slot=slot):
                        slots.add(slot)
                await locks.fetchval("SELECT 1")  # a lost session has lost its locks: start anew
                sent = await self._publish(producer, sorted(slots)) if slots else 0
                backoff.succeeded()
                if clock.time() - pruned > PRUNE_EVERY_SECONDS:
                    pruned = clock.time()
                    await self._prune()
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
            await self._watch_for_forgetting(connection, acks, slots)
            return len(rows)

    async def _watch_for_forgetting(
        self, connection: Connection, acks: list[Any], slots: list[int]
    ) -> None:
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
        for topic in forgotten:
            telemetry.log.warning("the broker has forgotten; publishing a day again", topic=topic)
            await _queries.outbox_republish(connection, topic=topic, slots=slots)
            # Every partition of the topic is new: marks of others would tell the same again.
            await connection.execute("DELETE FROM outbox_marks WHERE topic = $1", topic)

    async def _prune(self) -> None:
        async with self._database.connection() as connection:
            await _queries.outbox_prune(connection, batch_max=PRUNE_BATCH_MAX)
            await _queries.inbox_prune(connection, batch_max=PRUNE_BATCH_MAX)
            await _queries.requests_prune(connection, batch_max=PRUNE_BATCH_MAX)
