"""Scans as they are recorded and as gates get them back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ticket_svc.gate.verdicts import PresentedScan, Verdict
from ticket_svc.tickets.ticket import FirstScan, Ticket


@dataclass(frozen=True, slots=True)
class Result:
    """What a gate is told of a scan, the first time and every time it sends it again."""

    scan_id: str
    verdict: str
    reason: str
    first_gate_id: str | None
    first_scan_time: datetime | None
    ticket_id: UUID | None
    """None when the code is not ours."""
    seat_label: str


@dataclass(frozen=True, slots=True)
class Decision:
    """A scan and what it came to, to be recorded."""

    scan: PresentedScan
    verdict: Verdict
    ticket: Ticket | None

    @property
    def result(self) -> Result:
        """What the gate is told."""
        first: FirstScan | None = self.verdict.first_scan
        reading = self.scan.reading
        return Result(
            scan_id=self.scan.scan_id,
            verdict=self.verdict.verdict,
            reason=self.verdict.reason,
            first_gate_id=first.gate_id if first else None,
            first_scan_time=first.scan_time if first else None,
            ticket_id=reading.ticket_id if reading else None,
            seat_label=self.ticket.seat_label if self.ticket else "",
        )


@dataclass(frozen=True, slots=True)
class Conflict:
    """An admit of a ticket that was let in before."""

    ticket_id: UUID
    scan_id: str
    gate_id: str
    corrected_time: datetime
    first_gate_id: str
    first_scan_time: datetime


@dataclass(frozen=True, slots=True)
class Bucket:
    """A gate's first admits in a minute."""

    gate_id: str
    minute: datetime
    admitted: int


@dataclass(frozen=True, slots=True)
class Checkins:
    """Who is in."""

    ticket_count: int
    admitted_count: int
    denied_count: int
    buckets: list[Bucket]
