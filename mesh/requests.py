"""Same request id, same effect, once: the memory behind `request_id` and the header Idempotency-Key.

A request is scoped to its caller and method. The first call of an id runs; the same id with the same body gets the same
reply, or the same refusal; with another body it is refused; a call that finds the first still running waits for it. A
refusal that only says "try again" is not remembered. Replies are kept for 24 hours.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import grpc
from google.protobuf.message import Message
from google.rpc import status_pb2

from mesh import identity, telemetry
from mesh.database import Connection, Database, load_queries
from mesh.errors import Conflict, OnsaleError, Unavailable, from_status, to_status

LEASE_SECONDS = 30.0
WAIT_SECONDS = 0.05
FORGET_WAIT_SECONDS = 0.5
"""How long a caller waits for its claim to be given up; a database that is there takes a millisecond."""
FORGET_PAUSE_SECONDS = 1.0
FORGET_TRIES_MAX = 30
"""After that the lease has ended by itself."""

M = TypeVar("M", bound=Message)

_queries = load_queries(Path(__file__).with_name("queries.sql"))

_PASSING = {
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
    grpc.StatusCode.INTERNAL,
    grpc.StatusCode.UNKNOWN,
    grpc.StatusCode.CANCELLED,
    grpc.StatusCode.UNAUTHENTICATED,
}


class IdempotencyKeyReused(Conflict):
    """The request id was used with another body."""

    reason = "IDEMPOTENCY_KEY_REUSED"


@dataclass(frozen=True)
class RequestKey:
    """What names a request, and the hash of what it asked."""

    scope: str
    method: str
    request_id: str
    body_hash: bytes


def request_key(method: str, request: Message) -> RequestKey | None:
    """Returns the key of the current caller's request; None when it brings no id."""
    request_id: str = request.request_id  # type: ignore[attr-defined]
    if not request_id:
        return None
    who = identity.caller()
    body = type(request)()
    body.CopyFrom(request)
    body.ClearField("request_id")
    digest = hashlib.sha256(body.SerializeToString(deterministic=True)).digest()
    return RequestKey(who.account_text or f"peer:{who.peer}", method, request_id, digest)


class RequestLog:
    """Remembers requests in the service's own database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._forgetting: set[asyncio.Task[None]] = set()

    async def once(
        self, method: str, request: Message, reply_type: type[M], run: Callable[[], Awaitable[M]]
    ) -> M:
        """Runs a mutating call, or replays what it came to before."""
        key = request_key(method, request)
        if key is None:
            return await run()
        while True:
            async with self._database.connection() as connection:
                claimed = await _queries.request_claim(
                    connection, **vars(key), lease_seconds=LEASE_SECONDS
                )
                known = None if claimed else await _read(connection, key)
            if claimed:
                return await self._run(key, claimed["lease_until"], run)
            if known is not None:
                return _replay(known, key, reply_type)
            await asyncio.sleep(WAIT_SECONDS)

    async def _run(
        self, key: RequestKey, lease_until: datetime, run: Callable[[], Awaitable[M]]
    ) -> M:
        try:
            reply = await run()
        except OnsaleError as error:
            if error.code in _PASSING:
                await self._let_go(key, lease_until)
                raise
            async with self._database.connection() as connection:
                refusal = to_status(error).SerializeToString()
                await _queries.request_finish(connection, **vars(key), reply=None, refusal=refusal)
            raise
        except BaseException:
            # A caller that hung up, or a database that went away: it is not known what was done, but nobody works on
            # it any more, and whoever asks again need not wait for the lease.
            await self._let_go(key, lease_until)
            raise
        async with self._database.connection() as connection:
            await self.store(connection, key, reply)
        return reply

    async def _let_go(self, key: RequestKey, lease_until: datetime) -> None:
        """Gives a claim up; goes on trying behind the caller's back while the database is away."""
        forgetting = asyncio.create_task(self._forget(key, lease_until))
        self._forgetting.add(forgetting)
        forgetting.add_done_callback(self._forgetting.discard)
        await asyncio.wait([forgetting], timeout=FORGET_WAIT_SECONDS)

    async def _forget(self, key: RequestKey, lease_until: datetime) -> None:
        for _ in range(FORGET_TRIES_MAX):
            try:
                async with self._database.connection() as connection:
                    await _queries.request_forget(
                        connection,
                        scope=key.scope,
                        method=key.method,
                        request_id=key.request_id,
                        lease_until=lease_until,
                    )
            except Exception as error:
                telemetry.log.info("claim not given up yet", method=key.method, error=repr(error))
                await asyncio.sleep(FORGET_PAUSE_SECONDS)
            else:
                return

    async def record(
        self, connection: Connection, method: str, request: Message, reply: Message
    ) -> None:
        """Stores the reply inside the transaction of the effect, so that no crash can come between the two."""
        key = request_key(method, request)
        if key is not None:
            await self.store(connection, key, reply)

    async def store(self, connection: Connection, key: RequestKey, reply: Message) -> None:
        """Stores a reply under its key; the first one stays."""
        await _queries.request_finish(
            connection, **vars(key), reply=reply.SerializeToString(), refusal=None
        )


@dataclass(frozen=True)
class _Known:
    body_hash: bytes
    reply: bytes | None
    refusal: bytes | None


async def _read(connection: Connection, key: RequestKey) -> _Known | None:
    """Returns what a request came to; None while it is still running."""
    row = await _queries.request_read(
        connection, scope=key.scope, method=key.method, request_id=key.request_id
    )
    if row is None:
        return None
    if row["body_hash"] != key.body_hash:
        raise IdempotencyKeyReused
    if row["reply"] is None and row["refusal"] is None:
        return None
    return _Known(row["body_hash"], row["reply"], row["refusal"])


def _replay(known: _Known, key: RequestKey, reply_type: type[M]) -> M:
    if known.refusal is not None:
        raise from_status(status_pb2.Status.FromString(known.refusal))
    if known.reply is None:
        raise Unavailable
    return reply_type.FromString(known.reply)
