"""A paid order as issuing sees it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from ticket_svc.tickets.ticket import Place


@dataclass(frozen=True, slots=True)
class PaidLine:
    """A line that entitles to places."""

    line_no: int
    place: Place
    quantity: int
    """Places paid and not refunded."""


@dataclass(frozen=True, slots=True)
class PaidOrder:
    """An order whose seats are sold and whose money is captured."""

    order_id: UUID
    event_id: int
    account_id: UUID
    lines: tuple[PaidLine, ...]
    is_refunded: bool
    """True when all of it was given back already: no ticket may come of it any more."""

    def units(self) -> Iterator[tuple[PaidLine, int]]:
        """Yields each place to issue a ticket for, with its number in its line, from 1."""
        for line in self.lines:
            for unit_no in range(1, line.quantity + 1):
                yield line, unit_no
