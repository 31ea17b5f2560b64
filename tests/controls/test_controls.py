"""With any one guard taken out, the tests that are there for it fail; with all of them in place, they pass."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.controls.tree import Heading, Tree
from tests.fixtures_servers import state_folder

pytestmark = [pytest.mark.stack, pytest.mark.timeout(180)]

PATCHES = sorted(Path(__file__).parent.glob("*.patch"))


@pytest.fixture(scope="module")
def tree() -> Iterator[Tree]:
    if not shutil.which("git"):
        pytest.skip("git is not here, which applies the patches")
    with state_folder("controls") as folder:
        yield Tree(folder)


def test_with_every_guard_in_place_the_tests_pass(tree: Tree) -> None:
    assert len(PATCHES) >= 7
    names = sorted({name for patch in PATCHES for name in Heading.of(patch).fails})
    run = tree.run(names)
    assert not run.failed, run.output
    assert not run.broke, run.output
    assert f"{len(names)} passed" in run.output, run.output


@pytest.mark.parametrize("patch", PATCHES, ids=lambda patch: patch.stem)
def test_without_this_guard_its_tests_fail(tree: Tree, patch: Path) -> None:
    heading = Heading.of(patch)
    assert heading.fails, "the patch names no test"
    with tree.without(patch):
        run = tree.run(heading.fails)
    assert not run.broke, run.output
    assert run.failed == frozenset(heading.fails), run.output
    assert heading.says in run.output, run.output
