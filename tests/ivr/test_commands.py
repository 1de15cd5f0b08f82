"""The commands on trees answer in sentences and exit codes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from click.testing import CliRunner

from ivr.commands import tree
from tests.ivr.conftest import SHIPPED

WriteTree = Callable[[str], Path]


def test_good_tree_is_told_so() -> None:
    done = CliRunner().invoke(tree, ["check", str(SHIPPED)])
    assert done.exit_code == 0 and "good" in done.output
    assert "synthetic voice" not in done.output


def test_faults_are_listed_with_line_and_remedy(tree_file: WriteTree) -> None:
    text = SHIPPED.read_text(encoding="utf-8").replace("next: need\n", "next: notice\n")
    file = tree_file(text)
    line = text[: text.index("  notice:\n")].count("\n") + 1
    done = CliRunner().invoke(tree, ["check", str(SHIPPED), str(file)])
    assert done.exit_code == 1
    assert f"{file}:{line}: error: a loop" in done.output


def test_draw_writes_a_file_or_says_why_not(tmp_path: Path, tree_file: WriteTree) -> None:
    out = tmp_path / "out.svg"
    done = CliRunner().invoke(tree, ["draw", str(SHIPPED), "-o", str(out)])
    assert done.exit_code == 0 and "<svg" in out.read_text(encoding="utf-8")
    for args in (
        [str(tree_file("a: 1")), "-o", str(out)],
        [str(SHIPPED), "-o", str(tmp_path / "none" / "out.svg")],
    ):
        done = CliRunner().invoke(tree, ["draw", *args])
        assert done.exit_code == 1 and done.output.count("\n") == 1
