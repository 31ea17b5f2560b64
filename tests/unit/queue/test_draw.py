"""The draw can be recomputed by anyone."""

import hashlib
import hmac
import statistics

from queue_svc import draw


def test_the_rank_is_what_thirty_lines_of_anybody_compute() -> None:
    seed, account = bytes(range(32)), "acc_0000000000000000000000000a"
    digest = hmac.new(seed, account.encode(), hashlib.sha256).hexdigest()
    assert draw.rank(seed, account) == int(digest, 16) / 2**256


def test_the_seal_is_the_sha256_of_the_seed() -> None:
    seed = draw.new_seed()
    assert draw.commitment(seed) == hashlib.sha256(seed).hexdigest()
    assert len(seed) == draw.SEED_BYTES


def test_ranks_are_spread_evenly() -> None:
    seed = bytes(32)
    ranks = [draw.rank(seed, f"acc_{number}") for number in range(4000)]
    assert all(0 <= rank < 1 for rank in ranks)
    assert abs(statistics.mean(ranks) - 0.5) < 0.02
    assert abs(sum(rank < 0.1 for rank in ranks) / 4000 - 0.1) < 0.02
