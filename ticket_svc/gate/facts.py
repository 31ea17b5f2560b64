"""What gates do, as facts on Kafka and on the wire."""

from __future__ import annotations

from collections.abc import Sequence

from mesh import ids, timestamps
from mesh.outbox import Fact
from protos.ticket.v1 import events_pb2, gate_pb2
from ticket_svc.gate.record import Decision, Result
from ticket_svc.tickets.ticket import Event


def result_message(result: Result) -> gate_pb2.ScanResult:
    """Returns what a gate is told of a scan."""
    message = gate_pb2.ScanResult(
        scan_id=result.scan_id,
        verdict=result.verdict,
        reason=result.reason,
        ticket_id=ids.text("tkt", result.ticket_id) if result.ticket_id else "",
        seat_label=result.seat_label,
    )
    if result.first_scan_time is not None:
        message.first_scan.gate_id = result.first_gate_id or ""
        message.first_scan.scan_time.CopyFrom(timestamps.to_proto(result.first_scan_time))
    return message


def scanned(event: Event, decisions: Sequence[Decision]) -> list[Fact]:
    """Returns the facts that tickets were scanned."""
    event_text = ids.event_text(event.event_id)
    return [
        Fact(
            events_pb2.TicketScanned(
                event_id=event_text,
                gate_id=decision.scan.gate_id,
                result=result_message(decision.result),
            ),
            event_text,
            decision.scan.scan_id,
            1,  # a scan never changes
            decision.scan.received_time,
        )
        for decision in decisions
    ]
