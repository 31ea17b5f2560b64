"""What one buyer may have of an event."""

from __future__ import annotations

from dataclasses import dataclass

from inventory_svc.holds.errors import HoldLimit


@dataclass(frozen=True, slots=True)
class Limits:
    """An event's limits for each buyer."""

    seats_per_hold: int
    live_holds_per_buyer: int
    tickets_per_buyer: int


@dataclass(slots=True)
class Usage:
    """What a buyer has, as counted under the buyer's lock."""

    live_holds: int = 0
    """Held and pinned ones."""
    tickets: int = 0
    """Seats and places held, pinned and sold."""

    def add(self, count: int) -> None:
        """Counts a new hold."""
        self.live_holds += 1
        self.tickets += count


def refusal(limits: Limits, usage: Usage, count: int) -> HoldLimit | None:
    """Returns why a buyer may not hold `count` more seats and places; None when that is within the limits."""
    if count > limits.seats_per_hold:
        return HoldLimit("seatsPerHold", limits.seats_per_hold, have=0, asked=count)
    if usage.live_holds >= limits.live_holds_per_buyer:
        return HoldLimit("liveHoldsPerBuyer", limits.live_holds_per_buyer, usage.live_holds, 1)
    if usage.tickets + count > limits.tickets_per_buyer:
        return HoldLimit("ticketsPerBuyer", limits.tickets_per_buyer, usage.tickets, count)
    return None
