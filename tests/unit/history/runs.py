"""Histories made by hand: a run on a clock of whole seconds, in which every call takes the time that it is given."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from tests.history.checker import check
from tests.history.records import (
    HELD,
    Call,
    History,
    HoldRow,
    Kind,
    Limits,
    Outcome,
    SeatFence,
    SeatRow,
    Told,
)

HOLD_SECONDS = 10.0


@dataclass
class Run:
    """What callers did, and the rows that it should have left."""

    history: History = field(default_factory=lambda: History(Limits(4, 2, 8), read_time=100.0))

    def call(self, kind: Kind, at: tuple[float, float], **facts: Any) -> Call:
        """Records a call, by default one that succeeded."""
        fields: dict[str, Any] = {"account": "ann", "outcome": Outcome.OK, **facts}
        call = Call(kind, invoked=at[0], answered=at[1], **fields)
        self.history.calls.append(call)
        return call

    def held(
        self,
        hold_id: str,
        at: tuple[float, float],
        seats: tuple[SeatFence, ...],
        *,
        created: float | None = None,
        row: dict[str, Any] | None = None,
        **facts: Any,
    ) -> Call:
        """Records an acknowledged hold, and its row."""
        create_time = created if created is not None else sum(at) / 2
        told = Told(hold_id, "HELD", seats, create_time, create_time + HOLD_SECONDS)
        fields: dict[str, Any] = {
            "request_id": f"r-{hold_id}",
            "seats_asked": tuple(no for no, _ in seats),
            "told": told,
            **facts,
        }
        call = self.call(Kind.HOLD, at, **fields)
        self.row(hold_id, seats, create_time, **{"account": call.account, **(row or {})})
        return call

    def row(self, hold_id: str, seats: tuple[SeatFence, ...], at: float, **fields: Any) -> HoldRow:
        """Leaves a hold's row."""
        row = HoldRow(
            hold_id,
            account=fields.pop("account", "ann"),
            state=fields.pop("state", "EXPIRED"),
            create_time=at,
            held_until=fields.pop("held_until", at + HOLD_SECONDS),
            extended=fields.pop("extended", False),
            seats=seats,
            **fields,
        )
        self.history.holds.append(row)
        return row

    def about(self, kind: Kind, hold_id: str, at: tuple[float, float], **facts: Any) -> Call:
        """Records a call about a hold."""
        return self.call(kind, at, hold_id=hold_id, **facts)

    def again(self, call: Call, at: tuple[float, float], **changes: Any) -> Call:
        """Sends the same request once more."""
        repeated = replace(call, invoked=at[0], answered=at[1], **changes)
        self.history.calls.append(repeated)
        return repeated

    def seat(self, seat_no: int, fence: int, hold_id: str = "", state: int = HELD) -> None:
        """Leaves a seat's row; without a hold it is free."""
        self.history.seats.append(SeatRow(seat_no, state if hold_id else 0, fence, hold_id))

    def rules_broken(self) -> set[str]:
        """Returns the rules that the checker finds broken."""
        return {violation.rule for violation in check(self.history)}
