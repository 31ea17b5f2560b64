"""Ends the stack's process groups when the supervisor is gone without having done so.

Run beside the supervisor with a pipe as its input. The supervisor writes `+ GROUP SIGNAL` when a
part starts and `- GROUP` when one has ended; a supervisor killed in any way closes the pipe, and
the groups still on the list get their signal, then SIGKILL.
"""

import os
import signal
import sys
import time

GRACE_SECONDS = 10.0
"""What PostgreSQL may take for a clean stop; every other part is ended at once."""

POLL_SECONDS = 0.05


def _is_alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _signal(group: int, signal_number: int) -> None:
    try:
        os.killpg(group, signal_number)
    except (ProcessLookupError, PermissionError):
        return


def main() -> None:
    """Follows the list until the pipe closes, then ends what is on it."""
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    groups: dict[int, int] = {}
    for line in sys.stdin:
        sign, group, *rest = line.split()
        if sign == "+":
            groups[int(group)] = int(rest[0])
        else:
            groups.pop(int(group), None)
    for group, signal_number in groups.items():
        _signal(group, signal_number)
    deadline = time.monotonic() + GRACE_SECONDS
    while any(map(_is_alive, groups)) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    for group in groups:
        _signal(group, signal.SIGKILL)


if __name__ == "__main__":
    main()
