"""The faults of a plan file: all of them, each with its place, so that one upload shows everything there is to mend."""

from dataclasses import dataclass, field

from inventory_svc.errors import PlanInvalid

FAULTS_LISTED_MAX = 200
"""How many faults are told one by one; the rest are counted."""

QUOTED_CHARACTERS_MAX = 40
"""How much of a wrong value is repeated back."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong."""

    place: str
    """Where, in the file's own terms, such as `zone "Stalls", row C, seat 7` or `line 214`."""
    problem: str
    """What, in words for a person."""


@dataclass(slots=True)
class Faults:
    """Collects what is wrong with a file."""

    listed: list[Fault] = field(default_factory=list)
    total: int = 0

    def add(self, place: str, problem: str) -> None:
        """Notes a fault."""
        self.total += 1
        if len(self.listed) < FAULTS_LISTED_MAX:
            self.listed.append(Fault(place, problem))

    def refuse_any(self) -> None:
        """Raises PlanInvalid with every fault, if there is one."""
        if self.total:
            raise PlanInvalid([(fault.place, fault.problem) for fault in self.listed], self.total)


def quoted(value: object) -> str:
    """A value as a fault repeats it: short, on one line, and fit for UTF-8."""
    text = value if isinstance(value, str) else repr(value)
    if len(text) > QUOTED_CHARACTERS_MAX:
        text = text[: QUOTED_CHARACTERS_MAX - 1] + "…"
    printable = "".join(character if character.isprintable() else "�" for character in text)
    return f'"{printable}"'
