"""The one event that the model sells: small enough that everybody meets everybody."""

from inventory_svc.holds.limits import Limits
from inventory_svc.plans.generator import Block
from inventory_svc.plans.plan import Pool

ROWS = 2
SEATS_PER_ROW = 4
SEAT_COUNT = 2 * ROWS * SEATS_PER_ROW
"""Two blocks, the front one with the better and dearer seats."""
POOL_NO = 1
SHARD_CAPACITIES = (2, 2, 2)
PLACE_COUNT = sum(SHARD_CAPACITIES)
"""Parties of three span shards."""
HOLD_SECONDS = 600
LIMITS = Limits(seats_per_hold=4, live_holds_per_buyer=3, tickets_per_buyer=6)
BUYER_COUNT = 6

BLOCKS = (
    Block("Stalls", "Front", rows=ROWS, seats_per_row=SEATS_PER_ROW),
    Block("Balcony", "Back", rows=ROWS, seats_per_row=SEATS_PER_ROW),
)
POOLS = (Pool("Floor", "Standing", PLACE_COUNT),)
