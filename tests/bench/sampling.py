"""Where a process spends its CPU: its stack, looked at every millisecond of CPU, by the standard library alone."""

from __future__ import annotations

import html
import os
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

EVERY_SECONDS = 0.001
DEPTH_MAX = 60
WIDTH, ROW_HEIGHT, CHARACTER_WIDTH = 1200, 17, 6.2
NARROW = 1.0
"""Boxes less wide are left out."""
COLOURS = ("#f2c14e", "#f4a259", "#e9724c", "#c5d86d", "#8cb369")

Stack = tuple[str, ...]


@dataclass
class Samples:
    """How often each stack was seen, outermost function first."""

    stacks: Counter[Stack] = field(default_factory=Counter)

    @property
    def count(self) -> int:
        """All samples."""
        return self.stacks.total()

    def by_file(self) -> Counter[str]:
        """How often each file of ours was innermost: a driver counts with whoever called it."""
        found: Counter[str] = Counter()
        for stack, count in self.stacks.items():
            ours = [frame for frame in stack if _is_ours(frame)]
            found[(ours or stack)[-1].split(":")[0]] += count
        return found

    def by_function(self) -> Counter[str]:
        """How often each function was innermost."""
        found: Counter[str] = Counter()
        for stack, count in self.stacks.items():
            found[stack[-1]] += count
        return found


@contextmanager
def sampled(samples: Samples) -> Iterator[None]:
    """Samples this process during the block."""

    def look(_: int, frame: FrameType | None) -> None:
        frames: list[str] = []
        while frame is not None and len(frames) < DEPTH_MAX:
            code = frame.f_code
            frames.append(f"{_short(code.co_filename)}:{code.co_qualname}")
            frame = frame.f_back
        samples.stacks[tuple(reversed(frames))] += 1

    before = signal.signal(signal.SIGPROF, look)
    signal.setitimer(signal.ITIMER_PROF, EVERY_SECONDS, EVERY_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0.0)
        signal.signal(signal.SIGPROF, before)


def draw(samples: Samples, title: str, file: Path) -> None:
    """Draws a flame graph: a box is a function, as wide as its share, upon the one that called it."""
    boxes: list[str] = []
    depth = 0

    def place(stacks: list[tuple[Stack, int]], x: float, row: int) -> None:
        nonlocal depth
        depth = max(depth, row)
        children: dict[str, list[tuple[Stack, int]]] = {}
        for stack, count in stacks:
            if stack:
                children.setdefault(stack[0], []).append((stack[1:], count))
        for name, below in sorted(children.items()):
            count = sum(each for _, each in below)
            width = WIDTH * count / samples.count
            if width >= NARROW:
                boxes.append(_box(name, count, samples.count, x, row, width))
                place(below, x, row + 1)
            x += width

    place(list(samples.stacks.items()), 0.0, 0)
    height = (depth + 2) * ROW_HEIGHT
    file.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="monospace" '
        f'font-size="11" role="img"><title>{html.escape(title)}</title>'
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>\n' + "\n".join(boxes) + "\n</svg>\n"
    )


def _box(name: str, count: int, all_samples: int, x: float, row: int, width: float) -> str:
    shown = name.split(":")[-1].split(".")[-1][: int(width / CHARACTER_WIDTH)]
    y = row * ROW_HEIGHT
    colour = COLOURS[sum(name.encode()) % len(COLOURS)]
    share = f"{100 * count / all_samples:.1f} %"
    return (
        f'<g><title>{html.escape(name)}, {share}</title><rect x="{x:.1f}" y="{y}" width="{width:.1f}" '
        f'height="{ROW_HEIGHT - 1}" fill="{colour}"/><text x="{x + 2:.1f}" y="{y + 12}">{html.escape(shown)}</text></g>'
    )


def _short(file: str) -> str:
    """A file as it is called from the checkout, or from the library folder."""
    for root in (f"{os.getcwd()}/", "site-packages/", "python3.11/"):
        if root in file:
            return file.split(root, 1)[1]
    return file


def _is_ours(frame: str) -> bool:
    return frame.startswith(("inventory_svc/", "mesh/", "tests/bench/"))
