"""Tickets as pictures: the same modules in every form, a page a ticket, whatever the words."""

import asyncio
import io
import re
import threading
from datetime import UTC, datetime

import png

from tests.unit.ticket.builders import START, a_ticket, an_event
from ticket_svc.drawing import drawings, qr
from ticket_svc.drawing.words import local_time

EVENT = an_event()
TICKET = a_ticket(EVENT)
MODULES = qr.matrix(TICKET.code)


def test_svg_draws_exactly_the_dark_modules_in_one_path() -> None:
    drawn = qr.svg(MODULES).decode()
    (strokes,) = re.findall(r'stroke="#000" d="([^"]+)"', drawn)
    dark = set()
    for left, top, length in re.findall(r"M(\d+) (\d+)\.5h(\d+)", strokes):
        for column in range(int(left), int(left) + int(length)):
            dark.add((int(top) - qr.QUIET_ZONE_MODULES, column - qr.QUIET_ZONE_MODULES))
    wanted = {
        (row_no, column)
        for row_no, row in enumerate(MODULES)
        for column, is_dark in enumerate(row)
        if is_dark
    }
    assert dark == wanted


def test_png_has_the_modules_and_a_quiet_zone() -> None:
    width, height, rows, _ = png.Reader(io.BytesIO(qr.png_image(MODULES, 2))).read()
    pixels = [list(row) for row in rows]
    side = (len(MODULES) + 2 * qr.QUIET_ZONE_MODULES) * 2
    assert (width, height) == (side, side)
    assert all(all(row) for row in pixels[: qr.QUIET_ZONE_MODULES * 2])
    first = qr.QUIET_ZONE_MODULES * 2
    sampled = [
        [pixels[first + 2 * row_no][first + 2 * column] == 0 for column in range(len(MODULES))]
        for row_no in range(len(MODULES))
    ]
    assert sampled == MODULES


def test_code_fits_a_version_that_phones_read_at_arms_length() -> None:
    version = (len(MODULES) - 17) // 4
    assert version <= 16


def test_pdf_has_one_page_a_ticket_even_with_the_longest_words() -> None:
    wordy = an_event(
        name="Łódź & <b>" * 30,
        venue_name="A venue " * 25,
        city="City " * 40,
        start_time=START.replace(microsecond=1),
    )
    tickets = [a_ticket(wordy, seat_label="Row " * 64), a_ticket(wordy), a_ticket(wordy)]
    drawn = drawings.pdf(tickets, wordy)
    assert drawn.startswith(b"%PDF-")
    assert b"/Type/Pages/Count 3" in drawn


async def test_drawing_happens_off_the_event_loop_and_once() -> None:
    made = drawings.Drawings()
    threads = []

    def draw() -> bytes:
        threads.append(threading.current_thread())
        return b"drawing"

    assert await made._drawn(("x",), draw) == await made._drawn(("x",), draw)
    made.close()
    assert len(threads) == 1
    assert threads[0] is not threading.main_thread()


async def test_what_is_remembered_is_bounded() -> None:
    made = drawings.Drawings()
    size = drawings.REMEMBERED_BYTES_MAX // 4
    for number in range(10):
        await made._drawn((number,), lambda: b"x" * size)
    made.close()
    assert sum(map(len, made._known.values())) <= drawings.REMEMBERED_BYTES_MAX
    assert (9,) in made._known


async def test_the_three_forms_are_what_they_say() -> None:
    made = drawings.Drawings()
    svg, picture, pdf = await asyncio.gather(
        made.svg(TICKET), made.png(TICKET), made.pdf([TICKET], EVENT)
    )
    made.close()
    assert svg.startswith(b"<svg ")
    assert picture.startswith(b"\x89PNG")
    assert pdf.startswith(b"%PDF-")


def test_times_are_those_of_the_venue() -> None:
    when = local_time(datetime(2030, 6, 15, 22, 30, tzinfo=UTC), "Europe/Oslo")
    assert (when.date, when.time, when.zone) == ("Sunday, 16 June 2030", "00:30", "CEST")


def test_unknown_time_zone_falls_back_to_utc_and_says_so() -> None:
    when = local_time(datetime(2030, 6, 15, 22, 30, tzinfo=UTC), "Mars/Olympus")
    assert (when.time, when.zone_name) == ("22:30", "UTC")
