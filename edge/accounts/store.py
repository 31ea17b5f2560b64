"""Accounts in PostgreSQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from edge.accounts import codes, sessions
from edge.accounts.accounts import Account, Grant
from edge.accounts.codes import StoredCode
from edge.accounts.errors import RefreshTokenInvalid
from mesh import ids
from mesh.database import Connection, Database, load_queries

PRUNE_BATCH_MAX = 1000

_queries = load_queries(Path(__file__).with_name("queries.sql"))


@dataclass(frozen=True)
class CodeMail:
    """A code on its way."""

    mail_no: int
    email: str
    code: str
    attempt_count: int


class AccountStore:
    """Everything the edge remembers of people."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def start_code(
        self,
        email: str,
        code: str,
        code_hash: bytes,
        *,
        life_seconds: int,
        tries: int,
        limit: int,
    ) -> tuple[datetime, float]:
        """Stores a code and puts its mail on the way; returns when it ends, and how long to wait if it is one too many
        (then nothing changed)."""
        async with self._database.transaction() as connection:
            await connection.fetch(_queries.lock_email.sql, email)
            row = await _queries.code_read(connection, email=email)
            now: datetime = await _queries.database_time(connection)
            times = codes.recent(list(row["request_times"]) if row else [], now)
            wait_seconds = codes.seconds_until_next(times, limit, now)
            if wait_seconds > 0:
                return now, wait_seconds
            expire_time = datetime.fromtimestamp(int(now.timestamp()) + life_seconds, now.tzinfo)
            await _queries.code_put(
                connection,
                email=email,
                code_hash=code_hash,
                tries_left=tries,
                expire_time=expire_time,
                request_times=[*times[-limit:], now] if limit else [],
            )
            await _queries.mail_put(connection, email=email, code=code, expire_time=expire_time)
            return expire_time, 0.0

    async def use_code(self, email: str, code_hash: bytes) -> int | None:
        """Uses an address's code; returns None when it was right, else how many tries are left."""
        async with self._database.transaction() as connection:
            await connection.fetch(_queries.lock_email.sql, email)
            row = await _queries.code_read(connection, email=email)
            now: datetime = await _queries.database_time(connection)
            if row is None:
                return 0
            stored = StoredCode(row["code_hash"], row["tries_left"], row["expire_time"])
            if not stored.is_live(now):
                return 0
            if not codes.is_right(stored, code_hash):
                left: int = await _queries.code_miss(connection, email=email)
                return left
            await _queries.code_use(connection, email=email)
            return None

    async def account(self, account_id: UUID) -> Account | None:
        """Returns an account; None when there is none."""
        async with self._database.connection() as connection:
            return await _account(connection, account_id)

    async def account_of(self, email: str, *, create: bool = False) -> Account | None:
        """Returns the account of an address, making it where asked; else None when there is none."""
        async with self._database.connection() as connection:
            return await _account_of(connection, email, create=create)

    async def grant(self, email: str, grant: Grant) -> Account:
        """Grants a role to the account of an address, making the account where there is none."""
        async with self._database.transaction() as connection:
            account = await _account_of(connection, email, create=True)
            assert account is not None
            await _queries.role_put(connection, account_id=account.account_id, **vars(grant))
            granted = await _account(connection, account.account_id)
            assert granted is not None
            return granted

    async def begin_session(self, email: str, token: str, life_seconds: float) -> Account:
        """Begins a session of the account of an address, made on its first sign-in."""
        session_id = uuid4()
        async with self._database.transaction() as connection:
            account = await _account_of(connection, email, create=True)
            assert account is not None
            await _queries.session_put(
                connection, session_id=session_id, account_id=account.account_id
            )
            await _put_token(connection, token, session_id, life_seconds)
            return account

    async def renew_session(self, used: str, fresh: str, life_seconds: float) -> Account:
        """Trades a refresh token for the next. Raises RefreshTokenInvalid; a token that was traded before was stolen or
        copied, and ends the session for whoever has it."""
        token_hash = sessions.hash_token(used)
        async with self._database.transaction() as connection:
            row = await _queries.refresh_read(connection, token_hash=token_hash)
            account = None
            if row is not None and row["used"]:
                await _queries.session_end(connection, session_id=row["session_id"])
            elif row is not None and not row["over"]:
                await _queries.refresh_use(connection, token_hash=token_hash)
                await _put_token(connection, fresh, row["session_id"], life_seconds)
                account = await _account(connection, row["account_id"])
        if account is None:
            raise RefreshTokenInvalid
        return account

    async def end_session(self, token: str) -> None:
        """Ends the session of a refresh token, if there is one."""
        async with self._database.transaction() as connection:
            row = await _queries.refresh_read(connection, token_hash=sessions.hash_token(token))
            if row is not None:
                await _queries.session_end(connection, session_id=row["session_id"])

    async def take_mails(self, batch_max: int, lease_seconds: float) -> list[CodeMail]:
        """Returns some mails to send, leased."""
        async with self._database.connection() as connection:
            rows = _queries.mails_due(connection, batch_max=batch_max, lease_seconds=lease_seconds)
            return [CodeMail(**row) async for row in rows]

    async def mails_sent(self, mail_nos: list[int]) -> None:
        """Forgets mails that the mail server took."""
        async with self._database.connection() as connection:
            await _queries.mails_sent(connection, mail_nos=mail_nos)

    async def mails_again(self, mail_nos: list[int], wait_seconds: float) -> None:
        """Lets mails be tried again."""
        async with self._database.connection() as connection:
            await _queries.mails_again(connection, mail_nos=mail_nos, wait_seconds=wait_seconds)

    async def prune(self) -> bool:
        """Forgets what is over."""
        async with self._database.connection() as connection:
            await _queries.codes_prune(connection)
            await _queries.mails_prune(connection)
            done: str = await _queries.sessions_prune(connection, batch_max=PRUNE_BATCH_MAX)
        return done == f"DELETE {PRUNE_BATCH_MAX}"

    async def is_there(self) -> bool:
        """Tells whether the database answers."""
        async with self._database.connection() as connection:
            await _queries.database_time(connection)
        return True


async def _account(connection: Connection, account_id: UUID) -> Account | None:
    row: Any = await _queries.account_by_id(connection, account_id=account_id)
    if row is None:
        return None
    roles = ("buyer", *sorted(row["roles"], reverse=True))
    return Account(row["account_id"], row["email"], roles, tuple(sorted(row["gate_for"])))


async def _account_of(connection: Connection, email: str, *, create: bool) -> Account | None:
    if create:
        await _queries.account_put(connection, account_id=ids.new_account_id(), email=email)
    account_id = await _queries.account_id_by_email(connection, email=email)
    return None if account_id is None else await _account(connection, account_id)


async def _put_token(
    connection: Connection, token: str, session_id: UUID, life_seconds: float
) -> None:
    await _queries.refresh_put(
        connection,
        token_hash=sessions.hash_token(token),
        session_id=session_id,
        life_seconds=life_seconds,
    )
