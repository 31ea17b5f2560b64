"""Becomes another program that the kernel ends as soon as the one that started it is gone.

Run as a script, `launch.py SIGNAL PARENT_PID USER COMMAND…`: drops to the user if one is named,
asks the kernel for SIGNAL at the parent's death, and turns into the command (same process id).
A script of its own because code between fork and exec is not safe in a process with threads.
"""

import ctypes
import os
import pwd
import sys

_PR_SET_PDEATHSIG = 1
_NO_USER = "-"


def _become(user: str) -> None:
    account = pwd.getpwnam(user)
    os.setgroups([])
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)
    os.environ.update(HOME=account.pw_dir, USER=user)


def _die_with(parent_pid: int, signal_number: int) -> None:
    # Only Linux can do this; elsewhere the reaper alone ends what a dead supervisor left.
    if sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal_number)
    if os.getppid() != parent_pid:
        raise SystemExit(f"the parent {parent_pid} ended before {sys.argv[4]} could start")


def main() -> None:
    """Reads the arguments and becomes the command."""
    signal_number, parent_pid, user, *command = sys.argv[1:]
    # The order matters: a change of user clears the request for a signal.
    if user != _NO_USER:
        _become(user)
    _die_with(int(parent_pid), int(signal_number))
    os.execvp(command[0], command)  # noqa: S606 - becoming a program is what this is for


if __name__ == "__main__":
    main()
