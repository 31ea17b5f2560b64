"""Reads plans in pretix's open seating-plan format.

A zone is a section, a row a row, a category a price zone. A seat stands at its zone's, its row's and its own position
added up. What else a plan draws (shapes, colours, texts) is not needed to sell it, but for where the stage is.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn

from inventory_svc.plans.arrangement import arrange_around
from inventory_svc.plans.faults import Faults, quoted
from inventory_svc.plans.names import is_accessible_name, read_coordinate, read_name
from inventory_svc.plans.plan import SEATS_MAX, ZONES_MAX, Plan, Point, Row, Seat, Section
from inventory_svc.plans.stage import StageSearch, front_centre


def read_pretix(content: str) -> Plan:
    """Reads a plan. Raises PlanInvalid with every fault."""
    faults = Faults()
    document = _parse(content, faults)
    reading = _Reading(faults)
    plan = reading.plan(document)
    faults.refuse_any()
    return arrange_around(plan, reading.stages.found() or front_centre(tuple(plan.seats())))


def _parse(content: str, faults: Faults) -> dict[str, Any]:
    try:
        document = json.loads(content, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        faults.add(f"line {error.lineno}, column {error.colno}", f"not JSON: {error.msg}")
    except RecursionError:
        faults.add("file", "not a seating plan: nested too deeply")
    except ValueError as error:
        faults.add("file", f"not JSON: {error}")
    else:
        if isinstance(document, dict):
            return document
        faults.add("file", "not a seating plan: the outermost value is not an object")
    faults.refuse_any()
    raise AssertionError("a file that cannot be read has a fault")


def _refuse_constant(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a number in JSON")


@dataclass(slots=True)
class _Reading:
    """One pass over a document, noting faults as it goes."""

    faults: Faults
    stages: StageSearch = field(default_factory=StageSearch)
    _categories: dict[str, None] = field(default_factory=dict)
    _guids: dict[str, str] = field(default_factory=dict)
    _used: set[str] = field(default_factory=set)

    def plan(self, document: dict[str, Any]) -> Plan:
        """Reads the whole plan."""
        for number, category in enumerate(self._objects(document, "categories", "file"), start=1):
            name = read_name(category.get("name"), f"category {number}", "name", self.faults)
            if name:
                self._categories[name] = None
        sections = tuple(
            section
            for number, zone in enumerate(self._objects(document, "zones", "file"), start=1)
            if (section := self._section(zone, number)).rows
        )
        if not self._guids and not self.faults.total:
            self.faults.add("file", "the plan has no seats")
        if len(self._guids) > SEATS_MAX:
            self.faults.add("file", f"the plan has more than {SEATS_MAX:,} seats")
        used = tuple(name for name in self._categories if name in self._used)
        if len(used) > ZONES_MAX:
            self.faults.add("file", f"the seats use more than {ZONES_MAX} categories")
        return Plan(sections=sections, zone_names=used)

    def _section(self, zone: dict[str, Any], number: int) -> Section:
        name = read_name(zone.get("name"), f"zone {number}", "name", self.faults, required=False)
        place = f"zone {quoted(name) if name else number}"
        origin = self._position(zone, place, (0.0, 0.0), required=False)
        self.stages.look_at(zone.get("areas"), origin)
        rows = tuple(
            row
            for number, listed in enumerate(self._objects(zone, "rows", place), start=1)
            if (row := self._row(listed, number, name, place, origin)).seats
        )
        return Section(name or f"Section {number}", rows)

    def _row(
        self,
        listed: dict[str, Any],
        number: int,
        zone_name: str,
        zone_place: str,
        zone_origin: Point,
    ) -> Row:
        name = read_name(
            listed.get("row_number"), f"{zone_place}, row {number}", "row_number", self.faults
        )
        place = f"{zone_place}, row {name or number}"
        origin = self._position(listed, place, zone_origin, required=False)
        return Row(
            name,
            tuple(
                self._seat(seat, number, (zone_name, name), place, origin)
                for number, seat in enumerate(self._objects(listed, "seats", place), start=1)
            ),
        )

    def _seat(
        self,
        seat: dict[str, Any],
        number: int,
        around: tuple[str, str],
        row_place: str,
        origin: Point,
    ) -> Seat:
        seat_number = read_name(
            seat.get("seat_number"), f"{row_place}, seat {number}", "seat_number", self.faults
        )
        place = f"{row_place}, seat {seat_number or number}"
        self._note_guid(seat.get("seat_guid"), place)
        category = seat.get("category")
        if isinstance(category, str) and category.strip() in self._categories:
            category = category.strip()
            self._used.add(category)
        else:
            is_named = category is not None and category != ""
            self.faults.add(
                place,
                f"category {quoted(category)} is not one of the plan's"
                if is_named
                else "has no category",
            )
            category = ""
        x, y = self._position(seat, place, origin, required=True)
        return Seat(seat_number, x, y, category, accessible=is_accessible_name(category, *around))

    def _note_guid(self, guid: object, place: str) -> None:
        if not isinstance(guid, str) or not guid.strip():
            self.faults.add(
                place, "seat_guid is missing" if guid is None else "seat_guid is not a text"
            )
        elif guid in self._guids:
            self.faults.add(
                place, f"seat_guid {quoted(guid)} appears twice, first at {self._guids[guid]}"
            )
        else:
            self._guids[guid] = place

    def _position(
        self, thing: dict[str, Any], place: str, origin: Point, *, required: bool
    ) -> Point:
        position = thing.get("position")
        if position is None and not required:
            return origin
        if not isinstance(position, dict):
            self.faults.add(
                place, "position is missing" if position is None else "position is not an object"
            )
            return origin
        x = read_coordinate(position.get("x"), place, "position.x", self.faults)
        y = read_coordinate(position.get("y"), place, "position.y", self.faults)
        return (origin[0] + x, origin[1] + y)

    def _objects(self, thing: dict[str, Any], key: str, place: str) -> Iterator[dict[str, Any]]:
        """The objects in a list; anything else in its place is a fault."""
        listed = thing.get(key)
        if not isinstance(listed, list):
            self.faults.add(
                place, f"{key} is missing" if listed is None else f"{key} is not a list"
            )
            return
        for number, item in enumerate(listed, start=1):
            if isinstance(item, dict):
                yield item
            else:
                self.faults.add(place, f"{key}: item {number} is not an object")
