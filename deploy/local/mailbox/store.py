"""The SQLite file that keeps the mail; the only importer of the driver."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import aiosql
import orjson

from deploy.local.mailbox.message import Mail, address, read, snippet
from deploy.local.mailbox.search import Query, Text

MESSAGES_MAX: Final = 20_000
"""How much mail is kept; the oldest goes first."""

Summary = dict[str, Any]
"""What a list shows of one mail, in Mailpit's shape."""


class Mailbox:
    """All mail, in the order in which it came."""

    def __init__(self, folder: Path, messages_max: int = MESSAGES_MAX) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        here = Path(__file__).parent
        self._messages_max = messages_max
        # WAL with NORMAL keeps committed mail through a kill -9 of this process.
        self._connection = sqlite3.connect(folder / "mailbox.sqlite", isolation_level=None)
        self._connection.executescript(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;"
        )
        self._connection.executescript((here / "schema.sql").read_text())
        self._queries: Any = aiosql.from_path(here / "queries.sql", "sqlite3")

    def close(self) -> None:
        self._connection.close()

    def take(self, raw: bytes, recipients: list[str], now: datetime) -> str:
        """Keeps one mail and gives it its id.

        Args:
            raw: The mail as it came.
            recipients: Those of the envelope, who need not stand in its headers.
        """
        message_id = uuid4().hex
        mail = read(raw)
        summary = _summary(message_id, mail, recipients, len(raw), now)
        listed = [one["Address"].lower() for one in summary["To"] + summary["Bcc"]]
        with self._transaction():
            self._queries.insert_message(
                self._connection,
                id=message_id,
                created=summary["Created"],
                sender=" ".join(mail.sender).lower(),
                recipients=" ".join([*listed, *(name.lower() for name, _ in mail.to)]),
                subject=mail.subject.lower(),
                content=f"{mail.text}\n{mail.html}".lower(),
                summary=orjson.dumps(summary).decode(),
                raw=raw,
            )
            for recipient in listed:
                self._queries.insert_recipient(self._connection, id=message_id, address=recipient)
            self._queries.delete_beyond(self._connection, messages_max=self._messages_max)
        return message_id

    def count(self) -> int:
        count: int = self._queries.message_count(self._connection)
        return count

    def newest(self, start: int, limit: int) -> list[Summary]:
        """A page of all mail, newest first."""
        rows = self._queries.newest_messages(self._connection, start=start, limit=limit)
        return [orjson.loads(summary) for (summary,) in rows]

    def search(self, query: Query, start: int, limit: int) -> tuple[list[Summary], int]:
        """A page of the mail that matches, newest first, and how much matches in all."""
        recipient = query.whole_recipient()
        found: list[Summary] = []
        total = 0
        rows = (
            self._queries.every_message(self._connection)
            if recipient is None
            else self._queries.messages_to(self._connection, address=recipient)
        )
        for *texts, summary in rows:
            if query.matches(Text(*texts)):
                if start <= total < start + limit:
                    found.append(orjson.loads(summary))
                total += 1
        return found, total

    def summary(self, message_id: str) -> Summary | None:
        summary = self._queries.message_summary(self._connection, id=message_id)
        return None if summary is None else orjson.loads(summary)

    def raw(self, message_id: str) -> bytes | None:
        raw: bytes | None = self._queries.message_raw(self._connection, id=message_id)
        return raw

    def newest_id(self) -> str | None:
        message_id: str | None = self._queries.newest_id(self._connection)
        return message_id

    def delete(self, message_ids: list[str]) -> None:
        """Forgets these mails; all of them when none is named."""
        with self._transaction():
            if not message_ids:
                self._queries.delete_all(self._connection)
            for message_id in message_ids:
                self._queries.delete_message(self._connection, id=message_id)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")


def _summary(
    message_id: str, mail: Mail, recipients: list[str], size: int, now: datetime
) -> Summary:
    named = {pair[1].lower() for pair in mail.to}
    hidden = [("", recipient) for recipient in recipients if recipient.lower() not in named]
    return {
        "ID": message_id,
        "From": address(mail.sender),
        "To": [address(pair) for pair in mail.to],
        "Cc": [],
        "Bcc": [address(pair) for pair in hidden],
        "Subject": mail.subject,
        "Created": now.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "Size": size,
        "Attachments": len(mail.attachments),
        "Snippet": snippet(mail),
    }
