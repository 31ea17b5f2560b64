"""The SQLite file that holds the account; the only importer of the driver."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import aiosql
import orjson

Document = dict[str, Any]
"""A Stripe object as JSON."""

BATCH_ROWS: Final = 200
"""Rows read at once while a list is filtered."""
SEQ_MAX: Final = 2**62
CREATED_MAX: Final = 2**53

INDEXED_FIELDS: Final[dict[str, tuple[str, ...]]] = {
    "charge": ("payment_intent",),
    "refund": ("charge", "payment_intent"),
    "dispute": ("charge", "payment_intent"),
    "balance_transaction": ("source", "type"),
    "event": ("type",),
}


@dataclass(frozen=True)
class Span:
    """The part of a kind's objects that a list looks at."""

    kind: str
    created_min: int = 0
    created_max: int = CREATED_MAX
    field: str | None = None
    """An indexed field that must carry ``value``; None looks at every object of the kind."""
    value: str | None = None


class Delivery(NamedTuple):
    """One event on its way to one endpoint."""

    id: int
    event_id: str
    endpoint_id: str
    attempts: int


class Job(NamedTuple):
    id: int
    name: str
    object_id: str


class KeptReply(NamedTuple):
    """The reply kept under an idempotency key."""

    fingerprint: str
    status: int
    body: bytes
    request_id: str


class Store:
    """Objects, jobs, deliveries and kept replies.

    Everything runs on the event loop's thread and never awaits inside a transaction, so that
    transactions follow one another and each request is all or nothing.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        here = Path(__file__).parent
        # A committed transaction is in the operating system's hands: WAL with NORMAL keeps it
        # through a kill -9 of this process (only a power cut may lose the last ones).
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;")
        self._connection.executescript((here / "schema.sql").read_text())
        self._queries: Any = aiosql.from_path(here / "queries.sql", "sqlite3")

    def close(self) -> None:
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commits what is done inside, or nothing of it when an error leaves it."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    # Objects

    def insert(self, document: Document) -> None:
        kind, object_id = document["object"], document["id"]
        self._queries.insert_object(
            self._connection,
            id=object_id,
            kind=kind,
            created=document["created"],
            document=orjson.dumps(document).decode(),
        )
        for field in INDEXED_FIELDS.get(kind, ()):
            if document[field] is not None:
                self._queries.insert_link(
                    self._connection, id=object_id, field=field, value=document[field]
                )

    def update(self, document: Document) -> None:
        self._queries.update_object(
            self._connection, id=document["id"], document=orjson.dumps(document).decode()
        )

    def delete(self, object_id: str) -> None:
        self._queries.delete_object(self._connection, id=object_id)

    def find(self, kind: str, object_id: str) -> Document | None:
        document = self._queries.object_document(self._connection, kind=kind, id=object_id)
        return None if document is None else orjson.loads(document)

    def seq(self, kind: str, object_id: str) -> int | None:
        seq: int | None = self._queries.object_seq(self._connection, kind=kind, id=object_id)
        return seq

    def newest_first(self, span: Span, before_seq: int = SEQ_MAX) -> Iterator[Document]:
        """Every object of the span older than a place, in the order of Stripe's lists."""
        return self._scan("older", span, before_seq)

    def oldest_first(self, span: Span, after_seq: int = 0) -> Iterator[Document]:
        """Every object of the span newer than a place, the other way round."""
        return self._scan("newer", span, after_seq)

    def _scan(self, side: str, span: Span, seq: int) -> Iterator[Document]:
        terms: dict[str, Any] = {
            "kind": span.kind,
            "created_min": span.created_min,
            "created_max": span.created_max,
            "batch_rows": BATCH_ROWS,
        }
        query = getattr(self._queries, f"{side}_objects")
        if span.field is not None:
            query = getattr(self._queries, f"{side}_linked_objects")
            terms |= {"field": span.field, "value": span.value}
        while True:
            rows = list(query(self._connection, seq=seq, **terms))
            for _, document in rows:
                yield orjson.loads(document)
            if len(rows) < BATCH_ROWS:
                return
            seq = rows[-1][0]

    def forget_events(self, events_max: int, batch_rows: int) -> None:
        """Removes the oldest events beyond a count, at most so many at once."""
        self._queries.delete_old_events(
            self._connection, events_max=events_max, batch_rows=batch_rows
        )
        self._queries.delete_loose_event_links(self._connection)

    def balance_by_currency(self, now: float) -> list[tuple[str, int, int]]:
        return list(self._queries.balance_by_currency(self._connection, now=now))

    # Jobs

    def add_job(self, name: str, object_id: str, due_at: float) -> None:
        self._queries.insert_job(self._connection, name=name, object_id=object_id, due_at=due_at)

    def due_jobs(self, now: float) -> list[Job]:
        rows = self._queries.due_jobs(self._connection, now=now, batch_rows=BATCH_ROWS)
        return [Job(*row) for row in rows]

    def next_job_due_at(self) -> float | None:
        due_at: float | None = self._queries.next_job_due_at(self._connection)
        return due_at

    def finish_job(self, job_id: int) -> None:
        self._queries.delete_job(self._connection, id=job_id)

    # Deliveries

    def add_delivery(self, event_id: str, endpoint_id: str, due_at: float) -> None:
        self._queries.insert_delivery(
            self._connection, event_id=event_id, endpoint_id=endpoint_id, due_at=due_at
        )

    def due_deliveries(self, now: float) -> list[Delivery]:
        rows = self._queries.due_deliveries(self._connection, now=now, batch_rows=BATCH_ROWS)
        return [Delivery(*row) for row in rows]

    def next_delivery_due_at(self, now: float) -> float | None:
        due_at: float | None = self._queries.next_delivery_due_at(self._connection, now=now)
        return due_at

    def postpone_delivery(self, delivery_id: int, attempts: int, due_at: float) -> None:
        self._queries.postpone_delivery(
            self._connection, id=delivery_id, attempts=attempts, due_at=due_at
        )

    def give_up_delivery(self, delivery_id: int, attempts: int) -> None:
        self._queries.give_up_delivery(self._connection, id=delivery_id, attempts=attempts)

    def finish_delivery(self, delivery_id: int) -> None:
        self._queries.delete_delivery(self._connection, id=delivery_id)

    def waiting_delivery_count(self, event_id: str) -> int:
        count: int = self._queries.waiting_delivery_count(self._connection, event_id=event_id)
        return count

    def open_delivery_count(self, event_id: str) -> int:
        count: int = self._queries.open_delivery_count(self._connection, event_id=event_id)
        return count

    def open_deliveries(self) -> list[Document]:
        names = ("id", "eventId", "eventType", "endpointId", "attempts", "dueAt", "state")
        rows = self._queries.open_deliveries(self._connection, batch_rows=BATCH_ROWS)
        return [dict(zip(names, row, strict=True)) for row in rows]

    # Kept replies

    def keep_reply(self, idempotency_key: str, reply: KeptReply, kept_at: float) -> None:
        self._queries.insert_reply(
            self._connection,
            idempotency_key=idempotency_key,
            kept_at=kept_at,
            **reply._asdict(),
        )

    def kept_reply(self, idempotency_key: str, kept_after: float) -> KeptReply | None:
        row = self._queries.kept_reply(
            self._connection, idempotency_key=idempotency_key, kept_after=kept_after
        )
        return None if row is None else KeptReply(*row)

    def forget_replies(self, kept_before: float) -> None:
        self._queries.delete_old_replies(self._connection, kept_before=kept_before)
