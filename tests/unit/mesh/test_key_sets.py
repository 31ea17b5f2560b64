"""Public keys of an issuer: fetched when needed, and used on while it is away."""

import asyncio

from mesh.errors import Unavailable
from mesh.identity import KEYS_LIFE_SECONDS, KEYS_REFETCH_SECONDS_MIN, KeySet
from protos.accounts.v1 import accounts_pb2
from tests.polling import eventually

X = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"


class Issuer:
    """Answers, or is away."""

    def __init__(self) -> None:
        self.asked = 0
        self.is_away = False
        self.back = asyncio.Event()

    async def fetch(self) -> accounts_pb2.JWKS:
        self.asked += 1
        if self.is_away:
            await self.back.wait()
            raise Unavailable
        return accounts_pb2.JWKS(keys=[accounts_pb2.JWK(kid="known", x=X)])


async def aged_keys(issuer: Issuer) -> KeySet:
    """Keys that were fetched so long ago that they are to be fetched again."""
    keys = KeySet(issuer.fetch)
    assert await keys.get("known")
    keys._fetched -= KEYS_LIFE_SECONDS + 1
    return keys


async def test_a_crowd_with_a_known_key_asks_an_absent_issuer_once() -> None:
    """Tried: without the memory of the failure each of the crowd waits for all attempts before its own."""
    issuer = Issuer()
    keys = await aged_keys(issuer)
    issuer.is_away = True
    first = asyncio.create_task(keys.get("known"))

    async def is_asked_again() -> bool:
        return issuer.asked == 2

    await eventually(is_asked_again, within_seconds=5, what="another fetch")
    crowd = await asyncio.gather(*[keys.get("known") for _ in range(50)])
    assert all(crowd)
    issuer.back.set()
    assert await first
    assert all(await asyncio.gather(*[keys.get("known") for _ in range(50)]))
    assert issuer.asked == 2  # once for the keys, once in vain


async def test_an_issuer_that_is_back_is_asked_again_a_second_later() -> None:
    issuer = Issuer()
    keys = await aged_keys(issuer)
    issuer.is_away = True
    issuer.back.set()
    await keys.get("known")
    issuer.is_away = False
    keys._failed -= KEYS_REFETCH_SECONDS_MIN
    assert await keys.get("known")
    assert issuer.asked == 3


async def test_keys_that_nobody_has_are_asked_for_at_most_once_a_second() -> None:
    issuer = Issuer()
    keys = KeySet(issuer.fetch)
    assert await asyncio.gather(*[keys.get("forged") for _ in range(50)]) == [None] * 50
    assert issuer.asked == 1
