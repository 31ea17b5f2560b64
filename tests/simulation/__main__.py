"""Tells stories: `python -m tests.simulation --seeds 10000`, or one of them: `--seed 7 --trace`."""

from __future__ import annotations

import argparse
import sys
import time

from tests.simulation.story import Told, tell


def main() -> int:
    """Returns 1 when a story went wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    parser.add_argument("--seeds", type=int, default=1, help="how many seeds, one after the other")
    parser.add_argument("--trace", action="store_true", help="print what happens")
    asked = parser.parse_args()
    begun = time.monotonic()
    failed, longest_wait_seconds, line_count = 0, 0.0, 0
    for seed in range(asked.seed, asked.seed + asked.seeds):
        told = tell(seed)
        failed += bool(told.wrongs)
        longest_wait_seconds = max(longest_wait_seconds, told.longest_wait_seconds)
        line_count += len(told.lines)
        _report(told, in_full=asked.trace, alone=asked.seeds == 1)
    print(
        f"{asked.seeds} seeds from {asked.seed}, {line_count} happenings in "
        f"{time.monotonic() - begun:.0f} s: {failed} went wrong; "
        f"longest wait {longest_wait_seconds:.1f} s"
    )
    return 1 if failed else 0


def _report(told: Told, *, in_full: bool, alone: bool) -> None:
    if in_full:
        print("\n".join(told.lines))
    if alone or told.wrongs:
        print(f"seed {told.seed}: trace {told.digest}, {len(told.wrongs)} wrong")
        for wrong in told.wrongs[:5]:
            print(f"  {wrong}")


if __name__ == "__main__":
    sys.exit(main())
