"""Replies that many ask for at once: fetched once, kept as ready bytes, for as long as their route allows.

A shared reply is always fetched without anybody's token, so that nothing of one caller's reaches another.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from starlette.responses import Response

from mesh.errors import OnsaleError

KEPT_BYTES_MAX = 128 * 1024 * 1024
KEPT_MAX = 20_000
GZIP_BYTES_MIN = 1024
GZIP_LEVEL = 5
THREAD_BYTES_MIN = 64 * 1024
"""Larger replies are packed in a thread, so that nobody waits for a 20,000-seat map."""


@dataclass(frozen=True)
class CachePolicy:
    """How long a route's reply may stand for the next caller's."""

    share_seconds: float
    """Within this process."""
    control: str
    """For browsers and CDNs."""


_INVENTORY = "/onsale.inventory.v1.InventoryService"
_SEARCH = "/onsale.search.v1.SearchService"
POLICIES: dict[str, CachePolicy] = {
    # Seats never move; the prices beside them may, so this process looks again now and then.
    f"{_INVENTORY}/GetSeatMap": CachePolicy(30.0, "public, max-age=31536000, immutable"),
    # What anybody may see of an event; a draft is fetched with its organiser's own token and not kept.
    "/onsale.inventory.v1.CatalogService/GetEvent": CachePolicy(1.0, "no-cache"),
    f"{_INVENTORY}/GetAvailability": CachePolicy(0.25, "no-cache"),
    "/onsale.queue.v1.QueueService/GetRoom": CachePolicy(1.0, "public, max-age=1"),
    f"{_SEARCH}/SearchEvents": CachePolicy(0.5, "no-cache"),
    f"{_SEARCH}/Suggest": CachePolicy(1.0, "public, max-age=5"),
    f"{_SEARCH}/ListTrending": CachePolicy(2.0, "public, max-age=10"),
    "/onsale.ticket.v1.KeyService/GetJWKS": CachePolicy(10.0, "public, max-age=60"),
    "/onsale.accounts.v1.ClientConfigService/GetClientConfig": CachePolicy(
        60.0, "public, max-age=60"
    ),
}


@dataclass(frozen=True)
class SharedReply:
    """A reply as ready bytes."""

    raw_digest: bytes
    body: bytes
    packed: bytes | None
    etag: str
    good_until: float

    @property
    def size_bytes(self) -> int:
        """What it takes to keep."""
        return len(self.body) + len(self.packed or b"")

    def response(self, policy: CachePolicy, if_none_match: str, accepts_gzip: bool) -> Response:
        """Returns it for a caller, or tells the caller that it has it already."""
        headers = {"ETag": self.etag, "Cache-Control": policy.control}
        if self.packed is not None:
            headers["Vary"] = "Accept-Encoding"
        if matches(if_none_match, self.etag):
            return Response(status_code=304, headers=headers)
        if self.packed is not None and accepts_gzip:
            headers |= {"Content-Encoding": "gzip", "ETag": f"W/{self.etag}"}
            return Response(self.packed, 200, headers, "application/json")
        return Response(self.body, 200, headers, "application/json")


def etag_of(body: bytes) -> str:
    """Returns the entity tag of a body."""
    return f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


def matches(if_none_match: str, etag: str) -> bool:
    """Tells whether a caller has an entity already, by RFC 9110's weak comparison."""
    known = (tag.strip().removeprefix("W/") for tag in if_none_match.split(","))
    return any(tag in (etag, "*") for tag in known)


Fetch = Callable[[], Awaitable[bytes]]
Render = Callable[[bytes], bytes]


@dataclass
class SharedReplies:
    """The replies of all shared routes, bounded in number and bytes; the longest unused goes first."""

    _kept: OrderedDict[tuple[str, bytes], SharedReply] = field(default_factory=OrderedDict)
    _under_way: dict[tuple[str, bytes], asyncio.Task[SharedReply]] = field(default_factory=dict)
    _kept_bytes: int = 0

    async def get(
        self, path: str, request: bytes, policy: CachePolicy, fetch: Fetch, render: Render
    ) -> SharedReply:
        """Returns a reply that is fresh enough; however many ask, one fetches. Raises OnsaleError."""
        key = (path, request)
        known = self._kept.get(key)
        if known and known.good_until > time.monotonic():
            self._kept.move_to_end(key)
            return known
        task = self._under_way.get(key)
        if task is None:
            task = asyncio.create_task(self._fetch(key, policy, fetch, render))
            self._under_way[key] = task
            task.add_done_callback(lambda done: self._finished(key, done))
        # Shielded: the one who asked first may go away while others wait.
        return await asyncio.shield(task)

    def forget(self, request_part: bytes) -> None:
        """Drops every reply whose request names something, such as an event that was just changed."""
        for key in [key for key in self._kept if request_part in key[1]]:
            self._drop(key)
        for key in [key for key in self._under_way if request_part in key[1]]:
            del self._under_way[key]  # it may have read what was before

    async def _fetch(
        self, key: tuple[str, bytes], policy: CachePolicy, fetch: Fetch, render: Render
    ) -> SharedReply:
        raw = await fetch()
        good_until = time.monotonic() + policy.share_seconds
        digest = hashlib.blake2b(raw, digest_size=16).digest()
        known = self._kept.get(key)
        if known and known.raw_digest == digest:
            reply = SharedReply(digest, known.body, known.packed, known.etag, good_until)
        elif len(raw) >= THREAD_BYTES_MIN:
            reply = await asyncio.to_thread(_ready, raw, digest, render, good_until)
        else:
            reply = _ready(raw, digest, render, good_until)
        if self._under_way.get(key) is asyncio.current_task():
            self._keep(key, reply)
        return reply

    def _finished(self, key: tuple[str, bytes], task: asyncio.Task[SharedReply]) -> None:
        if self._under_way.get(key) is task:
            del self._under_way[key]
        if not task.cancelled() and not isinstance(task.exception(), (OnsaleError, type(None))):
            asyncio.get_running_loop().call_exception_handler(
                {"message": "a shared reply failed", "exception": task.exception()}
            )

    def _keep(self, key: tuple[str, bytes], reply: SharedReply) -> None:
        self._drop(key)
        self._kept[key] = reply
        self._kept_bytes += reply.size_bytes
        while len(self._kept) > KEPT_MAX or self._kept_bytes > KEPT_BYTES_MAX:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: tuple[str, bytes]) -> None:
        dropped = self._kept.pop(key, None)
        if dropped:
            self._kept_bytes -= dropped.size_bytes


def _ready(raw: bytes, digest: bytes, render: Render, good_until: float) -> SharedReply:
    body = render(raw)
    packed = gzip.compress(body, GZIP_LEVEL) if len(body) >= GZIP_BYTES_MIN else None
    return SharedReply(digest, body, packed, etag_of(body), good_until)
