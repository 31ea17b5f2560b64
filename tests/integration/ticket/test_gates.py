"""Gates on a real database: online a ticket admits once; offline every second admit is a conflict on record."""

import asyncio
import itertools
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mesh import ids, pages
from mesh.errors import InvalidArgument
from protos.ticket.v1 import gate_pb2
from tests.integration.ticket.conftest import BoxOffice, a_device_scan, act_as, act_as_gate_of
from tests.unit.ticket.builders import START, an_event
from ticket_svc.errors import EventNotFound

ADMIT, DENY = gate_pb2.ScanResult.ADMIT, gate_pb2.ScanResult.DENY


@pytest.fixture
def doors(box_office: BoxOffice) -> BoxOffice:
    """The event's doors, with the test at a gate."""
    box_office.open_doors()
    act_as_gate_of(box_office.event)
    return box_office


async def test_two_hundred_gates_let_one_ticket_in_once(doors: BoxOffice) -> None:
    """Four processes (turnstiles), fifty gates each, one ticket, one instant: one admit. Ten tickets, one by one.

    Tried: without FOR UPDATE in tickets_lock and without the version in tickets_write, up to four are let in with one
    ticket. Either of the two alone is enough to keep it at one.
    """
    processes = [doors.another_process() for _ in range(4)]
    await doors.warm_up(len(processes))
    for number, ticket in enumerate(await doors.sell(seats=10)):
        results = await asyncio.gather(
            *[
                doors.scan(
                    [a_device_scan(ticket.code, f"{number}-{gate}")],
                    f"gate {gate}",
                    processes[gate % 4],
                )
                for gate in range(200)
            ]
        )
        admits = [result for (result,) in results if result.verdict == ADMIT]
        denials = [result for (result,) in results if result.verdict == DENY]
        assert (len(admits), len(denials)) == (1, 199)
        assert {result.reason for result in denials} == {"ALREADY_ADMITTED"}
        (first,) = {(r.first_scan.gate_id, r.first_scan.scan_time.seconds) for r in denials}
        winner = admits[0].scan_id.removeprefix(f"{number}-")
        assert first == (f"gate {winner}", int(START.timestamp()))
    assert await doors.value("SELECT count(*) FROM scans WHERE verdict = 'ADMIT'") == 10
    assert await doors.value("SELECT count(*) FROM scans") == 2000


async def test_the_same_scan_again_replays_its_verdict(doors: BoxOffice) -> None:
    (ticket,) = await doors.sell()
    scan = a_device_scan(ticket.code, "device-1")
    other = a_device_scan("not a ticket", "device-2")
    first = await doors.scan([scan, other])
    assert [(r.verdict, r.reason) for r in first] == [(ADMIT, ""), (DENY, "NOT_OUR_TICKET")]
    assert await doors.scan([scan, other]) == first
    assert await doors.scan([scan], "another gate", doors.another_process()) == first[:1]
    assert await doors.value("SELECT count(*) FROM outbox WHERE topic = 'onsale.tickets.v1'") == 3


async def test_one_scan_id_at_one_instant_has_one_verdict(doors: BoxOffice) -> None:
    """Tried: without the ON CONFLICT in scans_add one of the calls fails on the key."""
    processes = [doors.another_process() for _ in range(3)]
    await doors.warm_up(len(processes))
    for number in range(5):
        codes = [ticket.code for ticket in await doors.sell(seats=2)] + ["unreadable"]
        results = await asyncio.gather(
            *[
                doors.scan([a_device_scan(code, f"same-{number}")], "A", process)
                for process, code in zip(processes, codes, strict=True)
            ]
        )
        assert len({result.SerializeToString() for (result,) in results}) == 1
    assert await doors.value("SELECT count(*) FROM scans") == 5


async def test_results_come_in_the_order_sent(doors: BoxOffice) -> None:
    tickets = await doors.sell(seats=5)
    codes = [t.code for t in tickets] + ["x", tickets[0].code]
    results = await doors.scan([a_device_scan(c, f"s{i}") for i, c in enumerate(codes)])
    assert [r.scan_id for r in results] == [f"s{i}" for i in range(7)]
    assert [r.reason for r in results] == [""] * 5 + ["NOT_OUR_TICKET", "ALREADY_ADMITTED"]
    assert results[0].seat_label == tickets[0].seat_label


async def test_refunded_ticket_is_denied_and_listed_for_offline_gates(doors: BoxOffice) -> None:
    (ticket,) = await doors.sell()
    bundle = gate_pb2.GetGateBundleRequest(event_id=doors.event_text)
    before = await doors.gate.GetGateBundle(bundle, None)
    await doors.revocations.claim("rfd_1", ticket.order_id, [], ticket.account_id)
    (result,) = await doors.scan([a_device_scan(ticket.code, "1")])
    assert (result.verdict, result.reason) == (DENY, "REFUNDED")
    after = await doors.gate.GetGateBundle(bundle, None)
    assert (before.version, list(before.revoked_ticket_ids)) == (0, [])
    assert list(after.revoked_ticket_ids) == [ids.text("tkt", ticket.ticket_id)]
    assert after.version > before.version
    assert after.keys == doors.codes.jwks()


async def test_a_refund_and_a_gate_at_one_instant_never_both_have_the_ticket(
    doors: BoxOffice,
) -> None:
    """Tried: without the lock and the version, some tickets are let in and refunded."""
    for number in range(25):
        (ticket,) = await doors.sell()
        scanned, claimed = await asyncio.gather(
            doors.scan([a_device_scan(ticket.code, f"scan-{number}")]),
            doors.revocations.claim(f"rfd_{number}", ticket.order_id, [], ticket.account_id),
        )
        assert (scanned[0].verdict == ADMIT) != bool(claimed)


async def upload(doors: BoxOffice, scans: list[tuple[str, gate_pb2.Scan]]) -> list[Any]:
    """Uploads scans as one stream; returns the replies."""

    async def requests() -> Any:
        for gate, scan in scans:
            yield gate_pb2.ScanTicketRequest(event_id=doors.event_text, gate_id=gate, scan=scan)

    return [reply async for reply in doors.gate.UploadScans(requests(), None)]


async def labels(doors: BoxOffice) -> list[tuple[str, str]]:
    rows = await doors.rows("SELECT scan_id, label FROM labelled_scans ORDER BY scan_id")
    return [(row["scan_id"], row["label"]) for row in rows]


async def test_offline_scans_in_any_order_any_number_of_times_give_one_record(
    doors: BoxOffice,
) -> None:
    tickets = await doors.sell(seats=3)
    scans = [
        (
            gate,
            a_device_scan(
                ticket.code,
                f"{gate}-{number}",
                START - timedelta(minutes=30 - 7 * place),
                offline_verdict=ADMIT,
            ),
        )
        for number, ticket in enumerate(tickets)
        for place, gate in enumerate("ABC")
        if number + place < 4
    ]
    chance = random.Random(3)
    records = []
    for _ in range(4):
        await doors.value("DELETE FROM scans")
        await doors.value("UPDATE tickets SET state = 'ACTIVE', first_scan_time = NULL")
        shuffled = chance.sample(scans, len(scans)) + chance.sample(scans, 4)
        replies = await upload(doors, shuffled)
        assert [reply.verdict for reply in replies] == [ADMIT] * len(shuffled)
        records.append(await labels(doors))
    assert all(record == records[0] for record in records)
    assert [label for _, label in records[0]].count("ADMITTED") == 3
    assert [label for _, label in records[0]].count("CONFLICT") == len(scans) - 3


async def test_conflicts_name_both_gates_and_times_page_by_page(doors: BoxOffice) -> None:
    tickets = await doors.sell(seats=5)
    for gate, minute in (("B", 1), ("A", 0)):  # the later one is uploaded first
        await upload(
            doors,
            [
                (
                    gate,
                    a_device_scan(
                        ticket.code,
                        f"{gate}{number}",
                        START - timedelta(minutes=10 - minute, seconds=-number),
                        offline_verdict=ADMIT,
                    ),
                )
                for number, ticket in enumerate(tickets)
            ],
        )
    seen = []
    token = ""
    for _ in itertools.count():
        page = await doors.gate.GetConflicts(
            gate_pb2.GetConflictsRequest(event_id=doors.event_text, page_size=2, page_token=token),
            None,
        )
        seen += page.conflicts
        token = page.next_page_token
        if not token:
            break
    assert [c.ticket_id for c in seen] == [ids.text("tkt", t.ticket_id) for t in tickets]
    assert {(c.first_scan.gate_id, c.second_scan.gate_id) for c in seen} == {("A", "B")}
    assert all(c.second_scan.scan_time.seconds - c.first_scan.scan_time.seconds == 60 for c in seen)
    with pytest.raises(InvalidArgument):
        await doors.gate.GetConflicts(
            gate_pb2.GetConflictsRequest(event_id=doors.event_text, page_token="nonsense"), None
        )


async def test_admit_of_a_ticket_revoked_after_the_bundle_is_stale(doors: BoxOffice) -> None:
    (ticket,) = await doors.sell()
    await doors.revocations.claim("rfd_1", ticket.order_id, [], ticket.account_id)
    version = await doors.value("SELECT version FROM gate_lists")
    replies = await upload(
        doors,
        [
            (
                "A",
                a_device_scan(
                    ticket.code, "stale", offline_verdict=ADMIT, bundle_version=version - 1
                ),
            )
        ],
    )
    assert [(r.verdict, r.reason) for r in replies] == [(ADMIT, "ADMITTED_STALE")]
    assert await labels(doors) == [("stale", "ADMITTED_STALE")]
    assert (await doors.ticket(ticket.ticket_id)).state == "REFUNDING"


async def test_checkins_count_who_is_in_by_gate_and_minute(doors: BoxOffice) -> None:
    tickets = await doors.sell(seats=3)
    await doors.scan([a_device_scan(tickets[0].code, "1"), a_device_scan(tickets[0].code, "2")])
    await doors.scan([a_device_scan(tickets[1].code, "3")], "B")
    checkins = await doors.gate.GetCheckins(
        gate_pb2.GetCheckinsRequest(event_id=doors.event_text), None
    )
    assert (checkins.ticket_count, checkins.admitted_count, checkins.denied_count) == (3, 2, 1)
    assert [(b.gate_id, b.admitted) for b in checkins.buckets] == [("A", 1), ("B", 1)]


async def test_other_organisers_gates_see_no_such_event(doors: BoxOffice) -> None:
    act_as_gate_of(an_event())
    for call in (
        doors.scan([a_device_scan("x", "1")]),
        doors.gate.GetGateBundle(gate_pb2.GetGateBundleRequest(event_id=doors.event_text), None),
        doors.gate.locate("ScanTickets", gate_pb2.ScanTicketsRequest(event_id=doors.event_text)),
        doors.gate.locate("ScanTickets", gate_pb2.ScanTicketsRequest(event_id="nonsense")),
    ):
        with pytest.raises(EventNotFound):
            await call
    assert await doors.value("SELECT count(*) FROM scans") == 0


async def test_the_organiser_sees_conflicts_and_checkins_but_scans_nothing(
    doors: BoxOffice,
) -> None:
    act_as(doors.event.organiser_id, "organiser")
    request = gate_pb2.GetCheckinsRequest(event_id=doors.event_text)
    await doors.gate.GetCheckins(request, None)
    with pytest.raises(EventNotFound):
        await doors.scan([a_device_scan("x", "1")])


async def test_a_device_that_does_not_know_the_time_is_believed_in_all_else(
    doors: BoxOffice,
) -> None:
    """Tried: with the year 1 kept, PostgreSQL gives back no time zone and no later scan of the ticket is decided."""
    (ticket,) = await doors.sell()
    year_1 = datetime(1, 1, 1, tzinfo=UTC)
    scan = a_device_scan(ticket.code, "unset", year_1, offline_verdict=ADMIT)
    assert (await doors.scan([scan]))[0].verdict == ADMIT
    (again,) = await doors.scan([a_device_scan(ticket.code, "later")], "B")
    assert (again.verdict, again.reason) == (DENY, "ALREADY_ADMITTED")
    assert again.first_scan.scan_time.ToDatetime(tzinfo=UTC) == doors.clock.now()


async def test_a_ticket_that_cannot_be_decided_holds_up_no_other_gate(doors: BoxOffice) -> None:
    """Tried: without deciding the parties of a failed batch one by one, every gate of the batch is told INTERNAL."""
    broken, whole = await doors.sell(seats=2)
    await doors.value(
        "UPDATE tickets SET state = 'USED', first_gate_id = 'A', first_scan_id = '0', "
        "first_scan_time = '-infinity' WHERE ticket_id = $1",
        broken.ticket_id,
    )
    failed, passed = await asyncio.gather(
        doors.scan([a_device_scan(broken.code, "1", offline_verdict=ADMIT)], "A"),
        doors.scan([a_device_scan(whole.code, "2")], "B"),
        return_exceptions=True,
    )
    assert isinstance(failed, TypeError)
    assert not isinstance(passed, BaseException)
    assert passed[0].verdict == ADMIT


@pytest.mark.parametrize(
    "cursor",
    [
        ["2026-01-01T00:00:00", "A", "1"],
        ["0001-01-01T00:00:00+14:00", "A", "1"],
        ["2026-01-01T00:00:00+00:00", "A\0", "1"],
        ["2026-01-01T00:00:00+00:00", "A", 1],
        [1, 2, 3],
    ],
)
async def test_a_page_token_that_somebody_made_up_is_refused(
    doors: BoxOffice, cursor: list[object]
) -> None:
    request = gate_pb2.GetConflictsRequest(event_id=doors.event_text)
    request.page_token = pages.encode_page(cursor, pages.query_hash(request), doors.clock.now())
    with pytest.raises(pages.PageTokenInvalid):
        await doors.gate.GetConflicts(request, None)
