"""The user that PostgreSQL runs as when the person at the keyboard is root, whom it refuses."""

import os
import pwd
import stat
from pathlib import Path

_CANDIDATES = ("postgres", "nobody")
"""Accounts that a system has already: none is made for us."""


def server_user(data_folder: Path) -> str | None:
    """The account to become, or None when we are not root and need not become anyone.

    A data folder that exists decides: its owner stays the same when more accounts appear.
    """
    if os.geteuid() != 0:
        return None
    if data_folder.exists() and data_folder.stat().st_uid != 0:
        return pwd.getpwuid(data_folder.stat().st_uid).pw_name
    known = {account.pw_name for account in pwd.getpwall()}
    return next(name for name in _CANDIDATES if name in known)


def give(path: Path, user: str | None) -> None:
    """Makes the user the owner of a file or folder."""
    if user is not None:
        account = pwd.getpwnam(user)
        os.chown(path, account.pw_uid, account.pw_gid)


def make_reachable(path: Path) -> list[Path]:
    """Lets every user pass through (not look into) the folders above a path.

    Only root's own private folders, such as its home, need this; the changed ones are returned,
    so that the caller can say so.
    """
    changed = []
    for folder in path.resolve().parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)
            changed.append(folder)
    return changed
