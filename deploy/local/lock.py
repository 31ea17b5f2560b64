"""Who may run a stack on a state folder, and who does."""

import fcntl
import os
import time
from contextlib import suppress
from pathlib import Path

from deploy.local.errors import AlreadyRunning
from deploy.local.state import StateFolder

LOCK_ATTEMPTS = 10
LOCK_RETRY_SECONDS = 0.03
"""Who asks whether a stack runs holds its lock for an instant: that is not a second stack."""


class SupervisorLock:
    """The right to run a stack on a state folder; the kernel takes it back when its holder ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = -1

    def acquire(self) -> None:
        """Takes the lock and writes our process id, or raises AlreadyRunning."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        for _ in range(LOCK_ATTEMPTS):
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
            if _lock(descriptor):
                os.ftruncate(descriptor, 0)
                os.write(descriptor, f"{os.getpid()}\n".encode())
                # Never closed by us: whoever waits for the lock waits for our very end.
                self._descriptor = descriptor
                return
            os.close(descriptor)
            time.sleep(LOCK_RETRY_SECONDS)
        raise AlreadyRunning(self._path.parent, _read_pid(self._path))


def supervisor_pid(state: StateFolder) -> int | None:
    """The process id of the supervisor that runs on this state, if one does."""
    try:
        descriptor = os.open(state.pid_file, os.O_RDWR)
    except FileNotFoundError:
        return None
    try:
        return None if _lock(descriptor) else _read_pid(state.pid_file)
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read_pid(path: Path) -> int | None:
    with suppress(OSError, ValueError):
        return int(path.read_text())
    return None
