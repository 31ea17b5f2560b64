"""What a check found."""

from __future__ import annotations

from dataclasses import dataclass, field

BREACHES_SHOWN_MAX = 10


@dataclass
class Finding:
    """One invariant, what was looked at, and what broke it."""

    number: int
    invariant: str
    looked_at: dict[str, int] = field(default_factory=dict)
    breaches: list[str] = field(default_factory=list)

    def expect_none(self, problem: str, rows: list[str]) -> None:
        """Takes rows that must not exist as breaches."""
        self.breaches += [f"{problem}: {row}" for row in rows]

    def lines(self) -> list[str]:
        """Returns it for people: a line, and one for each of the first breaches."""
        looked = ", ".join(f"{count:,} {what}" for what, count in self.looked_at.items())
        verdict = "BREACH" if self.breaches else "ok"
        lines = [f"{self.number:2}  {verdict:6}  {self.invariant} ({looked})"]
        lines += [f"            {breach}" for breach in self.breaches[:BREACHES_SHOWN_MAX]]
        if len(self.breaches) > BREACHES_SHOWN_MAX:
            lines.append(f"            and {len(self.breaches) - BREACHES_SHOWN_MAX:,} more")
        return lines
