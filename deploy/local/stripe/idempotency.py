"""Idempotency keys, as Stripe documents them.

The reply to the first request with a key is kept for 24 hours, refusals included once the
endpoint had begun its work; a request that failed validation may be mended and sent again. The
same key with other parameters is refused, and so is one whose first request still runs.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from deploy.local.stripe.account import Clock
from deploy.local.stripe.errors import (
    IdempotencyKeyInUse,
    IdempotencyKeyReused,
    InvalidRequest,
)
from deploy.local.stripe.store import KeptReply, Store

KEPT_SECONDS: Final = 24 * 3_600
KEY_LENGTH_MAX: Final = 255


def fingerprint(method: str, path: str, body: str) -> str:
    """What makes two requests the same: the operation and its parameters, in any order."""
    fields = "&".join(sorted(body.split("&")))
    return hashlib.sha256(f"{method} {path}\n{fields}".encode()).hexdigest()


class IdempotencyKeys:
    """The keys in use and the replies kept."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        # In memory only: a request that a crash cut off has not committed, so its key is free.
        self._in_use: set[str] = set()

    def kept(self, key: str, request_fingerprint: str) -> KeptReply | None:
        """The reply to replay, if this request was made before.

        Raises:
            IdempotencyKeyReused: The key came with other parameters then.
        """
        if len(key) > KEY_LENGTH_MAX:
            raise InvalidRequest(
                f"Idempotency keys can be up to {KEY_LENGTH_MAX} characters.",
                param="idempotency_key",
            )
        if key in self._in_use:
            raise IdempotencyKeyInUse(key)
        reply = self._store.kept_reply(key, self._clock() - KEPT_SECONDS)
        if reply is not None and reply.fingerprint != request_fingerprint:
            raise IdempotencyKeyReused(key)
        return reply

    @contextmanager
    def in_use(self, key: str | None) -> Iterator[None]:
        """Marks a key while its first request runs."""
        if key is None:
            yield
            return
        self._in_use.add(key)
        try:
            yield
        finally:
            self._in_use.discard(key)

    def keep(self, key: str, reply: KeptReply) -> None:
        """Keeps a reply; in the transaction that did the work."""
        self._store.keep_reply(key, reply, self._clock())

    def forget_old(self) -> None:
        self._store.forget_replies(self._clock() - KEPT_SECONDS)
