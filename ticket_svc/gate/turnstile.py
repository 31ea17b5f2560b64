"""The turnstile: decides scans, many gates at once, each ticket once.

Scans of an event that arrive while a commit is under way leave together in the next one: no timer, no event-wide lock.
A few statements decide them all: lock the tickets, look for scans known already, write the tickets that let somebody
in, record the scans. Several processes may do so for one event at the same time; the ticket's row lock and version
keep them right. A scan that is sent again gets its first answer again.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from mesh.database import Connection, Database, driver_refusal
from mesh.errors import OnsaleError
from mesh.outbox import Outbox
from ticket_svc.errors import GateBusy, TicketChanged
from ticket_svc.gate import facts, store
from ticket_svc.gate.record import Decision, Result
from ticket_svc.gate.verdicts import PresentedScan, decide
from ticket_svc.tickets import store as ticket_store
from ticket_svc.tickets.ticket import Event, Ticket, let_in

BATCH_SCANS_MAX = 500
WAITING_SCANS_MAX = 20_000
"""Of one event in one process; at a few thousand a second they are decided in seconds."""
RACES_MAX = 5
"""How often a batch is decided anew because another process recorded the same scan at the same moment."""


@dataclass(slots=True)
class _Party:
    """Scans that came in one call."""

    scans: Sequence[PresentedScan]
    results: asyncio.Future[list[Result]]


@dataclass(slots=True)
class _Lane:
    """What waits for the next commit of an event."""

    event: Event
    waiting: deque[_Party] = field(default_factory=deque)
    waiting_count: int = 0
    runner: asyncio.Task[None] | None = None


class Turnstile:
    """Decides scans of all events of this process."""

    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._database = database
        self._outbox = outbox
        self._lanes: dict[int, _Lane] = {}

    async def scan(self, event: Event, scans: Sequence[PresentedScan]) -> list[Result]:
        """Decides scans at gates of an event; results in their order. Raises GateBusy, Unavailable."""
        lane = self._lanes.setdefault(event.event_id, _Lane(event))
        if lane.waiting_count + len(scans) > WAITING_SCANS_MAX:
            raise GateBusy
        lane.event = event
        party = _Party(scans, asyncio.get_running_loop().create_future())
        lane.waiting.append(party)
        lane.waiting_count += len(scans)
        if lane.runner is None:
            lane.runner = asyncio.create_task(self._run(lane))
        return await party.results

    async def _run(self, lane: _Lane) -> None:
        """Decides batch after batch until nobody waits."""
        try:
            while lane.waiting:
                await self._serve(lane.event, _next_batch(lane))
        finally:
            del self._lanes[lane.event.event_id]

    async def _serve(self, event: Event, parties: list[_Party]) -> None:
        scans = [scan for party in parties for scan in party.scans]
        try:
            results = await self._decide_until_alone(event, scans)
        except Exception as error:
            if len(parties) > 1 and not _is_passing(error):
                for party in parties:  # whoever's scans cannot be decided holds up no other gate
                    await self._serve(event, [party])
                return
            for party in parties:
                if not party.results.done():
                    party.results.set_exception(error)
            return
        for party in parties:
            if not party.results.done():  # its caller may have gone
                party.results.set_result([results[scan.scan_id] for scan in party.scans])

    async def _decide_until_alone(
        self, event: Event, scans: Sequence[PresentedScan]
    ) -> dict[str, Result]:
        for _ in range(RACES_MAX):
            try:
                async with self._database.transaction() as connection:
                    results = await self._decide(connection, event, scans)
            except TicketChanged:
                continue
            Outbox.wake()
            return results
        raise GateBusy

    async def _decide(
        self, connection: Connection, event: Event, scans: Sequence[PresentedScan]
    ) -> dict[str, Result]:
        ticket_ids = {
            scan.reading.ticket_id
            for scan in scans
            if scan.reading and scan.reading.event_id == event.event_id
        }
        tickets = (
            await ticket_store.lock_tickets(connection, event.event_id, sorted(ticket_ids))
            if ticket_ids
            else {}
        )
        # After the locks, so that whoever held them has recorded what it decided.
        results = await store.read_results(
            connection, event.event_id, [scan.scan_id for scan in scans]
        )
        decisions, moved = settle(event, scans, tickets, set(results))
        await ticket_store.write_tickets(connection, event.event_id, moved)
        if decisions:
            recorded = await store.add_scans(connection, event.event_id, decisions)
            if recorded != len(decisions):
                raise TicketChanged
            await self._outbox.add_many(connection, facts.scanned(event, decisions))
        return results | {decision.scan.scan_id: decision.result for decision in decisions}


def settle(
    event: Event,
    scans: Sequence[PresentedScan],
    tickets: dict[UUID, Ticket],
    known_scan_ids: set[str],
) -> tuple[list[Decision], list[Ticket]]:
    """Decides a batch in the order of arrival; returns the decisions, and the tickets as they are to be written."""
    now = dict(tickets)
    known = set(known_scan_ids)
    decisions: list[Decision] = []
    for scan in scans:
        if scan.scan_id in known:
            continue
        known.add(scan.scan_id)
        ticket = now.get(scan.reading.ticket_id) if scan.reading else None
        verdict = decide(scan, ticket, event)
        if ticket is not None and verdict.admits:
            now[ticket.ticket_id] = let_in(ticket, scan.as_first())
        decisions.append(Decision(scan, verdict, ticket))
    moved = [ticket for ticket_id, ticket in now.items() if ticket is not tickets[ticket_id]]
    return decisions, moved


def _is_passing(error: Exception) -> bool:
    """Tells whether a batch failed for what no scan in it is to blame for."""
    return isinstance(error, OnsaleError) or bool(driver_refusal(error))


def _next_batch(lane: _Lane) -> list[_Party]:
    """Takes parties off the lane: at least one, and more while they fit."""
    parties: list[_Party] = []
    count = 0
    while lane.waiting and (not parties or count + len(lane.waiting[0].scans) <= BATCH_SCANS_MAX):
        party = lane.waiting.popleft()
        count += len(party.scans)
        parties.append(party)
    lane.waiting_count -= count
    return parties
