"""Reading the parts' logs."""

from pathlib import Path

from deploy.local import logs


def test_the_tail_is_the_last_lines(tmp_path: Path) -> None:
    path = tmp_path / "edge.log"
    path.write_text("".join(f"line {number}\n" for number in range(100)))
    assert logs.tail(path, lines=2) == "line 98\nline 99"


def test_the_tail_of_a_log_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert logs.tail(tmp_path / "none.log") == ""


def test_a_log_that_has_grown_too_long_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "edge.log"
    with path.open("wb") as file:
        file.truncate(logs.FILE_BYTES_MAX + 1)
    logs.open_for_append(path).close()
    assert path.stat().st_size == 0
    assert (tmp_path / "edge.log.1").stat().st_size == logs.FILE_BYTES_MAX + 1


async def test_following_yields_whole_lines_under_their_parts_name(tmp_path: Path) -> None:
    path = tmp_path / "edge.log"
    path.write_bytes(b"first\nhalf a li")
    lines = logs.follow([path], from_start=True)
    assert await anext(lines) == "edge | first"
    with path.open("ab") as file:
        file.write(b"ne\n")
    assert await anext(lines) == "edge | half a line"
    await lines.aclose()  # type: ignore[attr-defined]
