"""Same request id, same effect, once."""

import asyncio
from typing import Any

import pytest

from mesh import identity, ids
from mesh.database import open_database
from mesh.errors import NotFound, OnsaleError, Unavailable
from mesh.requests import IdempotencyKeyReused, RequestLog
from protos.inventory.v1 import catalog_pb2


@pytest.fixture
async def log(database: str) -> Any:
    opened = await open_database(database)
    identity.set_current(identity.Caller(ids.new_account_id()), {})
    yield RequestLog(opened)
    await opened.close()


class Effect:
    """Counts how often it ran."""

    def __init__(self, error: Exception | None = None) -> None:
        self.runs = 0
        self.error = error

    async def __call__(self) -> catalog_pb2.Venue:
        self.runs += 1
        if self.error:
            raise self.error
        return catalog_pb2.Venue(venue_id=f"ven_{self.runs}")


def request(name: str = "Hall", request_id: str = "r1") -> catalog_pb2.CreateVenueRequest:
    return catalog_pb2.CreateVenueRequest(name=name, request_id=request_id)


async def once(log: RequestLog, asked: Any, effect: Effect) -> catalog_pb2.Venue:
    return await log.once("CreateVenue", asked, catalog_pb2.Venue, effect)


async def test_twenty_calls_at_once_have_one_effect_and_one_reply(log: RequestLog) -> None:
    """Tried: with a request_claim that always answers a row the effect runs 20 times."""
    effect = Effect()
    replies = await asyncio.gather(*[once(log, request(), effect) for _ in range(20)])
    assert effect.runs == 1
    assert {reply.venue_id for reply in replies} == {"ven_1"}


async def test_another_body_under_the_same_id_is_refused(log: RequestLog) -> None:
    await once(log, request(), Effect())
    with pytest.raises(IdempotencyKeyReused):
        await once(log, request(name="Other"), Effect())


async def test_a_refusal_is_replayed_with_its_reason(log: RequestLog) -> None:
    effect = Effect(NotFound(venueId="x"))
    for _ in range(2):
        with pytest.raises(OnsaleError) as caught:
            await once(log, request(), effect)
        assert caught.value.reason == "NOT_FOUND"
        assert caught.value.facts() == {"venueId": "x"}
    assert effect.runs == 1


async def test_try_again_is_not_remembered(log: RequestLog) -> None:
    effect = Effect(Unavailable())
    with pytest.raises(Unavailable):
        await once(log, request(), effect)
    effect.error = None
    assert (await once(log, request(), effect)).venue_id == "ven_2"


async def test_a_caller_that_hung_up_is_not_in_the_way_of_its_own_retry(log: RequestLog) -> None:
    """Without giving the claim up, the retry waits for the lease of 30 s: seen."""
    begun = asyncio.Event()

    async def never_ends() -> catalog_pb2.Venue:
        begun.set()
        await asyncio.Event().wait()
        raise AssertionError

    first = asyncio.create_task(log.once("CreateVenue", request(), catalog_pb2.Venue, never_ends))
    await begun.wait()
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    async with asyncio.timeout(5):
        assert (await once(log, request(), Effect())).venue_id == "ven_1"


async def test_a_fault_is_not_in_the_way_of_the_retry(log: RequestLog) -> None:
    effect = Effect(ConnectionError("lost in the middle"))
    with pytest.raises(ConnectionError):
        await once(log, request(), effect)
    effect.error = None
    async with asyncio.timeout(5):
        assert (await once(log, request(), effect)).venue_id == "ven_2"


async def test_another_account_may_use_the_same_id(log: RequestLog) -> None:
    effect = Effect()
    await once(log, request(), effect)
    identity.set_current(identity.Caller(ids.new_account_id()), {})
    assert (await once(log, request(), effect)).venue_id == "ven_2"


async def test_a_call_without_an_id_runs_each_time(log: RequestLog) -> None:
    effect = Effect()
    await once(log, request(request_id=""), effect)
    await once(log, request(request_id=""), effect)
    assert effect.runs == 2
