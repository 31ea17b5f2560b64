"""An offer of a ticket: PENDING → ACCEPTED, CANCELLED or EXPIRED."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class TransferState(StrEnum):
    """Where an offer is in its life."""

    PENDING = "PENDING"
    ACCEPTED = "ACCEPTED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"


@dataclass(frozen=True, slots=True)
class Transfer:
    """An offer as its row has it."""

    event_id: int
    transfer_id: UUID
    ticket_id: UUID
    from_account_id: UUID
    to_account_id: UUID
    state: TransferState
    new_ticket_id: UUID | None
    create_time: datetime
    expire_time: datetime

    def is_between(self, account_id: UUID) -> bool:
        """Tells whether an account gives or is offered the ticket."""
        return account_id in (self.from_account_id, self.to_account_id)

    def state_at(self, now: datetime) -> TransferState:
        """Returns its state; an offer whose time is over has expired, tidied up or not."""
        if self.state is TransferState.PENDING and self.expire_time <= now:
            return TransferState.EXPIRED
        return self.state
