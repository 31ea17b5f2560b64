"""How deep the model and the simulation go: within seconds in `make test`, for as long as it takes in `make soak`."""

import os

IS_SOAK = bool(os.environ.get("ONSALE_SOAK"))
TIMEOUT_SECONDS = 7_200 if IS_SOAK else 120


def examples(in_tests: int, *, in_soak: int) -> int:
    """Returns how many examples to play."""
    return in_soak if IS_SOAK else in_tests
