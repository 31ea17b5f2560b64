"""What people read: the table of addresses and the table of parts."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from deploy.local.endpoints import endpoints
from deploy.local.layout import Layout
from deploy.local.parts import Part

_WHAT_ANSWERS = {
    "edge": "the web app and the HTTP API; its description is at /docs",
    "accounts": "gRPC AccountService",
    "inventory": "gRPC CatalogService, AllotmentService, InventoryService",
    "queue": "gRPC QueueService, RoomAdminService",
    "payment": "gRPC OrderService",
    "ticket": "gRPC TicketService, GateService, KeyService",
    "search": "gRPC SearchService",
    "mailbox": "every mail that Onsale sends: sign-in codes, tickets",
    "smtp": "SMTP, into the mailbox",
    "stripe": "the local Stripe (key sk_test_local)",
    "postgres": "PostgreSQL, a database per service; endpoints.json has the password",
    "valkey": "Valkey",
    "kafka": "Kafka protocol",
}

_SIGN_INS = (
    ("organiser@demo.test", "organiser of every demo event"),
    ("gate@demo.test", "scans at the gates of every demo event"),
    ("any other address", "a buyer"),
)


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows with their columns aligned."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
    return "\n".join(lines)


def address_table(layout: Layout, parts: Iterable[Part]) -> str:
    """Where the parts answer, and who may sign in."""
    ports = {port for part in parts for port in part.ports}
    addresses = {**endpoints(layout), "postgres": layout.ports.address("postgres")}
    rows = [(name, addresses[name], what) for name, what in _WHAT_ANSWERS.items() if name in ports]
    sections = [table(rows)]
    if "edge" in ports:
        sign_ins = _SIGN_INS if layout.settings.demo == "on" else _SIGN_INS[-1:]
        sections.append(
            f"Sign in by e-mail; the code arrives at {addresses['mailbox']}:\n{table(sign_ins)}"
        )
    return "\n\n".join([*sections, f"State and logs are in {layout.state.root}"])


def status_table(
    layout: Layout, parts: Mapping[str, Mapping[str, Any]], live: Mapping[str, bool]
) -> str:
    """A line per part: its state now, its process, how often it was started again, its ports."""
    rows = [("PART", "STATE", "PID", "RESTARTS", "PORTS")]
    for name, part in parts.items():
        # A part that this shell's settings do not ask for is taken at the supervisor's word.
        serves = live.get(name, part["state"] == "SERVING")
        state = "SERVING" if serves else str(part["state"]).replace("SERVING", "NOT_SERVING")
        ports = " ".join(str(layout.ports[port]) for port in part["ports"])
        rows.append((name, state, str(part["pid"] or "-"), str(part["restarts"]), ports))
    return table(rows)
