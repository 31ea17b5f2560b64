"""What an event is made of: its seats as rows for the table, its map for buyers, its pools in shards."""

import math
from dataclasses import dataclass

from inventory_svc.plans.plan import Plan
from protos.inventory.v1 import inventory_pb2

SHARD_PLACES = 50
"""About how many places share a counter."""

SHARDS_MAX = 16
"""A pool is summed over its shards, so that there are never many."""

SeatRecord = tuple[int, int, int, int, int, int, bool, bool]
"""seat_no, section_no, row_no, row_seat_no, quality, zone_no, accessible, companion."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A plan in an event's own numbers."""

    zone_names: tuple[str, ...]
    """Zone 1 first."""
    section_names: tuple[str, ...]
    """Section 1 first."""
    seats: tuple[SeatRecord, ...]
    """In the map's order; the first is seat 0."""
    pools: tuple[tuple[int, str, int, int], ...]
    """pool_no, name, zone_no, capacity."""
    pool_shards: tuple[tuple[int, int, int], ...]
    """pool_no, shard_no, capacity."""
    seat_map: bytes
    """A serialised SeatMap without event and prices."""

    @property
    def capacity(self) -> int:
        """Every seat and place."""
        return len(self.seats) + sum(capacity for *_, capacity in self.pools)


def lay_out(plan: Plan) -> Layout:
    """Numbers everything that a plan has: seats from 0, sections, zones and pools from 1, rows from 0 over all."""
    zones = {name: number for number, name in enumerate(plan.zone_names, start=1)}
    pools = tuple(
        (number, pool.name, zones[pool.zone_name], pool.capacity)
        for number, pool in enumerate(plan.pools, start=1)
    )
    return Layout(
        zone_names=plan.zone_names,
        section_names=tuple(section.name for section in plan.sections),
        seats=_number_seats(plan, zones),
        pools=pools,
        pool_shards=tuple(
            (number, shard, places)
            for number, _, _, capacity in pools
            for shard, places in enumerate(share_out(capacity))
        ),
        seat_map=_draw(plan, zones).SerializeToString(),
    )


def share_out(capacity: int) -> list[int]:
    """How many places each shard of a pool counts: as even as can be."""
    shards = min(SHARDS_MAX, math.ceil(capacity / SHARD_PLACES))
    each, over = divmod(capacity, shards)
    return [each + (shard < over) for shard in range(shards)]


def _number_seats(plan: Plan, zones: dict[str, int]) -> tuple[SeatRecord, ...]:
    records: list[SeatRecord] = []
    row_no = 0
    for section_no, section in enumerate(plan.sections, start=1):
        for row in section.rows:
            for seat in row.seats:
                records.append(
                    (
                        len(records),
                        section_no,
                        row_no,
                        seat.place,
                        seat.rank,
                        zones[seat.zone_name],
                        seat.accessible,
                        seat.companion,
                    )
                )
            row_no += 1
    return tuple(records)


def _draw(plan: Plan, zones: dict[str, int]) -> inventory_pb2.SeatMap:
    seat_map = inventory_pb2.SeatMap()
    zone_ids = {name: f"z{number}" for name, number in zones.items()}
    for name, zone_id in zone_ids.items():
        seat_map.zones.add(zone_id=zone_id, name=name)
    seat_no = 0
    for section_no, section in enumerate(plan.sections, start=1):
        drawn = seat_map.sections.add(section_id=f"sec{section_no}", name=section.name)
        for row in section.rows:
            seats = drawn.rows.add(name=row.name).seats
            for seat in row.seats:
                seats.add(
                    seat_id=f"s{seat_no}",
                    number=seat.number,
                    x=seat.x,
                    y=seat.y,
                    zone_id=zone_ids[seat.zone_name],
                    accessible=seat.accessible,
                    companion=seat.companion,
                )
                seat_no += 1
    for pool_no, pool in enumerate(plan.pools, start=1):
        seat_map.pools.add(
            pool_id=f"p{pool_no}",
            name=pool.name,
            zone_id=zone_ids[pool.zone_name],
            capacity=pool.capacity,
        )
    return seat_map
