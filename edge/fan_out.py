"""One stream from a service, many browsers: what is the same for everybody is asked for and encoded once.

A browser that comes back says which version it has. It gets the changes since, when they are remembered; else the
present version, whose gap to its own tells it to fetch anew.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from edge.streams import StreamPolicy, encode_event
from mesh import telemetry
from mesh.errors import Internal, OnsaleError

REMEMBERED_MAX = 256
"""Changes kept of each stream for browsers that come back."""
BEHIND_MAX = 512
"""Events that one browser may lag behind; then it is let go and comes back."""

Key = tuple[str, bytes]
Open = Callable[[], AsyncIterator[Any]]


@dataclass(frozen=True)
class _Event:
    before: int
    """The version that it leads from; 0 where a stream has none."""
    after: int
    chunk: bytes


class _Source:
    """One service's stream, and who follows it."""

    def __init__(self, policy: StreamPolicy, open_stream: Open) -> None:
        self.followers: set[asyncio.Queue[bytes | OnsaleError | None]] = set()
        self._policy = policy
        self._recent: deque[_Event] = deque(maxlen=REMEMBERED_MAX)
        self._here: Callable[[], bytes] | None = None
        self._reading = asyncio.create_task(self._read(open_stream))

    @property
    def is_over(self) -> bool:
        """True once the service's stream ended."""
        return self._reading.done()

    def join(self, version: int) -> asyncio.Queue[bytes | OnsaleError | None]:
        """Adds a follower that has a version; 0 has none."""
        queue: asyncio.Queue[bytes | OnsaleError | None] = asyncio.Queue(BEHIND_MAX)
        for chunk in self._since(version):
            queue.put_nowait(chunk)
        self.followers.add(queue)
        return queue

    def close(self) -> None:
        """Ends the service's stream."""
        self._reading.cancel()

    def _since(self, version: int) -> list[bytes]:
        if not self._recent:
            return []  # the service's first message is on its way to all
        last = self._recent[-1]
        if not self._policy.resume_field:
            return [last.chunk]
        if version > last.after:
            return []
        missed = [event for event in self._recent if event.before >= version]
        if version and missed and missed[0].before == version:
            return [event.chunk for event in missed if event.after > event.before]
        return [self._here()] if self._here else []

    async def _read(self, open_stream: Open) -> None:
        stream = open_stream()
        last: OnsaleError | None = None
        try:
            async for message in stream:
                self._take(message)
        except OnsaleError as error:
            last = error
        except Exception as error:
            telemetry.log.error("shared stream failed", exc_info=error)
            last = Internal()
        finally:
            closing: Any = stream
            await closing.aclose()
            for queue in self.followers:
                _hand(queue, last)

    def _take(self, message: Any) -> None:
        policy = self._policy
        before = getattr(message, policy.resume_field) if policy.resume_field else 0
        after = getattr(message, policy.id_field) if policy.id_field else 0
        event = _Event(before, after, encode_event(policy, message))
        self._recent.append(event)
        if policy.resume_field:
            here = type(message)(**{policy.resume_field: after, policy.id_field: after})
            self._here = lambda: encode_event(policy, here)
        for queue in list(self.followers):
            if not _hand(queue, event.chunk):
                self.followers.discard(queue)


def _hand(
    queue: asyncio.Queue[bytes | OnsaleError | None], item: bytes | OnsaleError | None
) -> bool:
    """Gives a follower an item; one that lags too far behind is let go and comes back."""
    try:
        queue.put_nowait(item)
    except asyncio.QueueFull:
        while not queue.empty():
            queue.get_nowait()
        queue.put_nowait(None)
        return False
    return True


class FanOut:
    """The shared streams of this process."""

    def __init__(self) -> None:
        self._sources: dict[Key, _Source] = {}

    async def follow(
        self, key: Key, policy: StreamPolicy, open_stream: Open, version: int
    ) -> AsyncIterator[bytes]:
        """Yields events from a version on, until the service's stream ends. Raises OnsaleError."""
        source = self._sources.get(key)
        if source is None or source.is_over:
            source = self._sources[key] = _Source(policy, open_stream)
        queue = source.join(version)
        try:
            while True:
                item = await queue.get()
                if isinstance(item, OnsaleError):
                    raise item
                if item is None:
                    return
                yield item
        finally:
            source.followers.discard(queue)
            if not source.followers:
                source.close()
                if self._sources.get(key) is source:
                    del self._sources[key]
