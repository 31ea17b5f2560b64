"""QR codes of ticket codes: the matrix once, then SVG and PNG from it.

Error level M survives a scratched screen and stays at version 15 for our codes of about 400 characters. The mask is
fixed: trying all eight is most of the cost of a QR code, and any mask is legal.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

import png  # type: ignore[import-untyped]
import qrcode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.util import MODE_8BIT_BYTE, QRData

MASK = 3
QUIET_ZONE_MODULES = 4
PNG_PIXELS_PER_MODULE = 6

Matrix = list[list[bool]]


def matrix(code: str) -> Matrix:
    """Returns the modules of a code's QR, without the quiet zone; true is dark."""
    drawn = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0, mask_pattern=MASK)
    drawn.add_data(QRData(code.encode(), MODE_8BIT_BYTE))
    drawn.make(fit=True)
    modules: Matrix = drawn.get_matrix()
    return modules


def svg(modules: Matrix) -> bytes:
    """Returns a QR as SVG: white ground and one path, in which every run of dark modules is one stroke."""
    side = len(modules) + 2 * QUIET_ZONE_MODULES
    strokes = "".join(
        f"M{start + QUIET_ZONE_MODULES} {row_no + QUIET_ZONE_MODULES}.5h{length}"
        for row_no, row in enumerate(modules)
        for start, length in _runs(row)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" '
        f'width="{side * 4}" height="{side * 4}" role="img" shape-rendering="crispEdges">'
        f"<title>Ticket code</title>"
        f'<path fill="#fff" d="M0 0h{side}v{side}H0z"/><path stroke="#000" d="{strokes}"/></svg>'
    ).encode()


def png_image(modules: Matrix, pixels_per_module: int = PNG_PIXELS_PER_MODULE) -> bytes:
    """Returns a QR as a black and white PNG."""
    side = (len(modules) + 2 * QUIET_ZONE_MODULES) * pixels_per_module
    margin = "1" * (QUIET_ZONE_MODULES * pixels_per_module)
    blank = [_packed("1" * side)] * (QUIET_ZONE_MODULES * pixels_per_module)
    rows = [*blank]
    for row in modules:
        pixels = "".join(
            "0" * pixels_per_module if dark else "1" * pixels_per_module for dark in row
        )
        rows += [_packed(margin + pixels + margin)] * pixels_per_module
    rows += blank
    out = io.BytesIO()
    png.Writer(side, side, greyscale=True, bitdepth=1).write_packed(out, rows)
    return out.getvalue()


def _packed(pixels: str) -> bytes:
    """Returns a row of "0" and "1" as bits, filled up to whole bytes."""
    length = -(-len(pixels) // 8)
    return int(pixels.ljust(length * 8, "0"), 2).to_bytes(length, "big")


def _runs(row: list[bool]) -> Iterator[tuple[int, int]]:
    """Yields (start, length) of each run of dark modules."""
    start = None
    for place, dark in enumerate([*row, False]):
        if dark and start is None:
            start = place
        elif not dark and start is not None:
            yield start, place - start
            start = None
