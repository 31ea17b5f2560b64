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
    """The right to run a stack on a state folder; the kernel frees it when its holder dies."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = -1

    def acquire(self) -> None:
        """Takes the lock and writes our process id, or raises AlreadyRunning."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        for _ in range(LOCK_ATTEMPTS):
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
            # The former holder may have removed the file between our open and our lock.
            if _lock(descriptor) and _same_file(descriptor, self._path):
                os.ftruncate(descriptor, 0)
                os.write(descriptor, f"{os.getpid()}\n".encode())
                self._descriptor = descriptor
                return
            os.close(descriptor)
            time.sleep(LOCK_RETRY_SECONDS)
        raise AlreadyRunning(self._path.parent, _read_pid(self._path))

    def release(self) -> None:
        """Removes the file while it is still ours, then lets go."""
        self._path.unlink(missing_ok=True)
        os.close(self._descriptor)


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


def _same_file(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _read_pid(path: Path) -> int | None:
    with suppress(OSError, ValueError):
        return int(path.read_text())
    return None
