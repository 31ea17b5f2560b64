"""Planned mails in PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from mesh.database import Connection, load_queries
from ticket_svc.mail.letter import DueMail, Kind, PlannedMail

PROBLEM_LENGTH_MAX = 500

_queries = load_queries(Path(__file__).with_name("queries.sql"))


async def plan(connection: Connection, mails: Sequence[PlannedMail]) -> None:
    """Plans mails in the transaction that gives the reason for them."""
    await connection.execute(
        _queries.mails_plan.sql,
        [mail.event_id for mail in mails],
        [str(mail.kind) for mail in mails],
        [mail.reference for mail in mails],
        [mail.account_id for mail in mails],
        [json.dumps(dict(mail.facts)) for mail in mails],
        [mail.due_time for mail in mails],
    )


async def take_due(connection: Connection, lease_seconds: float, batch_max: int) -> list[DueMail]:
    """Leases mails whose time has come."""
    rows = await connection.fetch(_queries.mails_take.sql, lease_seconds, batch_max)
    return [
        DueMail(
            row["event_id"],
            row["mail_id"],
            Kind(row["kind"]),
            row["reference"],
            row["account_id"],
            json.loads(row["facts"]),
            row["attempts"],
        )
        for row in rows
    ]


async def end(connection: Connection, mail: DueMail, state: str, problem: str = "") -> None:
    """Records what became of a mail: SENT, DROPPED or DEAD."""
    await _queries.mail_end(
        connection,
        state=state,
        problem=problem[:PROBLEM_LENGTH_MAX],
        event_id=mail.event_id,
        mail_id=mail.mail_id,
    )


async def retry_later(
    connection: Connection, mail: DueMail, problem: str, wait_seconds: float
) -> None:
    """Records a failed attempt."""
    await _queries.mail_retry(
        connection,
        problem=problem[:PROBLEM_LENGTH_MAX],
        wait_seconds=wait_seconds,
        event_id=mail.event_id,
        mail_id=mail.mail_id,
    )
