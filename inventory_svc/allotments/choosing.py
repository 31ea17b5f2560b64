"""Which seats an organiser means: single ones, whole rows, whole sections, by their names on the map."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from inventory_svc.allotments.errors import IDS_TOLD_MAX, RowsUnknown, SectionsUnknown
from inventory_svc.holds.errors import SeatsUnknown
from mesh.errors import InvalidArgument
from protos.inventory.v1 import inventory_pb2


def seats_of(
    drawn: inventory_pb2.SeatMap,
    *,
    seat_ids: Sequence[str] = (),
    section_ids: Sequence[str] = (),
    rows: Sequence[tuple[str, str]] = (),
) -> list[int]:
    """Returns the numbers of the seats meant, each once, in the map's order.

    Args:
        drawn: the event's map.
        seat_ids: single seats, without repeats.
        section_ids: whole sections.
        rows: whole rows, as (section id, row name).

    Raises:
        SeatsUnknown, SectionsUnknown, RowsUnknown, InvalidArgument: for what the map does not have, and for repeats.
    """
    if len(set(seat_ids)) != len(seat_ids):
        raise InvalidArgument("seatIds", "names a seat more than once")
    numbers: dict[str, int] = {}
    by_section: dict[str, list[int]] = {}
    by_row: dict[tuple[str, str], list[int]] = {}
    for section in drawn.sections:
        in_section = by_section.setdefault(section.section_id, [])
        for row in section.rows:
            in_row = by_row.setdefault((section.section_id, row.name), [])
            for seat in row.seats:
                number = numbers[seat.seat_id] = len(numbers)
                in_section.append(number)
                in_row.append(number)
    unknown = [seat_id for seat_id in seat_ids if seat_id not in numbers]
    if unknown:
        raise SeatsUnknown(unknown[:IDS_TOLD_MAX])
    unknown = [section_id for section_id in section_ids if section_id not in by_section]
    if unknown:
        raise SectionsUnknown(unknown)
    strange = [row for row in rows if row not in by_row]
    if strange:
        raise RowsUnknown(strange)
    meant = {numbers[seat_id] for seat_id in seat_ids}
    meant.update(_all(by_section[section_id] for section_id in section_ids))
    meant.update(_all(by_row[row] for row in rows))
    return sorted(meant)


def _all(groups: Iterable[Sequence[int]]) -> Iterable[int]:
    return (number for group in groups for number in group)
