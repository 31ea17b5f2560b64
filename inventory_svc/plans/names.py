"""Names and numbers as plan files write them."""

import math
import re

from inventory_svc.plans.faults import Faults, quoted
from inventory_svc.plans.plan import NAME_CHARACTERS_MAX

COORDINATE_MAX = 1_000_000.0
"""Beyond this a position is a mistake, and a float of the seat map would lose its fraction."""

_ACCESSIBLE = re.compile(
    r"\b(wheel-?\s?chairs?|accessible|inva|pyörätuoli|rollstuhl|rullstol|rullestol|kørestol|"
    r"fauteuils? roulants?|pmr|sillas? de ruedas|sedi[ae] a rotelle|rolstoel)",
    re.IGNORECASE,
)

_SPACES = "\u00a0\u2009\u202f\u200b\u200d"
"""Spaces and joiners that names in some languages need."""


def is_accessible_name(*names: str) -> bool:
    """Whether one of the names of a seat's category, section or row says that it is a wheelchair place.

    Plan files have no field for it; venues write it into their names, in their own language.
    """
    return any(_ACCESSIBLE.search(name) for name in names)


def is_shown(text: str) -> bool:
    """Whether every character can be stored and shown: no controls, and no halves of surrogate pairs."""
    return text.isprintable() or all(
        character.isprintable() or character in _SPACES for character in text
    )


def read_name(
    value: object, place: str, what: str, faults: Faults, *, required: bool = True
) -> str:
    """Reads a name; notes what is wrong with it, and returns "" then."""
    if value is None and not required:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        value = (
            str(value) if abs(value) < 10**NAME_CHARACTERS_MAX else "?" * (NAME_CHARACTERS_MAX + 1)
        )
    if not isinstance(value, str):
        faults.add(place, f"{what} is missing" if value is None else f"{what} is not a text")
        return ""
    name = value.strip()
    if not name and required:
        faults.add(place, f"{what} is empty")
    elif len(name) > NAME_CHARACTERS_MAX:
        faults.add(place, f"{what} is longer than {NAME_CHARACTERS_MAX} characters")
    elif not is_shown(name):
        faults.add(place, f"{what} {quoted(name)} has characters that cannot be shown")
    else:
        return name
    return ""


def read_coordinate(value: object, place: str, what: str, faults: Faults) -> float:
    """Reads a coordinate; notes what is wrong with it, and returns 0 then."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        faults.add(place, f"{what} is missing" if value is None else f"{what} is not a number")
        return 0.0
    if not math.isfinite(value) or abs(value) > COORDINATE_MAX:
        faults.add(place, f"{what} is beyond ±{COORDINATE_MAX:,.0f}")
        return 0.0
    return float(value)
