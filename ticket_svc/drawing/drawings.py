"""Draws tickets, off the event loop, and remembers the latest drawings.

Nothing is drawn when tickets are issued: a drawing is made when somebody asks for it, or for the mail. All drawing
happens on one thread, so that a rush for PDFs can never take the whole machine from the gates.
"""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import typst

from mesh import ids
from ticket_svc.drawing import qr
from ticket_svc.drawing.words import local_time
from ticket_svc.tickets.ticket import Event, Ticket

REMEMBERED_BYTES_MAX = 8 * 1024 * 1024
# What fits on the page in the template's sizes.
EVENT_NAME_LENGTH_MAX = 150
FACT_LENGTH_MAX = 70
PLACE_LENGTH_MAX = 120

TEMPLATE = Path(__file__).with_name("ticket.typ")

SVG_TYPE = "image/svg+xml"
PNG_TYPE = "image/png"
PDF_TYPE = "application/pdf"


class Drawings:
    """Draws codes and whole tickets."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="drawing")
        self._known: OrderedDict[tuple[object, ...], bytes] = OrderedDict()
        self._bytes = 0

    async def svg(self, ticket: Ticket) -> bytes:
        """Returns a ticket's QR code as SVG."""
        return await self._drawn(("svg", ticket.code), lambda: qr.svg(qr.matrix(ticket.code)))

    async def png(self, ticket: Ticket) -> bytes:
        """Returns a ticket's QR code as PNG."""
        return await self._drawn(("png", ticket.code), lambda: qr.png_image(qr.matrix(ticket.code)))

    async def pdf(self, tickets: Sequence[Ticket], event: Event) -> bytes:
        """Returns tickets of one event as PDF, a page each."""
        key = ("pdf", event.event_id, event.version, *[ticket.code for ticket in tickets])
        return await self._drawn(key, lambda: pdf(tickets, event))

    def close(self) -> None:
        """Ends the thread, once it has finished its drawing."""
        self._thread.shutdown()

    async def _drawn(self, key: tuple[object, ...], draw: Callable[[], bytes]) -> bytes:
        known = self._known.get(key)
        if known is not None:
            self._known.move_to_end(key)
            return known
        drawing = await asyncio.get_running_loop().run_in_executor(self._thread, draw)
        self._remember(key, drawing)
        return drawing

    def _remember(self, key: tuple[object, ...], drawing: bytes) -> None:
        before = self._known.pop(key, b"")
        self._known[key] = drawing
        self._bytes += len(drawing) - len(before)
        while self._bytes > REMEMBERED_BYTES_MAX:
            _, oldest = self._known.popitem(last=False)
            self._bytes -= len(oldest)


def pdf(tickets: Sequence[Ticket], event: Event) -> bytes:
    """Draws tickets of one event, a page each."""
    when = local_time(event.start_time, event.time_zone)
    pages = [
        {
            "number": f"{number} of {len(tickets)}" if len(tickets) > 1 else "",
            "event_name": _cut(event.name, EVENT_NAME_LENGTH_MAX),
            "venue_name": _cut(event.venue_name, FACT_LENGTH_MAX),
            "city": _cut(event.city, FACT_LENGTH_MAX),
            "date": when.date,
            "time": when.time,
            "zone": when.zone,
            "zone_name": when.zone_name,
            "place": _cut(ticket.seat_label, PLACE_LENGTH_MAX),
            "qr": qr.svg(qr.matrix(ticket.code)).decode(),
            "ticket_id": ids.text("tkt", ticket.ticket_id),
            "order_id": ids.text("ord", ticket.order_id),
        }
        for number, ticket in enumerate(tickets, start=1)
    ]
    drawn = _compiler().compile(
        format="pdf",
        sys_inputs={"tickets": json.dumps(pages)},
        timestamp=event.start_time.replace(microsecond=0),  # the same ticket, the same file
    )
    assert isinstance(drawn, bytes)
    return drawn


def _cut(words: str, length_max: int) -> str:
    return words if len(words) <= length_max else words[: length_max - 1].rstrip() + "…"


_compilers: list[typst.Compiler] = []


def _compiler() -> typst.Compiler:
    """Returns the compiler. It looks for fonts once: its package's, and the system's for other scripts."""
    if not _compilers:
        _compilers.append(typst.Compiler(str(TEMPLATE)))
    return _compilers[0]
