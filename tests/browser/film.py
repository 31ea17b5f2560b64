"""What a camera sees: a picture of a ticket's code as a film that Chromium plays as its camera."""

from __future__ import annotations

import io
from pathlib import Path

import png  # type: ignore[import-untyped]

WIDTH, HEIGHT = 640, 480
FRAMES = 30
_WHITE, _GREY = 235, 128


def film(picture: bytes, target: Path) -> None:
    """Writes a PNG as a film in YUV4MPEG2, white around it."""
    width, height, rows, _ = png.Reader(file=io.BytesIO(picture)).asRGB8()
    assert (width, height) <= (WIDTH, HEIGHT)
    assert height <= HEIGHT
    left, top = (WIDTH - width) // 2, (HEIGHT - height) // 2
    luma = bytearray([_WHITE]) * (WIDTH * HEIGHT)
    for y, row in enumerate(rows):
        start = (top + y) * WIDTH + left
        # Green carries most of the light; for black on white it is all that is needed.
        luma[start : start + width] = bytes(16 + value * 219 // 255 for value in row[1::3])
    chroma = bytes([_GREY]) * (WIDTH * HEIGHT // 2)
    frame = b"FRAME\n" + bytes(luma) + chroma
    head = f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F30:1 Ip A1:1 C420jpeg\n".encode()
    target.write_bytes(head + frame * FRAMES)
