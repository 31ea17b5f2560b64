"""Files as they come: gzipped or not, told apart by their suffix and their header."""

import csv
import gzip
import io
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

FILE_BYTES_MAX = 256 * 1024 * 1024
"""Unpacked: a mistaken file should not fill the memory."""

FIELD_CHARACTERS_MAX = 1_000_000

Row = dict[str, str]


class Kind(StrEnum):
    """What a file holds."""

    PRETIX_PLAN = "a seat plan in pretix's format"
    CSV_PLAN = "a seat plan as a table"
    SVG_PLAN = "a seat plan as a drawing"
    VENUES = "venues"
    EVENTS = "events"


class UnknownFile(Exception):
    """The file is none of those that can be loaded."""


def read(path: Path) -> tuple[Kind, str]:
    """Returns what a file holds, and its text. Raises UnknownFile, OSError."""
    text = _text(path)
    suffix = path.name.removesuffix(".gz").rpartition(".")[2].lower()
    if suffix == "json":
        return Kind.PRETIX_PLAN, text
    if suffix == "svg":
        return Kind.SVG_PLAN, text
    header = set(next(csv.reader(io.StringIO(text.removeprefix("\ufeff"))), []))
    if {"section", "row", "seat", "zone"} <= header:
        return Kind.CSV_PLAN, text
    if {"event_id", "name", "start_date"} <= header:
        return Kind.EVENTS, text
    if {"venue_id", "name", "city", "country_code"} <= header:
        return Kind.VENUES, text
    raise UnknownFile(
        f"{path}: neither a seat plan (.json, .svg, or a table with section,row,seat,zone) nor a table of venues "
        "(venue_id,name,city,country_code,…) or events (event_id,name,start_date,…)"
    )


def rows(text: str) -> Iterator[Row]:
    """The lines of a table under its header."""
    csv.field_size_limit(FIELD_CHARACTERS_MAX)
    for row in csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))):
        yield {name: (value or "").strip() for name, value in row.items() if name}


def _text(path: Path) -> str:
    with gzip.open(path, "rb") if path.name.endswith(".gz") else path.open("rb") as file:
        content = file.read(FILE_BYTES_MAX + 1)
    if len(content) > FILE_BYTES_MAX:
        raise UnknownFile(f"{path}: larger than {FILE_BYTES_MAX // 2**20} MiB")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnknownFile(f"{path}: not UTF-8 at byte {error.start}") from error
