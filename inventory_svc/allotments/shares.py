"""Places that move between a pool's public shards and an allotment: from the fullest, to the emptiest."""

from __future__ import annotations

import heapq
from collections.abc import Mapping


def take_evenly(available: Mapping[int, int], quantity: int) -> dict[int, int] | None:
    """Returns how many places to take from each shard, so that those left are even; None when there are too few.

    Args:
        available: free places by shard number.
        quantity: how many to take.
    """
    if sum(available.values()) < quantity:
        return None
    fullest = [(-count, shard_no) for shard_no, count in available.items() if count]
    heapq.heapify(fullest)
    return _step_by_step(fullest, quantity)


def give_evenly(available: Mapping[int, int], quantity: int) -> dict[int, int]:
    """Returns how many places to give to each shard, the emptiest first."""
    emptiest = [(count, shard_no) for shard_no, count in available.items()]
    heapq.heapify(emptiest)
    return _step_by_step(emptiest, quantity)


def _step_by_step(shards: list[tuple[int, int]], quantity: int) -> dict[int, int]:
    """Moves places in shrinking chunks, each from or to the shard on top of the heap."""
    moved: dict[int, int] = {}
    while quantity:
        count, shard_no = shards[0]
        # Shrinking: a pool of many thousand places takes some dozen steps, and the last ones even things out.
        chunk = max(1, quantity // (2 * len(shards)))
        if count < 0:
            chunk = min(chunk, -count)
        heapq.heapreplace(shards, (count + chunk, shard_no))
        moved[shard_no] = moved.get(shard_no, 0) + chunk
        quantity -= chunk
    return moved
