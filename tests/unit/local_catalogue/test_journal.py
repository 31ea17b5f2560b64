"""A journal survives whatever ends the tool that writes it."""

from pathlib import Path

from deploy.local.journal import Journal


def test_what_was_noted_is_found_by_the_next_run(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    first = Journal(path)
    first.note("venue", "ven_1")
    again = Journal(path)
    assert (again.find("venue"), again.find("other"), len(again)) == ("ven_1", None, 1)
    assert again.begun == first.begun


def test_a_line_that_was_cut_short_costs_that_line_only(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    Journal(path).note("first", "ev_1")
    with path.open("a") as file:
        file.write('["second", "ev_')
    after_crash = Journal(path)
    assert after_crash.find("second") is None
    after_crash.note("third", "ev_3")
    last = Journal(path)
    assert (last.find("first"), last.find("third")) == ("ev_1", "ev_3")
