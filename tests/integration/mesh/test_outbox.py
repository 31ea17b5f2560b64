"""A fact is published at least once and has its effect once, whatever crashes in between."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from mesh.consumer import ATTEMPTS_MAX, DEAD_LETTER_SUFFIX, Consumer
from mesh.database import Database, open_database
from mesh.ids import event_text, new_event_id, new_id, text
from mesh.outbox import HOLDS_TOPIC, TICKETS_TOPIC, Fact, Outbox, OutboxRelay, forgotten_topics
from protos.inventory.v1 import events_pb2, inventory_pb2
from protos.mesh.v1 import envelope_pb2
from tests.polling import eventually

QUIET_MILLIS = 1_000
"""A topic that gives nothing for so long has been read to its end."""


@pytest.fixture
async def db(database: str) -> Any:
    opened = await open_database(database)
    yield opened
    await opened.close()


def _some_hold() -> inventory_pb2.Hold:
    """A hold that is nobody's: other consumers of the session's broker read these facts too."""
    return inventory_pb2.Hold(hold_id=text("hld", new_id(new_event_id())))


def placed(key: str, number: int) -> Fact:
    payload = events_pb2.HoldPlaced(hold=_some_hold(), account_id=str(number))
    return Fact(payload, key, f"hld_{number}", number, datetime.now(UTC))


async def write(db: Database, facts: list[Fact]) -> None:
    async with db.transaction() as connection:
        await Outbox(HOLDS_TOPIC).add_many(connection, facts)


async def until(condition: Callable[[], Any], *, seconds: float = 15) -> None:
    """Waits for a condition, plain or async."""

    async def asked() -> bool:
        answer = condition()
        return bool(await answer if asyncio.iscoroutine(answer) else answer)

    await eventually(asked, within_seconds=seconds, what="what the test waits for")


class Recorder:
    """Remembers the numbers of its own key; fails as told."""

    def __init__(self, key: str, failing: str = "") -> None:
        self.key = key
        self.failing = failing
        self.seen: list[str] = []
        self.tries = 0

    async def handle(self, connection: Any, envelope: Any, payload: Any) -> None:
        if envelope.key != self.key:
            return
        if payload.account_id == self.failing:
            self.tries += 1
            raise ValueError("cannot be handled")
        self.seen.append(payload.account_id)


class Running:
    """Runs workers for the length of a block."""

    def __init__(self, *workers: Any) -> None:
        self.workers = workers
        self.stop = asyncio.Event()

    async def __aenter__(self) -> None:
        self.tasks = [asyncio.create_task(worker.run(self.stop)) for worker in self.workers]

    async def __aexit__(self, *_: object) -> None:
        self.stop.set()
        await asyncio.wait_for(asyncio.gather(*self.tasks), 20)


async def unpublished(db: Database) -> int:
    async with db.connection() as connection:
        return int(
            await connection.fetchval("SELECT count(*) FROM outbox WHERE published_time IS NULL")
        )


async def test_facts_arrive_in_order_and_once_though_published_twice(
    db: Database, broker: str
) -> None:
    key = event_text(new_event_id())
    recorder = Recorder(key)
    consumer = Consumer(f"test-{uuid4().hex}", [HOLDS_TOPIC], db, broker, recorder.handle)
    await write(db, [placed(key, number) for number in range(50)])
    async with Running(OutboxRelay(db, broker), consumer):
        await until(lambda: len(recorder.seen) == 50)
        async with db.connection() as connection:  # as after a crash between send and flag
            await connection.execute("UPDATE outbox SET published_time = NULL")
        await write(db, [placed(key, 50)])
        await until(lambda: "50" in recorder.seen)
    assert recorder.seen == [str(number) for number in range(51)]
    assert await unpublished(db) == 0


async def test_a_rolled_back_fact_is_never_published(db: Database, broker: str) -> None:
    key = event_text(new_event_id())
    recorder = Recorder(key)
    consumer = Consumer(f"test-{uuid4().hex}", [HOLDS_TOPIC], db, broker, recorder.handle)
    async with db.connection() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await Outbox(HOLDS_TOPIC).add_many(connection, [placed(key, 1)])
        await transaction.rollback()
    await write(db, [placed(key, 2)])
    async with Running(OutboxRelay(db, broker), consumer):
        await until(lambda: bool(recorder.seen))
    assert recorder.seen == ["2"]


async def deliveries(broker: str, key: str) -> list[str]:
    """Returns the numbers of all messages of a key on the wire, doubles too."""
    # Named, so that the reader asks for the topic's partitions itself; without a group it gets all of them.
    reader = AIOKafkaConsumer(HOLDS_TOPIC, bootstrap_servers=broker, auto_offset_reset="earliest")
    await reader.start()
    try:
        await until(reader.assignment)
        await reader.seek_to_beginning()
        seen: list[str] = []
        while batch := await reader.getmany(timeout_ms=QUIET_MILLIS):
            for record in (record for records in batch.values() for record in records):
                envelope = envelope_pb2.Envelope.FromString(record.value)
                if envelope.key == key:
                    seen.append(envelope.aggregate_id)
        return seen
    finally:
        await reader.stop()


async def test_two_relays_publish_each_fact_once(db: Database, broker: str) -> None:
    """Tried: with an outbox_try_slot that is always true both relays publish, and facts are on the wire twice."""
    key = event_text(new_event_id())
    async with Running(OutboxRelay(db, broker), OutboxRelay(db, broker)):
        for number in range(50):
            await write(db, [placed(key, number)])

        async def all_published() -> bool:
            return await unpublished(db) == 0

        await until(all_published)
    assert await deliveries(broker, key) == [f"hld_{number}" for number in range(50)]


async def test_a_dead_letter_parks_its_key_and_resolving_keeps_the_order(
    db: Database, broker: str
) -> None:
    key, other = event_text(new_event_id()), event_text(new_event_id())
    recorder = Recorder(key, failing="1")
    others = Recorder(other)

    async def handle(connection: Any, envelope: Any, payload: Any) -> None:
        await recorder.handle(connection, envelope, payload)
        await others.handle(connection, envelope, payload)

    consumer = Consumer(f"test-{uuid4().hex}", [HOLDS_TOPIC], db, broker, handle)
    await write(db, [placed(key, 0), placed(key, 1), placed(key, 2), placed(other, 3)])
    async with Running(OutboxRelay(db, broker), consumer):
        await until(lambda: others.seen == ["3"], seconds=30)
        await until(lambda: recorder.tries == ATTEMPTS_MAX, seconds=30)

        async def parked() -> bool:
            async with db.connection() as connection:
                return bool(await connection.fetchval("SELECT count(*) = 2 FROM dead_letters"))

        await until(parked, seconds=30)
    assert recorder.seen == ["0"]
    recorder.failing = ""
    assert await consumer.resolve() == 2
    assert recorder.seen == ["0", "1", "2"]


async def test_what_came_together_is_finished_together_and_a_failure_stays_with_its_key(
    db: Database, broker: str
) -> None:
    """Tried: without going on one after the other, the failing fact keeps the others from ever being handled."""
    key, other = event_text(new_event_id()), event_text(new_event_id())
    recorder, others = Recorder(key, failing="1"), Recorder(other)
    finished: list[int] = []

    async def handle(connection: Any, envelope: Any, payload: Any) -> None:
        await recorder.handle(connection, envelope, payload)
        await others.handle(connection, envelope, payload)

    async def finish(connection: Any) -> None:
        finished.append(await connection.fetchval("SELECT count(*) FROM inbox"))

    def is_ours(envelope: Any) -> bool:
        return envelope.key in (key, other)

    name = f"test-{uuid4().hex}"
    consumer = Consumer(name, [HOLDS_TOPIC], db, broker, handle, is_news=is_ours, finish=finish)
    await write(db, [placed(key, 0), placed(key, 1), placed(key, 2), placed(other, 3)])
    async with Running(OutboxRelay(db, broker), consumer):

        async def handled() -> bool:
            async with db.connection() as connection:
                letters = await connection.fetchval("SELECT count(*) FROM dead_letters")
            # What a failed transaction gathered is gathered again.
            return letters == 2 and set(others.seen) == {"3"}

        await until(handled, seconds=30)
    assert finished
    recorder.failing = ""
    assert await consumer.resolve() == 2


async def test_what_is_no_news_leaves_no_trace_in_the_inbox(db: Database, broker: str) -> None:
    key = event_text(new_event_id())
    recorder = Recorder(key)
    consumer = Consumer(
        f"test-{uuid4().hex}",
        [HOLDS_TOPIC],
        db,
        broker,
        recorder.handle,
        is_news=lambda envelope: envelope.key == key and envelope.aggregate_id != "hld_0",
    )
    await write(db, [placed(key, 0), placed(key, 1)])
    async with Running(OutboxRelay(db, broker), consumer):
        await until(lambda: recorder.seen == ["1"])
    async with db.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM inbox") == 1


async def test_what_a_broker_forgot_is_published_again_though_nothing_new_is(
    db: Database, broker: str
) -> None:
    """Tried: with the acknowledgements alone as witnesses, the fact waits for the next one of its topic."""
    empty_topic = f"{TICKETS_TOPIC}{DEAD_LETTER_SUFFIX}"
    async with db.transaction() as connection:
        await Outbox(empty_topic).add_many(connection, [placed(event_text(new_event_id()), 1)])
        await connection.execute("UPDATE outbox SET published_time = occurred_time")
        await connection.execute("INSERT INTO outbox_marks VALUES ($1, 0, 7)", empty_topic)

    async def published_again() -> bool:
        async with db.connection() as connection:
            return bool(
                await connection.fetchval("SELECT published_time > occurred_time FROM outbox")
            )

    async with Running(OutboxRelay(db, broker)):
        await until(published_again)


async def test_what_was_kept_long_enough_is_forgotten_though_it_is_more_than_a_batch(
    db: Database, broker: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tried: with one batch a minute, what a rush leaves grows faster than it is forgotten."""
    monkeypatch.setattr("mesh.outbox.PRUNE_BATCH_MAX", 2)
    await write(db, [placed(event_text(new_event_id()), number) for number in range(7)])
    async with db.connection() as connection:
        await connection.execute("UPDATE outbox SET published_time = now()")
        await connection.execute(
            "UPDATE outbox SET published_time = now() - interval '25 hours' WHERE outbox_no <= 5"
        )

    async def left() -> list[int]:
        async with db.connection() as connection:
            rows = await connection.fetch("SELECT outbox_no FROM outbox ORDER BY outbox_no")
        return [row["outbox_no"] for row in rows]

    async def forgotten() -> bool:
        return await left() == [6, 7]

    async with Running(OutboxRelay(db, broker)):
        await until(forgotten)


def test_a_partition_that_ends_before_where_it_did_has_forgotten() -> None:
    kept, cut, new = (TopicPartition(topic, 0) for topic in ("kept", "cut", "new"))
    before = {kept: 3, cut: 3}
    assert forgotten_topics(before, {kept: 3, cut: 2, new: 1}) == {"cut"}
    assert forgotten_topics({}, {kept: 1, cut: 0}) == {"cut"}  # we have published to both
    assert forgotten_topics(before, {}) == set()
