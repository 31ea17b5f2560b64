"""Counters in shards: all or none, in the order of the keys."""

from hypothesis import given
from hypothesis import strategies as st

from inventory_svc.holds.pools import Shard, likely_shards, put_back, take

availables = st.lists(st.integers(0, 50), min_size=1, max_size=16)


def shards(available: list[int]) -> list[Shard]:
    return [Shard(1, number, places) for number, places in enumerate(available)]


@given(availables, st.integers(1, 120))
def test_a_take_is_all_or_none_and_can_be_undone(available: list[int], quantity: int) -> None:
    pool = shards(available)
    taken = take(pool, quantity)
    if sum(available) < quantity:
        assert taken is None
        assert [shard.available for shard in pool] == available
        return
    assert taken is not None
    assert sum(share.quantity for share in taken) == quantity
    assert all(shard.available >= 0 for shard in pool)
    assert [share.shard_no for share in taken] == sorted({share.shard_no for share in taken})
    put_back(pool, taken)
    assert [shard.available for shard in pool] == available


@given(st.integers(1, 16), st.integers(16, 2_000), st.integers(1, 300), st.integers(0, 1 << 16))
def test_the_first_try_is_in_order_and_large_enough_for_a_full_pool(
    shard_count: int, capacity: int, quantity: int, offset: int
) -> None:
    tried = likely_shards(shard_count, capacity, quantity, offset)
    assert tried == sorted(set(tried))
    assert all(0 <= shard_no < shard_count for shard_no in tried)
    assert len(tried) == shard_count or len(tried) * (capacity // shard_count) >= quantity
