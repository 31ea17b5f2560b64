"""The inbox: each envelope's effect happens once, in order for each key.

Order: the inbox row and the effect commit together → the offset is committed, offset + 1. A crash between the two
delivers the envelope again, and the inbox drops it. What cannot be handled goes to the dead letters, and everything of
the same key behind it too, so that nothing overtakes; `resolve` handles them later, in order.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from google.protobuf import symbol_database
from google.protobuf.message import DecodeError, Message

from mesh import telemetry
from mesh.database import Connection, Database, driver_refusal, load_queries
from mesh.errors import DeadlineExceeded, RemoteError, Unavailable
from mesh.workers import Backoff, first_of, report
from protos.mesh.v1 import envelope_pb2

POLL_MILLIS = 250
RECORDS_MAX = 200
ATTEMPTS_MAX = 5
LETTERS_BATCH_MAX = 100
DEAD_LETTER_SUFFIX = ".dlq"
SESSION_TIMEOUT_MILLIS = 10_000

Handle = Callable[[Connection, envelope_pb2.Envelope, Message], Awaitable[None]]

Finish = Callable[[Connection], Awaitable[None]]

_queries = load_queries(Path(__file__).with_name("queries.sql"))


def _always(_: envelope_pb2.Envelope) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class _Record:
    """What was read, and as it came."""

    envelope: envelope_pb2.Envelope
    envelope_id: UUID
    payload: Message
    body: bytes

    @classmethod
    def read(cls, body: bytes) -> _Record:
        """Reads an envelope. Raises DecodeError, KeyError or ValueError for what is none."""
        envelope = envelope_pb2.Envelope.FromString(body)
        return cls(envelope, UUID(envelope.id), unpack(envelope), body)


class Consumer:
    """Reads topics for one consumer and hands each envelope to `handle`, inside the inbox's transaction."""

    def __init__(
        self,
        name: str,
        topics: Sequence[str],
        database: Database,
        kafka_bootstrap: str,
        handle: Handle,
        *,
        is_news: Callable[[envelope_pb2.Envelope], bool] = _always,
        finish: Finish | None = None,
    ) -> None:
        """Reads topics for `handle`.

        Args:
            is_news: False for what `handle` makes nothing of, which then costs no transaction.
            finish: Writes what `handle` gathered. Where it is given, what came together shares a transaction; `handle`
                must not mind that one that failed begins again.
        """
        self.name = name
        self._topics = topics
        self._database = database
        self._bootstrap = kafka_bootstrap
        self._handle = handle
        self._is_news = is_news
        self._finish = finish

    async def run(self, stop: asyncio.Event) -> None:
        backoff = Backoff()
        while not stop.is_set():
            try:
                await self._consume(stop, backoff)
            except Exception as error:
                report(self.name, error)
                await first_of(stop, timeout_seconds=backoff.failed())

    async def _consume(self, stop: asyncio.Event, backoff: Backoff) -> None:
        consumer = AIOKafkaConsumer(
            *self._topics,
            bootstrap_servers=self._bootstrap,
            group_id=f"onsale.{self.name}",
            enable_auto_commit=False,
            # An emptied broker knows no offsets: begin with the oldest, the inbox drops what is done.
            auto_offset_reset="earliest",
            session_timeout_ms=SESSION_TIMEOUT_MILLIS,
            heartbeat_interval_ms=SESSION_TIMEOUT_MILLIS // 4,
            metadata_max_age_ms=5_000,
        )
        await consumer.start()
        try:
            while not stop.is_set():
                batches = await consumer.getmany(timeout_ms=POLL_MILLIS, max_records=RECORDS_MAX)
                for partition, records in batches.items():
                    bodies = [record.value for record in records]
                    await self._take_all(partition.topic, bodies, stop)
                    await consumer.commit(
                        {
                            TopicPartition(partition.topic, partition.partition): records[-1].offset
                            + 1
                        }
                    )
                backoff.succeeded()
        finally:
            with contextlib.suppress(Exception):
                await asyncio.wait_for(consumer.stop(), 5)

    async def _take_all(self, topic: str, bodies: list[bytes], stop: asyncio.Event) -> None:
        """Handles what came together in one transaction where that may be; where it fails, one after the other."""
        if self._finish and len(bodies) > 1:
            try:
                await self._apply(topic, [_Record.read(body) for body in bodies])
            except Exception as error:
                telemetry.log.debug("one after the other", worker=self.name, error=repr(error))
            else:
                return
        for body in bodies:
            await self._take(topic, body, stop)

    async def _take(self, topic: str, body: bytes, stop: asyncio.Event) -> None:
        """Handles one record to its end: done, dropped as done before, or a dead letter."""
        try:
            record = _Record.read(body)
        except (DecodeError, KeyError, ValueError) as error:
            await self._bury(topic, "", body, f"unreadable: {error}")
            return
        backoff = Backoff()
        attempts = 0
        while True:
            try:
                await self._apply(topic, [record])
                return
            except Exception as error:
                report(self.name, error)
                if not _is_transient(error):
                    attempts += 1
                if attempts >= ATTEMPTS_MAX:
                    await self._bury(topic, record.envelope.key, body, repr(error))
                    return
                await first_of(stop, timeout_seconds=backoff.failed())
                if stop.is_set():
                    raise

    async def _apply(self, topic: str, records: list[_Record]) -> None:
        news = [record for record in records if self._is_news(record.envelope)]
        if not news:
            return
        async with self._database.transaction() as connection:
            first = {
                row["envelope_id"]
                for row in await connection.fetch(
                    _queries.inbox_first.sql, self.name, [record.envelope_id for record in news]
                )
            }
            keys = list({record.envelope.key for record in news})
            parked = {
                row["key"]
                for row in await connection.fetch(
                    _queries.letters_parked.sql, self.name, topic, keys
                )
            }
            for record in news:
                if record.envelope_id not in first:
                    continue
                first.discard(record.envelope_id)
                if record.envelope.key in parked:
                    await _queries.letter_add(
                        connection,
                        consumer=self.name,
                        topic=topic,
                        key=record.envelope.key,
                        envelope=record.body,
                        problem="behind a dead letter of its key",
                    )
                else:
                    with telemetry.traced(record.envelope.type, record.envelope.traceparent):
                        await self._handle(connection, record.envelope, record.payload)
            if self._finish:
                await self._finish(connection)

    async def _bury(self, topic: str, key: str, body: bytes, problem: str) -> None:
        telemetry.log.error(
            "dead letter", consumer=self.name, topic=topic, key=key, problem=problem
        )
        async with self._database.transaction() as connection:
            await _queries.letter_add(
                connection, consumer=self.name, topic=topic, key=key, envelope=body, problem=problem
            )
        producer = AIOKafkaProducer(bootstrap_servers=self._bootstrap, acks="all")
        await producer.start()
        try:
            await producer.send_and_wait(topic + DEAD_LETTER_SUFFIX, body, key=key.encode())
        finally:
            await producer.stop()

    async def resolve(self) -> int:
        """Handles this consumer's dead letters again, oldest first; stops at the first that fails. Returns how many."""
        resolved = 0
        while True:
            async with self._database.connection() as connection:
                rows = await connection.fetch(
                    _queries.letters_open.sql, self.name, LETTERS_BATCH_MAX
                )
            if not rows:
                return resolved
            for row in rows:
                envelope = envelope_pb2.Envelope.FromString(row["envelope"])
                async with self._database.transaction() as connection:
                    await self._handle(connection, envelope, unpack(envelope))
                    if self._finish:
                        await self._finish(connection)
                    await _queries.letter_resolve(connection, letter_no=row["letter_no"])
                resolved += 1


def unpack(envelope: envelope_pb2.Envelope) -> Message:
    """Returns an envelope's payload. Raises KeyError for a type that this process has not imported."""
    name = envelope.payload.TypeName()
    payload: Any = symbol_database.Default().GetSymbol(name)()
    payload.ParseFromString(envelope.payload.value)
    result: Message = payload
    return result


def _is_transient(error: Exception) -> bool:
    if isinstance(error, RemoteError):
        return False
    return isinstance(error, (Unavailable, DeadlineExceeded, TimeoutError)) or bool(
        driver_refusal(error)
    )
