"""A plan as one column holds it: compressed JSON, seats as short lists, twenty thousand seats in about 150 kB."""

import json
import zlib
from typing import Any

from inventory_svc.plans.plan import Plan, Pool, Row, Seat, Section

_FORMAT = 1


def to_document(plan: Plan) -> bytes:
    """Writes a plan."""
    zones = {name: number for number, name in enumerate(plan.zone_names)}
    content = {
        "format": _FORMAT,
        "zones": plan.zone_names,
        "sections": [
            [
                section.name,
                [[row.name, [_seat(seat, zones) for seat in row.seats]] for row in section.rows],
            ]
            for section in plan.sections
        ],
        "pools": [[pool.name, zones[pool.zone_name], pool.capacity] for pool in plan.pools],
    }
    return zlib.compress(json.dumps(content, separators=(",", ":")).encode())


def from_document(document: bytes) -> Plan:
    """Reads what to_document wrote."""
    content = json.loads(zlib.decompress(document))
    zone_names: tuple[str, ...] = tuple(content["zones"])
    return Plan(
        sections=tuple(
            Section(
                name,
                tuple(
                    Row(row_name, tuple(_read_seat(seat, zone_names) for seat in seats))
                    for row_name, seats in rows
                ),
            )
            for name, rows in content["sections"]
        ),
        pools=tuple(
            Pool(name, zone_names[zone], capacity) for name, zone, capacity in content["pools"]
        ),
        zone_names=zone_names,
    )


def _seat(seat: Seat, zones: dict[str, int]) -> list[Any]:
    flags = seat.accessible + 2 * seat.companion
    x, y = round(seat.x, 2), round(seat.y, 2)
    return [seat.number, x, y, zones[seat.zone_name], flags, seat.place, seat.rank]


def _read_seat(seat: list[Any], zone_names: tuple[str, ...]) -> Seat:
    number, x, y, zone, flags, place, rank = seat
    return Seat(number, x, y, zone_names[zone], bool(flags & 1), bool(flags & 2), place, rank)
