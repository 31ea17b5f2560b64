"""Plans drawn from a few numbers."""

import itertools
import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from inventory_svc.errors import PlanInvalid
from inventory_svc.plans.generator import SEAT_WIDTH, Block, generate
from inventory_svc.plans.layout import SHARDS_MAX, lay_out, share_out
from inventory_svc.plans.plan import Pool

BLOCK = Block("Stalls", "Gold", rows=3, seats_per_row=5, seats_added_per_row=2)


def test_rows_grow_as_asked() -> None:
    [section] = generate([BLOCK], []).sections
    assert [len(row.seats) for row in section.rows] == [5, 7, 9]


def test_the_first_block_is_the_best_and_in_it_the_middle_of_the_first_row() -> None:
    plan = generate([BLOCK, Block("Balcony", "Silver", 1, 4)], [])
    best = sorted(plan.seats(), key=lambda seat: seat.rank)
    assert [seat.number for seat in best[:3]] == ["3", "2", "4"]
    assert {seat.zone_name for seat in best[-4:]} == {"Silver"}


def test_wheelchair_places_are_outside_with_a_companion_beside_each() -> None:
    plan = generate([Block("Stalls", "Gold", 2, 8, accessible_seats=3)], [])
    [section] = plan.sections
    marks = [
        "".join("w" if s.accessible else "c" if s.companion else "." for s in row.seats)
        for row in section.rows
    ]
    assert marks == ["........", "wcwc..cw"]


def test_pools_share_zones_with_seats() -> None:
    plan = generate([BLOCK], [Pool("Floor", "Silver", 300), Pool("Bar", "Gold", 20)])
    layout = lay_out(plan)
    assert plan.zone_names == ("Gold", "Silver")
    assert layout.pools == ((1, "Floor", 2, 300), (2, "Bar", 1, 20))
    assert layout.capacity == 21 + 320


@pytest.mark.parametrize(
    ("blocks", "pools", "place"),
    [
        ([], [], "plan"),
        ([BLOCK, BLOCK], [], 'section "Stalls"'),
        ([Block(" ", "Gold", 1, 1)], [], "section 1"),
        ([Block("A", "", 1, 1)], [], 'section "A"'),
        ([Block("A", "Z", 1, 3, accessible_seats=2)], [], 'section "A"'),
        ([Block(str(n), "Z", 200, 200) for n in range(4)], [], "plan"),
        ([], [Pool("A", "Z", 600_000), Pool("B", "Z", 600_000)], "plan"),
        ([Block(str(n), f"Z{n}", 1, 1) for n in range(201)], [], "plan"),
    ],
)
def test_impossible_drawings_are_refused_with_their_place(
    blocks: list[Block], pools: list[Pool], place: str
) -> None:
    with pytest.raises(PlanInvalid) as refused:
        generate(blocks, pools)
    assert place in [fault["place"] for fault in refused.value.facts()["faults"]]


@example(Block("A", "Z", 1, 2, curve_degrees=5e-324))  # seen: its radius was infinite
@given(
    st.builds(
        Block,
        name=st.just("A"),
        zone_name=st.just("Z"),
        rows=st.integers(1, 8),
        seats_per_row=st.integers(2, 30),
        seats_added_per_row=st.integers(0, 3),
        angle_degrees=st.floats(-360, 360),
        distance=st.floats(0, 100),
        curve_degrees=st.floats(0, 180),
    )
)
def test_however_a_block_is_turned_and_bent_neighbours_stay_neighbours(block: Block) -> None:
    plan = generate([block], [])
    assert plan.seat_count == block.seat_count
    for row in plan.sections[0].rows:
        for one, next_one in itertools.pairwise(row.seats):
            assert next_one.place == one.place + 1
            distance = math.dist((one.x, one.y), (next_one.x, next_one.y))
            assert distance == pytest.approx(SEAT_WIDTH, rel=0.45)


@given(st.integers(1, 1_000_000))
def test_a_pool_is_shared_out_evenly_and_whole(capacity: int) -> None:
    shards = share_out(capacity)
    assert sum(shards) == capacity
    assert len(shards) <= SHARDS_MAX
    assert max(shards) - min(shards) <= 1
    assert min(shards) >= 1
