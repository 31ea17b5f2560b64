"""A ticket's life: which moves each state allows."""

import pytest

from mesh import ids
from tests.unit.ticket.builders import NOW, START, a_ticket, an_event
from ticket_svc.errors import TicketNotActive
from ticket_svc.tickets.ticket import (
    FirstScan,
    GateList,
    State,
    claimed,
    let_in,
    offered,
    passed_on,
    revoked,
    taken_back,
)

EVENT = an_event()
TICKET = a_ticket(EVENT)
TRANSFER_ID = ids.new_id(EVENT.event_id)
USED = let_in(TICKET, FirstScan(START, "A", "1"))
OFFERED = offered(TICKET, TRANSFER_ID, GateList(3, NOW))
CLAIMED = claimed(TICKET, "rfd_1", GateList(4, NOW), by_force=False)
STATES = [USED, OFFERED, passed_on(OFFERED), CLAIMED, revoked(CLAIMED)]


@pytest.mark.parametrize("ticket", STATES, ids=lambda ticket: str(ticket.state))
def test_only_an_active_ticket_is_offered_or_refunded(ticket: object) -> None:
    with pytest.raises(TicketNotActive) as refused:
        offered(ticket, TRANSFER_ID, GateList(5, NOW))  # type: ignore[arg-type]
    assert refused.value.facts()["state"] == ticket.state  # type: ignore[attr-defined]
    with pytest.raises(TicketNotActive):
        claimed(ticket, "rfd_2", GateList(5, NOW), by_force=False)  # type: ignore[arg-type]


def test_cancelled_event_takes_back_used_and_offered_tickets_too() -> None:
    for ticket in (TICKET, USED, OFFERED):
        assert claimed(ticket, "rfd_2", GateList(9, NOW), by_force=True).state is State.REFUNDING
    for ticket in (passed_on(OFFERED), CLAIMED, revoked(CLAIMED)):
        with pytest.raises(TicketNotActive):
            claimed(ticket, "rfd_2", GateList(9, NOW), by_force=True)


def test_ticket_stays_on_the_gate_list_where_it_entered_it() -> None:
    assert claimed(OFFERED, "rfd_2", GateList(9, NOW), by_force=True).stop_version == 3
    assert passed_on(OFFERED).stop_version == 3


def test_ticket_taken_back_opens_the_gate_again() -> None:
    back = taken_back(OFFERED)
    assert (back.state, back.transfer_id, back.stop_version) == (State.ACTIVE, None, None)


def test_ticket_let_in_while_offered_is_used_when_taken_back() -> None:
    stale = let_in(OFFERED, FirstScan(START, "A", "1"))
    assert stale.state is State.TRANSFERRING
    assert taken_back(stale).state is State.USED
