"""What a scan comes to."""

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest

from mesh import ids
from tests.unit.ticket.builders import NOW, START, a_scan, a_ticket, an_event
from ticket_svc.gate.turnstile import settle
from ticket_svc.gate.verdicts import Verdict, decide
from ticket_svc.tickets.ticket import (
    FirstScan,
    GateList,
    State,
    Ticket,
    claimed,
    let_in,
    offered,
    passed_on,
    revoked,
)

EVENT = an_event()
LIST_7 = GateList(7, NOW)


def refunded(ticket: Ticket) -> Ticket:
    return revoked(claimed(ticket, "rfd_1", LIST_7, by_force=False))


def test_active_ticket_is_let_in() -> None:
    ticket = a_ticket(EVENT)
    assert decide(a_scan(ticket.code), ticket, EVENT) == Verdict("ADMIT")


def test_used_ticket_is_refused_with_the_first_gate_and_time() -> None:
    ticket = a_ticket(EVENT)
    first = FirstScan(START, "B", "scan-b")
    again = decide(a_scan(ticket.code), let_in(ticket, first), EVENT)
    assert again == Verdict("DENY", "ALREADY_ADMITTED", first)


@pytest.mark.parametrize("code", ["", "nonsense", "a.b.c", "ey" * 5000])
def test_unreadable_code_is_not_our_ticket(code: str) -> None:
    assert decide(a_scan(code), None, EVENT) == Verdict("DENY", "NOT_OUR_TICKET")


def test_ticket_of_another_event_is_refused_as_such() -> None:
    assert decide(a_scan(a_ticket(an_event()).code), None, EVENT).reason == "OTHER_EVENT"


def test_signed_code_without_a_ticket_is_refused() -> None:
    assert decide(a_scan(a_ticket(EVENT).code), None, EVENT).reason == "NOT_OUR_TICKET"


def test_stopped_tickets_are_refused_by_what_stopped_them() -> None:
    ticket = a_ticket(EVENT)
    claim = claimed(ticket, "rfd_1", LIST_7, by_force=False)
    offer = offered(ticket, ids.new_id(EVENT.event_id), LIST_7)
    reasons = {
        stopped.state: decide(a_scan(ticket.code), stopped, EVENT).reason
        for stopped in (claim, revoked(claim), offer, passed_on(offer))
    }
    assert reasons == {
        State.REFUNDING: "REFUNDED",
        State.REVOKED: "REFUNDED",
        State.TRANSFERRING: "TRANSFERRED",
        State.TRANSFERRED: "TRANSFERRED",
    }


def test_cancelled_event_lets_nobody_in_even_before_the_refunds_are_made() -> None:
    ticket = a_ticket(EVENT)
    cancelled = replace(EVENT, is_cancelled=True)
    assert decide(a_scan(ticket.code), ticket, cancelled) == Verdict("DENY", "REFUNDED")


def test_code_stops_a_day_after_the_event_and_not_before() -> None:
    ticket = a_ticket(EVENT)
    last = EVENT.end_time + timedelta(hours=24)
    assert decide(a_scan(ticket.code, at=last), ticket, EVENT).admits
    late = decide(a_scan(ticket.code, at=last + timedelta(seconds=1)), ticket, EVENT)
    assert late == Verdict("DENY", "EXPIRED")


def test_postponed_event_keeps_its_tickets_good() -> None:
    ticket = a_ticket(EVENT)
    moved = replace(EVENT, end_time=EVENT.end_time + timedelta(days=30))
    assert decide(a_scan(ticket.code, at=moved.end_time), ticket, moved).admits


def test_code_of_the_future_is_too_early_but_clocks_may_differ() -> None:
    ticket = a_ticket(EVENT)
    assert decide(a_scan(ticket.code, at=NOW - timedelta(minutes=4)), ticket, EVENT).admits
    early = decide(a_scan(ticket.code, at=NOW - timedelta(minutes=6)), ticket, EVENT)
    assert early == Verdict("DENY", "TOO_EARLY")


def test_devices_clock_cannot_bring_an_expired_ticket_back() -> None:
    ticket = a_ticket(EVENT)
    scan = a_scan(ticket.code, at=START, received=START + timedelta(days=9))
    assert decide(scan, ticket, EVENT).reason == "EXPIRED"


def test_offline_admit_of_a_refunded_ticket_is_stale_unless_the_bundle_said_so() -> None:
    ticket = a_ticket(EVENT)
    old = decide(a_scan(ticket.code, offline="ADMIT", bundle=6), refunded(ticket), EVENT)
    new = decide(a_scan(ticket.code, offline="ADMIT", bundle=7), refunded(ticket), EVENT)
    assert old == Verdict("ADMIT", "ADMITTED_STALE")
    assert new == Verdict("ADMIT", "REFUNDED")


def test_offline_admit_of_a_forged_code_admits_nobody() -> None:
    assert decide(a_scan("forged", offline="ADMIT"), None, EVENT).reason == "NOT_OUR_TICKET"


def test_offline_verdicts_stay_what_they_were() -> None:
    ticket = a_ticket(EVENT)
    denied = decide(a_scan(ticket.code, offline="DENY"), ticket, EVENT)
    second = decide(
        a_scan(ticket.code, offline="ADMIT", at=START + timedelta(minutes=1)),
        let_in(ticket, FirstScan(START, "B", "scan-b")),
        EVENT,
    )
    assert denied == Verdict("DENY")
    assert (second.verdict, second.reason) == ("ADMIT", "ALREADY_ADMITTED")


def test_one_batch_lets_a_ticket_in_once_in_order_of_arrival() -> None:
    ticket = a_ticket(EVENT)
    scans = [a_scan(ticket.code, gate=gate) for gate in "CAB"]
    decisions, moved = settle(EVENT, scans, {ticket.ticket_id: ticket}, set())
    assert [d.verdict.verdict for d in decisions] == ["ADMIT", "DENY", "DENY"]
    assert [(t.state, t.first_gate_id) for t in moved] == [(State.USED, "C")]


def test_same_scan_twice_in_a_batch_is_decided_once() -> None:
    ticket = a_ticket(EVENT)
    scan = a_scan(ticket.code)
    decisions, _ = settle(EVENT, [scan, scan], {ticket.ticket_id: ticket}, set())
    assert len(decisions) == 1


def test_first_admit_is_the_same_whatever_is_uploaded_first() -> None:
    ticket = a_ticket(EVENT)
    scans = [
        a_scan(ticket.code, gate=gate, at=START + timedelta(seconds=second), offline="ADMIT")
        for gate, second in (("A", 5), ("B", 3), ("C", 3), ("D", 9))
    ]
    firsts = set()
    for order in itertools.permutations(scans):
        now = ticket
        for scan in order:
            _, moved = settle(EVENT, [scan], {now.ticket_id: now}, set())
            now = moved[0] if moved else now
        firsts.add((now.state, now.first_gate_id, now.first_scan_time))
    assert firsts == {(State.USED, "B", START + timedelta(seconds=3))}
