"""One stream from a service, many browsers: what is the same for everybody is asked for and encoded once.

A browser that comes back says which version it has. It gets the changes since, when they are remembered; else the
present version, whose gap to its own tells it to fetch anew.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from edge.events import StreamPolicy, encode_event, encode_refusal, is_interruption
from edge.watchers import News, Watcher
from mesh import telemetry
from mesh.errors import Internal, OnsaleError

REMEMBERED_MAX = 256
"""Changes kept of each stream for browsers that come back."""

LINGER_SECONDS = 3.0
"""A shared stream is kept this long after its last browser left: one that lost its line comes back and resumes."""

TOLD_AT_ONCE_MAX = 200
"""Browsers told without a pause: about 2 ms, then whoever else waits for this process has a turn."""

Key = tuple[str, bytes]
Open = Callable[[], AsyncIterator[Any]]


@dataclass(frozen=True)
class _Event:
    before: int
    """The version that it leads from; 0 where a stream has none."""
    after: int
    news: News


class Source:
    """One service's stream, and who follows it."""

    def __init__(
        self,
        policy: StreamPolicy,
        open_stream: Open,
        *,
        linger_seconds: float = 0.0,
        on_over: Callable[[], None] = lambda: None,
    ) -> None:
        """Begins to read.

        Args:
            policy: what its events are called.
            open_stream: asks the service for its stream.
            linger_seconds: how long it is kept when nobody follows it.
            on_over: called once when nothing more will come of it.
        """
        self.told_at = asyncio.get_running_loop().time()
        self._policy = policy
        self._linger_seconds = linger_seconds
        self._on_over = on_over
        self._followers: dict[Watcher, None] = {}
        self._coming = 0
        self._recent: deque[_Event] = deque(maxlen=REMEMBERED_MAX)
        self._here: Callable[[], bytes] | None = None
        self._begun = asyncio.Event()
        self._refusal: OnsaleError | None = None
        self.is_over = False
        self._lingering: asyncio.TimerHandle | None = None
        self._reading = asyncio.create_task(self._read(open_stream))

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Keeps the stream while somebody begins to follow it."""
        self._coming += 1
        try:
            yield
        finally:
            self._coming -= 1
            self._close_later()

    async def begin(self, within_seconds: float) -> None:
        """Waits a little for the first message. Raises OnsaleError when the service refuses instead."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_seconds):
                await self._begun.wait()
        if self._refusal and not self._recent:
            raise self._refusal

    def join(self, watcher: Watcher, version: int | None) -> None:
        """Adds a follower, and tells it what it missed since a version, 0 is none; None misses everything so far."""
        for news in self._since(version):
            watcher.tell(news)
        if self.is_over:
            self._end(watcher)
        else:
            self._followers[watcher] = None

    def leave(self, watcher: Watcher) -> None:
        """Forgets a follower."""
        self._followers.pop(watcher, None)
        self._close_later()

    async def tell_all(self, news: News) -> None:
        """Tells every follower, a few at a time; who joins meanwhile was told already."""
        self.told_at = asyncio.get_running_loop().time()
        followers = list(self._followers)
        for start in range(0, len(followers), TOLD_AT_ONCE_MAX):
            for watcher in followers[start : start + TOLD_AT_ONCE_MAX]:
                watcher.tell(news)
            await asyncio.sleep(0)

    def _close_later(self) -> None:
        if not (self._followers or self._coming or self._lingering or self.is_over):
            loop = asyncio.get_running_loop()
            self._lingering = loop.call_later(self._linger_seconds, self._close_unless_wanted)

    def _close_unless_wanted(self) -> None:
        self._lingering = None
        if not (self._followers or self._coming):
            self._reading.cancel()

    def _since(self, version: int | None) -> list[News]:
        if not self._recent:
            return []  # the service's first message is on its way to all
        if version is None:
            return [event.news for event in self._recent]
        last = self._recent[-1]
        if not self._policy.resume_field:
            return [last.news]
        if version > last.after:
            return []
        missed = [event for event in self._recent if event.before >= version]
        if version and missed and missed[0].before == version:
            return [event.news for event in missed if event.after > event.before]
        return [News(self._here())] if self._here else []

    async def _read(self, open_stream: Open) -> None:
        stream = open_stream()
        try:
            async for message in stream:
                event = self._take(message)
                self._begun.set()
                await self.tell_all(event.news)
        except OnsaleError as error:
            self._refusal = error
        except Exception as error:
            telemetry.log.error("shared stream failed", exc_info=error)
            self._refusal = Internal()
        finally:
            self.is_over = True
            self._on_over()
            self._begun.set()
            for watcher in self._followers:
                self._end(watcher)
            closing: Any = stream
            await closing.aclose()

    def _take(self, message: Any) -> _Event:
        policy = self._policy
        before = getattr(message, policy.resume_field) if policy.resume_field else 0
        after = getattr(message, policy.id_field) if policy.id_field else 0
        event = _Event(before, after, News(encode_event(policy, message)))
        self._recent.append(event)
        if policy.resume_field:
            here = type(message)(**{policy.resume_field: after, policy.id_field: after})
            self._here = lambda: encode_event(policy, here)
        return event

    def _end(self, watcher: Watcher) -> None:
        if self._refusal and not is_interruption(self._refusal):
            watcher.tell(News(encode_refusal(self._refusal)))
        watcher.end()


class FanOut:
    """The shared streams of this process."""

    def __init__(self) -> None:
        self._sources: dict[Key, Source] = {}

    def source(self, key: Key, policy: StreamPolicy, open_stream: Open) -> Source:
        """Returns the shared stream of a key: the one that is there, or a new one."""
        source = self._sources.get(key)
        if source is None or source.is_over:
            source = self._sources[key] = Source(
                policy,
                open_stream,
                linger_seconds=LINGER_SECONDS,
                on_over=lambda: self._forget(key, source),
            )
        return source

    def _forget(self, key: Key, source: Source | None) -> None:
        if self._sources.get(key) is source:
            del self._sources[key]
