"""What may keep the stack from running, each as one line that says what to do."""

from pathlib import Path


class LocalStackError(Exception):
    """The stack cannot do what was asked; the message is the whole story."""


class PortTaken(LocalStackError):
    """Another program listens where a part of the stack should."""

    def __init__(self, takers: list[str], suggested_base: int) -> None:
        self.takers = takers
        super().__init__(
            f"{'; '.join(takers)}: stop what holds it, or move the whole stack with "
            f"ONSALE_PORT_BASE={suggested_base}"
        )


class DiskFull(LocalStackError):
    """Too little space is left for databases that must never lose a write."""

    def __init__(self, folder: Path, free_bytes: int, needed_bytes: int) -> None:
        self.free_bytes = free_bytes
        self.needed_bytes = needed_bytes
        super().__init__(
            f"the disk is full: {folder} has {free_bytes // 10**6} MB left and the stack needs "
            f"{needed_bytes // 10**6} MB; free some space, or put the state on another disk with "
            "ONSALE_RUN_DIR=/path"
        )


class HalfInitialised(LocalStackError):
    """An earlier first start was cut short, so the data folder cannot be trusted."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        super().__init__(
            f"the data folder {folder} is half-initialised (an earlier first start was cut "
            "short): run `make reset` and start again"
        )


class StateFromNewerVersion(LocalStackError):
    """The state was written by a later version of the stack."""

    def __init__(self, folder: Path, found: int, known: int) -> None:
        self.found = found
        self.known = known
        super().__init__(
            f"the state in {folder} was made by a newer version of Onsale (format {found}, this "
            f"one knows {known}): update this checkout, or run `make reset` to start afresh"
        )


class AlreadyRunning(LocalStackError):
    """Another supervisor holds the same state."""

    def __init__(self, folder: Path, pid: int | None) -> None:
        self.pid = pid
        super().__init__(
            f"a stack already runs on {folder} (supervisor pid {pid or 'unknown'}): `make status` "
            "shows it, `make down` stops it; a second one needs its own ONSALE_RUN_DIR and "
            "ONSALE_PORT_BASE"
        )


class PartFailed(LocalStackError):
    """A part did not come up; its last words say why."""

    def __init__(self, part: str, why: str, log_file: Path, tail: str) -> None:
        self.part = part
        words = f"; the end of {log_file}:\n{tail}" if tail else f"; {log_file} is empty"
        super().__init__(f"{part} {why}{words}")
