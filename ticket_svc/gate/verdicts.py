"""What a scan comes to. Pure rules; the caller has locked the ticket.

Asked online, we decide, and a ticket is let in once. A scan that was decided without a network is history: it keeps
the device's verdict, and only its label says whether it was the first admit, a stale one, or a conflict.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from ticket_svc.tickets.codes import LIFE_AFTER_EVENT, Reading
from ticket_svc.tickets.ticket import Event, FirstScan, State, Ticket

ADMIT = "ADMIT"
DENY = "DENY"

NOT_OUR_TICKET = "NOT_OUR_TICKET"
OTHER_EVENT = "OTHER_EVENT"
ALREADY_ADMITTED = "ALREADY_ADMITTED"
REFUNDED = "REFUNDED"
TRANSFERRED = "TRANSFERRED"
TOO_EARLY = "TOO_EARLY"
EXPIRED = "EXPIRED"
ADMITTED_STALE = "ADMITTED_STALE"

CLOCK_SKEW = timedelta(minutes=5)
"""How far the clock of whoever signed a code may be ahead of ours."""

_STOPPED = {
    State.REFUNDING: REFUNDED,
    State.REVOKED: REFUNDED,  # tickets are revoked by the claim of a refund, and by nothing else
    State.TRANSFERRING: TRANSFERRED,
    State.TRANSFERRED: TRANSFERRED,
}


@dataclass(frozen=True, slots=True)
class PresentedScan:
    """A scan as it came, its code read already."""

    scan_id: str
    gate_id: str
    account_id: UUID
    """Who was signed in at the gate."""
    reading: Reading | None
    """What its code says; None when it is not ours."""
    scan_time: datetime | None
    """By the device's clock; None when it did not say."""
    received_time: datetime
    offline_verdict: str | None
    """ADMIT or DENY when the device decided by itself; None when it asks."""
    bundle_version: int

    @property
    def corrected_time(self) -> datetime:
        """When it happened, as far as one can know: no scan happens after we heard of it."""
        if self.scan_time is None:
            return self.received_time
        return min(self.scan_time, self.received_time)

    def as_first(self) -> FirstScan:
        """Returns the scan as the place and time of an admit."""
        return FirstScan(self.corrected_time, self.gate_id, self.scan_id)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a scan came to."""

    verdict: str
    reason: str = ""
    first_scan: FirstScan | None = None
    """With ALREADY_ADMITTED: the first time."""

    @property
    def admits(self) -> bool:
        """Whether somebody went in."""
        return self.verdict == ADMIT


def decide(scan: PresentedScan, ticket: Ticket | None, event: Event) -> Verdict:
    """Returns what a scan at a gate of an event comes to; `ticket` is the one that its code names."""
    reading = scan.reading
    if reading is None:
        return Verdict(DENY, NOT_OUR_TICKET)
    if reading.event_id != event.event_id:
        return Verdict(DENY, OTHER_EVENT)
    if ticket is None:  # signed by us, but its row is gone: a restored backup, never a good ticket
        return Verdict(DENY, NOT_OUR_TICKET)
    if scan.offline_verdict is None:
        return _judged(scan, reading, ticket, event)
    return _recorded(scan, reading, ticket, event)


def _judged(scan: PresentedScan, reading: Reading, ticket: Ticket, event: Event) -> Verdict:
    """Decides for a gate that asks."""
    now = scan.received_time
    if ticket.state in _STOPPED:
        return Verdict(DENY, _STOPPED[ticket.state])
    if event.is_cancelled:  # its refunds are on their way
        return Verdict(DENY, REFUNDED)
    if ticket.state is State.USED:
        return Verdict(DENY, ALREADY_ADMITTED, ticket.first_scan)
    if now + CLOCK_SKEW < reading.not_before_time:
        return Verdict(DENY, TOO_EARLY)
    if _has_expired(reading, event, now):
        return Verdict(DENY, EXPIRED)
    return Verdict(ADMIT)


def _recorded(scan: PresentedScan, reading: Reading, ticket: Ticket, event: Event) -> Verdict:
    """Says what an offline verdict was worth; it stays what it was."""
    known = ticket.first_scan
    if scan.offline_verdict == DENY:
        judged = _judged(scan, reading, ticket, event)
        return Verdict(DENY, judged.reason, judged.first_scan)
    if ticket.state in _STOPPED:
        is_stale = (ticket.stop_version or 0) > scan.bundle_version
        return Verdict(ADMIT, ADMITTED_STALE if is_stale else _STOPPED[ticket.state])
    if known is not None and known.order() < scan.as_first().order():
        return Verdict(ADMIT, ALREADY_ADMITTED, known)
    return Verdict(ADMIT, EXPIRED if _has_expired(reading, event, scan.corrected_time) else "")


def _has_expired(reading: Reading, event: Event, now: datetime) -> bool:
    """Tells whether a code's time has passed.

    An event that moved back keeps its tickets good: the later of the code's end and the event's counts.
    """
    return now > max(reading.expire_time, event.end_time + LIFE_AFTER_EVENT)
