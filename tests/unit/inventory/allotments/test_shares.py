"""Places that move between public shards and an allotment, evenly."""

from hypothesis import given
from hypothesis import strategies as st

from inventory_svc.allotments.shares import give_evenly, take_evenly

SHARDS = st.dictionaries(st.integers(0, 15), st.integers(0, 60), min_size=1, max_size=16)


def test_the_fullest_give_first_and_the_emptiest_get_first() -> None:
    assert take_evenly({0: 50, 1: 10, 2: 50}, 60) == {0: 30, 2: 30}
    assert give_evenly({0: 50, 1: 10, 2: 50}, 20) == {1: 20}
    assert take_evenly({0: 3, 1: 2}, 6) is None
    assert take_evenly({0: 3, 1: 2}, 5) == {0: 3, 1: 2}


@given(SHARDS, st.integers(0, 1_000))
def test_what_is_taken_is_all_or_nothing_and_never_more_than_there_is(
    available: dict[int, int], quantity: int
) -> None:
    taken = take_evenly(available, quantity)
    if taken is None:
        assert sum(available.values()) < quantity
        return
    assert sum(taken.values()) == quantity
    assert all(0 < count <= available[shard_no] for shard_no, count in taken.items())
    left = [count - taken.get(shard_no, 0) for shard_no, count in available.items()]
    touched = [available[shard_no] - count for shard_no, count in taken.items()]
    assert not touched or max(left) - min(touched) <= 1 + quantity // len(available)


@given(SHARDS, st.integers(0, 100_000))
def test_what_is_given_arrives(available: dict[int, int], quantity: int) -> None:
    given_to = give_evenly(available, quantity)
    assert sum(given_to.values()) == quantity
    assert set(given_to) <= set(available)
