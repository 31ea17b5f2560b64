"""Places without a seat: counted in shards, taken from as few shards as will do, in the order of their keys."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

ALLOTTED_SHARD_NO_BASE = 1_000
"""An allotment's places of a pool are counted in the shard of this number plus its own; public shards lie below."""


def allotted_shard_no(allotment_no: int) -> int:
    """Returns the shard that counts an allotment's places of a pool."""
    return ALLOTTED_SHARD_NO_BASE + allotment_no


@dataclass(slots=True)
class Shard:
    """A part of a pool's counter, as it stands under its lock."""

    pool_no: int
    shard_no: int
    available: int


@dataclass(frozen=True, slots=True)
class Share:
    """Places taken from one shard."""

    pool_no: int
    shard_no: int
    quantity: int


def take(shards: Sequence[Shard], quantity: int) -> list[Share] | None:
    """Takes places from locked shards of one pool, all or none; the shards then say what is left.

    One shard that has enough is preferred; a party spans shards, in the order given, only when none has.
    """
    if sum(shard.available for shard in shards) < quantity:
        return None
    enough = next((shard for shard in shards if shard.available >= quantity), None)
    shares: list[Share] = []
    for shard in (enough,) if enough else shards:
        part = min(shard.available, quantity)
        if part:
            shard.available -= part
            quantity -= part
            shares.append(Share(shard.pool_no, shard.shard_no, part))
    return shares


def open_to(shards: Sequence[Shard], allotment_no: int | None) -> list[Shard]:
    """Returns the shards that a party may take from: its allotment's first, then the public ones."""
    public = [shard for shard in shards if shard.shard_no < ALLOTTED_SHARD_NO_BASE]
    if allotment_no is None:
        return public
    own = allotted_shard_no(allotment_no)
    return [shard for shard in shards if shard.shard_no == own] + public


def put_back(shards: Iterable[Shard], shares: Iterable[Share]) -> None:
    """Undoes a take whose party did not get the rest of what it wanted."""
    by_key = {(shard.pool_no, shard.shard_no): shard for shard in shards}
    for share in shares:
        by_key[share.pool_no, share.shard_no].available += share.quantity


def likely_shards(shard_count: int, capacity: int, quantity: int, offset: int) -> list[int]:
    """Returns the shards to try first: enough for the demand were they full, and one to spare.

    Every process begins elsewhere (`offset`), so that processes rarely wait for the same row.
    """
    per_shard = max(1, capacity // shard_count)
    wanted = min(shard_count, -(-quantity // per_shard) + 1)
    return sorted((offset + step) % shard_count for step in range(wanted))


def are_uneven(shards: Sequence[Shard]) -> bool:
    """Tells whether some counters of a pool have run low while others have not: then the next tries are wasted too."""
    if len(shards) < 2:
        return False
    available = [shard.available for shard in shards]
    return min(available) * 2 * len(shards) < sum(available)
