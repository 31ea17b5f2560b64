"""What happened in a story, in order; its digest is the same whenever the same seed is told again."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, field


@dataclass
class Trace:
    """The lines of one story."""

    loop: asyncio.AbstractEventLoop
    lines: list[str] = field(default_factory=list)
    wrongs: list[str] = field(default_factory=list)
    """What must never have happened."""

    def note(self, who: str, what: str) -> None:
        """Writes down that something happened now."""
        self.lines.append(f"{self.loop.time():10.4f} {who:<12} {what}")

    def wrong(self, what: str) -> None:
        """Writes down that something happened that must not."""
        self.wrongs.append(what)
        self.note("WRONG", what)

    @property
    def digest(self) -> str:
        """Sixteen characters that stand for the whole story."""
        return hashlib.sha256("\n".join(self.lines).encode()).hexdigest()[:16]
