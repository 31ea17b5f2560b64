"""How deep the model goes: within seconds in `make test`, as long as it takes in `make soak`."""

import os

SOAK_FACTOR = 20


def examples(count: int) -> int:
    """Returns how many examples to play, given those of a normal run."""
    return count * SOAK_FACTOR if os.environ.get("ONSALE_SOAK") else count
