"""The parts' log files: opening, reading their ends, following them."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import IO

FILE_BYTES_MAX = 50_000_000
"""A log longer than this is set aside at its part's next start; one former file is kept."""

TAIL_LINES = 15
TAIL_BYTES_MAX = 64_000
FOLLOW_SECONDS = 0.25


def open_for_append(path: Path) -> IO[bytes]:
    """Opens a part's log, after setting aside one that has grown too long."""
    if path.exists() and path.stat().st_size > FILE_BYTES_MAX:
        path.replace(path.with_name(f"{path.name}.1"))
    return path.open("ab")


def tail(path: Path, lines: int = TAIL_LINES) -> str:
    """The last lines of a log."""
    if not path.exists():
        return ""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - TAIL_BYTES_MAX))
        text = file.read().decode(errors="replace")
    return "\n".join(text.rstrip().splitlines()[-lines:])


async def follow(paths: Sequence[Path], *, from_start: bool = False) -> AsyncIterator[str]:
    """Yields the lines that are added to these logs, each with its part's name before it."""
    width = max((len(path.stem) for path in paths), default=0)
    offsets = {path: 0 if from_start else _size(path) for path in paths}
    while True:
        for path in paths:
            if _size(path) < offsets[path]:
                offsets[path] = 0
            for line in _complete_lines(path, offsets):
                yield f"{path.stem:<{width}} | {line}"
        await asyncio.sleep(FOLLOW_SECONDS)


def _complete_lines(path: Path, offsets: dict[Path, int]) -> list[str]:
    if _size(path) == offsets[path]:
        return []
    with path.open("rb") as file:
        file.seek(offsets[path])
        content = file.read(TAIL_BYTES_MAX)
    # A line still being written waits for its end, unless it fills the whole read.
    end = content.rfind(b"\n") + 1 or (len(content) if len(content) == TAIL_BYTES_MAX else 0)
    offsets[path] += end
    return content[:end].decode(errors="replace").splitlines()


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
