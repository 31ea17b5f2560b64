"""Where the stage is: what everybody looks at, and what the best seats are near to."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from inventory_svc.plans.faults import Faults
from inventory_svc.plans.names import read_coordinate
from inventory_svc.plans.plan import Point, Seat

_STAGE_WORDS = re.compile(
    r"\b(stage|näyttämö|lava|esiintymislava|bühne|scène|escenario|palco(scenico)?|podium|scen[ae]?|"
    r"pitch|field|court|rink|ring)\b",
    re.IGNORECASE,
)


@dataclass(slots=True)
class StageSearch:
    """Looks for the stage among the areas that a plan draws.

    Areas are drawings, not seats: what is odd about one is passed over, never a fault.
    """

    _called: list[Point] = field(default_factory=list)
    _nameless: list[Point] = field(default_factory=list)

    def look_at(self, areas: object, origin: Point) -> None:
        """Looks at the areas of one zone."""
        for area in areas if isinstance(areas, list) else ():
            centre = _centre(area, origin) if isinstance(area, dict) else None
            if centre is not None:
                text = _text(area)
                if _STAGE_WORDS.search(text):
                    self._called.append(centre)
                elif not text:
                    self._nameless.append(centre)

    def found(self) -> Point | None:
        """The first area that calls itself a stage, else the only one without any text."""
        if self._called:
            return self._called[0]
        return self._nameless[0] if len(self._nameless) == 1 else None


def front_centre(seats: Sequence[Seat]) -> Point:
    """Where the stage is when nothing says so: in the middle, in front of the first row."""
    if not seats:
        return (0.0, 0.0)
    left, right = min(seat.x for seat in seats), max(seat.x for seat in seats)
    top, bottom = min(seat.y for seat in seats), max(seat.y for seat in seats)
    return ((left + right) / 2, top - (bottom - top) / 10)


def _centre(area: dict[str, Any], origin: Point) -> Point | None:
    odd = Faults()
    position, size = _object(area.get("position")), _object(area.get("rectangle"))
    x = read_coordinate(position.get("x"), "", "x", odd)
    y = read_coordinate(position.get("y"), "", "y", odd)
    width = read_coordinate(size.get("width", 0), "", "width", odd)
    height = read_coordinate(size.get("height", 0), "", "height", odd)
    return None if odd.total else (origin[0] + x + width / 2, origin[1] + y + height / 2)


def _text(area: dict[str, Any]) -> str:
    text = area.get("text")
    words = text.get("text") if isinstance(text, dict) else text
    return words.strip() if isinstance(words, str) else ""


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
