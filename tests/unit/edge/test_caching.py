"""Replies that are shared."""

import asyncio
import gzip

import pytest

from edge.caching import CachePolicy, SharedReplies, matches
from mesh.errors import NotFound

POLICY = CachePolicy(60.0, "public, max-age=1")


class Source:
    def __init__(self, replies: list[bytes]) -> None:
        self.replies = replies
        self.calls = 0
        self.go = asyncio.Event()
        self.go.set()

    async def fetch(self) -> bytes:
        self.calls += 1
        await self.go.wait()
        return self.replies[min(self.calls, len(self.replies)) - 1]


def _render(raw: bytes) -> bytes:
    return b"<" + raw + b">"


async def test_a_crowd_costs_one_call() -> None:
    source, shared = Source([b"a"]), SharedReplies()
    source.go.clear()
    crowd = [
        asyncio.create_task(shared.get("/m", b"ev_1", POLICY, source.fetch, _render))
        for _ in range(100)
    ]
    await asyncio.sleep(0)
    source.go.set()
    replies = await asyncio.gather(*crowd)
    assert source.calls == 1
    assert {reply.body for reply in replies} == {b"<a>"}


async def test_the_one_who_asked_first_may_go_away() -> None:
    source, shared = Source([b"a"]), SharedReplies()
    source.go.clear()
    first = asyncio.create_task(shared.get("/m", b"ev_1", POLICY, source.fetch, _render))
    await asyncio.sleep(0)
    second = asyncio.create_task(shared.get("/m", b"ev_1", POLICY, source.fetch, _render))
    await asyncio.sleep(0)
    first.cancel()
    source.go.set()
    assert (await second).body == b"<a>"
    assert source.calls == 1


async def test_an_old_reply_is_fetched_again_and_rendered_only_if_it_changed() -> None:
    source, shared = Source([b"a", b"a", b"b"]), SharedReplies()
    rendered = []

    def render(raw: bytes) -> bytes:
        rendered.append(raw)
        return raw

    stale = CachePolicy(0.0, "no-cache")
    for _ in range(3):
        await shared.get("/m", b"ev_1", stale, source.fetch, render)
    assert source.calls == 3
    assert rendered == [b"a", b"b"]


async def test_what_an_organiser_changed_is_not_shown_as_it_was() -> None:
    source, shared = Source([b"before", b"after"]), SharedReplies()
    await shared.get("/m", b"..ev_1", POLICY, source.fetch, _render)
    shared.forget(b"ev_1")
    reply = await shared.get("/m", b"..ev_1", POLICY, source.fetch, _render)
    assert reply.body == b"<after>"


async def test_a_read_that_was_under_way_during_the_change_is_not_kept() -> None:
    source, shared = Source([b"before", b"after"]), SharedReplies()
    source.go.clear()
    reading = asyncio.create_task(shared.get("/m", b"ev_1", POLICY, source.fetch, _render))
    await asyncio.sleep(0)
    shared.forget(b"ev_1")
    source.go.set()
    await reading
    reply = await shared.get("/m", b"ev_1", POLICY, source.fetch, _render)
    assert reply.body == b"<after>"


async def test_a_refusal_reaches_everybody_and_is_not_kept() -> None:
    shared = SharedReplies()
    calls = 0

    async def refuse() -> bytes:
        nonlocal calls
        calls += 1
        raise NotFound

    for _ in range(2):
        with pytest.raises(NotFound):
            await shared.get("/m", b"ev_1", POLICY, refuse, _render)
    assert calls == 2


async def test_whoever_has_it_already_is_told_so() -> None:
    shared = SharedReplies()
    reply = await shared.get("/m", b"", POLICY, Source([b"x" * 5000]).fetch, _render)
    again = reply.response(POLICY, f'"other", W/{reply.etag}', accepts_gzip=True)
    packed = reply.response(POLICY, "", accepts_gzip=True)
    assert (again.status_code, again.body) == (304, b"")
    assert gzip.decompress(bytes(packed.body)) == reply.body
    assert packed.headers["content-encoding"] == "gzip"


def test_entity_tags_are_compared_weakly() -> None:
    assert matches('W/"a"', '"a"')
    assert matches("*", '"a"')
    assert not matches('"b"', '"a"')
    assert not matches("", '"a"')
