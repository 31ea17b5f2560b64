"""Reads plans from a table: header `section,row,seat,zone[,x,y,accessible]`, one line a seat.

Sections, rows and seats stand in the order in which the file first names them. Without `x,y` rows are drawn one behind
the other, section below section, and whoever is next in the file is next in the row.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from inventory_svc.plans.arrangement import arrange_around
from inventory_svc.plans.faults import Faults, quoted
from inventory_svc.plans.names import is_accessible_name, read_coordinate, read_name
from inventory_svc.plans.plan import SEATS_MAX, ZONES_MAX, Plan, Row, Seat, Section
from inventory_svc.plans.stage import front_centre

_REQUIRED = ("section", "row", "seat", "zone")
_OPTIONAL = ("x", "y", "accessible")

_YES = frozenset({"1", "true", "yes", "y", "t"})
_NO = frozenset({"", "0", "false", "no", "n", "f"})
_COMPANION = "companion"
"""In the column `accessible`: the seat beside a wheelchair place."""

SEAT_WIDTH = 1.0
ROW_DEPTH = 1.0
SECTION_GAP = 2.0
"""The units of plans that bring no positions."""

FIELD_CHARACTERS_MAX = 1000
"""The longest field; a missing quote otherwise makes one field of the rest of the file."""


def read_csv(content: str) -> Plan:
    """Reads a plan. Raises PlanInvalid with every fault."""
    faults = Faults()
    reading = _Reading(faults)
    for line, cells in _lines(content, faults):
        reading.seat(line, cells)
    plan = reading.plan()
    faults.refuse_any()
    return arrange_around(plan, front_centre(tuple(plan.seats())))


def _lines(content: str, faults: Faults) -> Iterator[tuple[int, dict[str, str]]]:
    """The lines under the header, each as column → cell, with its number in the file."""
    table = csv.reader(io.StringIO(content.removeprefix("\ufeff"), newline=""), strict=True)
    csv.field_size_limit(FIELD_CHARACTERS_MAX)
    try:
        header = [cell.strip().lower() for cell in next(table, [])]
        if not _is_header(header, faults):
            return
        for cells in table:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) == len(header):
                yield table.line_num, dict(zip(header, cells, strict=True))
            else:
                faults.add(
                    f"line {table.line_num}",
                    f"has {len(cells)} fields, the header has {len(header)}",
                )
    except csv.Error as error:
        faults.add(f"line {table.line_num}", f"not CSV: {error}")


def _is_header(header: list[str], faults: Faults) -> bool:
    before = faults.total
    for name in _REQUIRED:
        if name not in header:
            faults.add("line 1", f'the header has no column "{name}"')
    for name in sorted(set(header)):
        if name not in _REQUIRED + _OPTIONAL:
            faults.add("line 1", f"the header has an unknown column {quoted(name)}")
        elif header.count(name) > 1:
            faults.add("line 1", f'the header has the column "{name}" more than once')
    if ("x" in header) != ("y" in header):
        faults.add("line 1", "the header has one of x and y without the other")
    return faults.total == before


@dataclass(slots=True)
class _Reading:
    """One pass over a table, noting faults as it goes."""

    faults: Faults
    _sections: dict[str, dict[str, list[Seat]]] = field(default_factory=dict)
    _zones: dict[str, None] = field(default_factory=dict)
    _lines: dict[tuple[str, str, str], int] = field(default_factory=dict)
    _placed: int = 0

    def seat(self, line: int, cells: dict[str, str]) -> None:
        """Reads one line."""
        place = f"line {line}"
        section, row, number, zone = (
            read_name(cells[column], place, column, self.faults) for column in _REQUIRED
        )
        first = self._lines.setdefault((section, row, number), line)
        if first != line and section and row and number:
            self.faults.add(
                place,
                f"section {quoted(section)}, row {row}, seat {number} appears twice, first in line {first}",
            )
        x, y = self._position(cells, place)
        accessible, companion = self._access(cells, place)
        if "accessible" not in cells:
            accessible = is_accessible_name(section, row, zone)
        if zone:
            self._zones[zone] = None
        seats = self._sections.setdefault(section, {}).setdefault(row, [])
        seats.append(Seat(number, x, y, zone, accessible, companion))

    def plan(self) -> Plan:
        """What the lines make together."""
        seat_count = len(self._lines)
        if not seat_count and not self.faults.total:
            self.faults.add("file", "the plan has no seats")
        if seat_count > SEATS_MAX:
            self.faults.add("file", f"the plan has more than {SEATS_MAX:,} seats")
        if len(self._zones) > ZONES_MAX:
            self.faults.add("file", f"the plan has more than {ZONES_MAX} zones")
        if 0 < self._placed < seat_count:
            self.faults.add("file", "x and y are given for some seats and not for others")
        plan = Plan(
            tuple(
                Section(name, tuple(Row(row, tuple(seats)) for row, seats in rows.items()))
                for name, rows in self._sections.items()
            ),
            zone_names=tuple(self._zones),
        )
        return plan if self._placed else _drawn(plan)

    def _position(self, cells: dict[str, str], place: str) -> tuple[float, float]:
        written = [cells.get(axis, "").strip() for axis in ("x", "y")]
        if not any(written):
            return (0.0, 0.0)
        self._placed += 1
        x, y = (
            read_coordinate(_number(text), place, f"{axis} {quoted(text)}", self.faults)
            for axis, text in zip("xy", written, strict=True)
        )
        return (x, y)

    def _access(self, cells: dict[str, str], place: str) -> tuple[bool, bool]:
        written = cells.get("accessible", "").strip().lower()
        if written == _COMPANION:
            return (False, True)
        if written not in _YES | _NO:
            self.faults.add(place, f"accessible {quoted(written)} is not true, false or companion")
        return (written in _YES, False)


def _number(text: str) -> float | str:
    try:
        return float(text) if "_" not in text else text
    except ValueError:
        return text


def _drawn(plan: Plan) -> Plan:
    """The plan with positions: rows one behind the other, each centred."""
    y = 0.0
    sections = []
    for section in plan.sections:
        rows = []
        for row in section.rows:
            left = -SEAT_WIDTH * (len(row.seats) - 1) / 2
            rows.append(
                Row(
                    row.name,
                    tuple(
                        replace(seat, x=left + SEAT_WIDTH * index, y=y)
                        for index, seat in enumerate(row.seats)
                    ),
                )
            )
            y += ROW_DEPTH
        sections.append(Section(section.name, tuple(rows)))
        y += SECTION_GAP
    return replace(plan, sections=tuple(sections))
