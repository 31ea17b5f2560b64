"""Seat plans as drawings: every seat an `<ellipse>` or `<circle>` whose id is `seat-NUMBER-ROW-SCREEN`."""

import csv
import io
import re
from xml.etree import ElementTree

SEAT_ID = re.compile(r"seat-(?P<number>\w+)-(?P<row>\w+)-(?P<section>\w+)")
ZONE = "Seats"
"""A drawing has no price zones; one is made for all."""


class DrawingInvalid(Exception):
    """The file is not a drawing with seats in it."""


def svg_to_csv(drawing: str) -> str:
    """Returns a drawing's seats as a table with positions. Raises DrawingInvalid."""
    try:
        root = ElementTree.fromstring(drawing)  # noqa: S314 - the user's own file, on the user's machine
    except ElementTree.ParseError as error:
        raise DrawingInvalid(f"not an SVG: {error}") from error
    seats = [
        (matched["section"], matched["row"], matched["number"], element)
        for element in root.iter()
        if element.tag.rpartition("}")[2] in ("ellipse", "circle")
        and (matched := SEAT_ID.fullmatch(element.get("id", "")))
    ]
    if not seats:
        raise DrawingInvalid('no <ellipse id="seat-NUMBER-ROW-SCREEN"> in it')
    seats.sort(key=lambda seat: tuple(_in_order(part) for part in seat[:3]))
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(["section", "row", "seat", "zone", "x", "y"])
    writer.writerows(
        [f"Section {section}", row, number, ZONE, element.get("cx", ""), element.get("cy", "")]
        for section, row, number, element in seats
    )
    return table.getvalue()


def _in_order(part: str) -> tuple[int, str]:
    """Numbers by value, then names by letter."""
    return (int(part), "") if part.isascii() and part.isdigit() else (10**9, part)
