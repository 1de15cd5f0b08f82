"""The operator's list is checked like a tree: file, line, what is wrong, remedy."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from ivr.commands import tree
from ivr.emergency_list import SHIPPED, examine, load, schema
from ivr.findings import TreeRefused
from ivr.tree import load as load_tree
from tests.ivr.conftest import ROOT
from tests.ivr.conftest import SHIPPED as SHIPPED_TREE

GOOD = """\
kinds:
  help:
    title: 呼救
    sure: [救命]
  gas:
    title: 煤气
    alone: [煤气]
    weak: [有味道]
company: [快来]
harmless: [煤气费]
"""
FAULTS = [
    ("no YAML", "sure: [救命]", "sure: [救命", "not YAML", 5),
    ("unknown key", "weak: [有味道]", "weka: [有味道]", "weka", 5),
    ("no title", "    title: 煤气\n", "", "has no title", 5),
    ("phrase twice", "alone: [煤气]", "alone: [煤气, 救命]", "written twice", 7),
    ("one syllable", "sure: [救命]", "sure: [火]", "every other sentence", 4),
    ("no sound", "sure: [救命]", "sure: ['!!']", "no sound", 4),
    ("word covered", "harmless: [煤气费]", "harmless: [煤气费, 救命吧, 救命]", "written twice", 10),
    ("word never heard", "alone: [煤气]", "alone: [煤气费用]", "never heard", 7),
    ("more than sure", "company: [快来]", "min_confidence: 7", "min_confidence", 9),
    ("harmless for nothing", "harmless: [煤气费]", "harmless: [煤气费, 火化]", "holds no word", 10),
]


@pytest.mark.parametrize(
    ("old", "new", "words", "line"), [fault[1:] for fault in FAULTS], ids=[f[0] for f in FAULTS]
)
def test_a_fault_is_found_with_its_line(
    tmp_path: Path, old: str, new: str, words: str, line: int
) -> None:
    file = tmp_path / "words.yaml"
    file.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    _, findings = examine(file)
    hits = [finding for finding in findings if words in finding.what]
    assert [hit.line for hit in hits] == [line], findings
    assert all(finding.remedy and finding.file == str(file) for finding in findings)
    if hits[0].warning:
        assert load(file).spot("救命")
        return
    for refused in (lambda: load(file), lambda: load_tree(SHIPPED_TREE, file)):
        with pytest.raises(TreeRefused, match=r"words\.yaml:\d+: error: .+; .+"):
            refused()


def test_a_good_list_and_the_shipped_one(tmp_path: Path) -> None:
    file = tmp_path / "words.yaml"
    file.write_text(GOOD, encoding="utf-8")
    assert examine(file)[1] == [] and examine(SHIPPED)[1] == []
    assert load_tree(SHIPPED_TREE, file).emergency_words() == ("救命", "煤气", "有味道")


def test_a_missing_list_is_a_finding(tmp_path: Path) -> None:
    assert "cannot be read" in examine(tmp_path / "none.yaml")[1][0].what


def test_the_command_names_the_lists_fault(tmp_path: Path) -> None:
    file = tmp_path / "words.yaml"
    file.write_text(GOOD.replace("[救命]", "[火]"), encoding="utf-8")
    done = CliRunner().invoke(tree, ["check", "--words", str(file), str(SHIPPED_TREE)])
    assert done.exit_code == 1 and f"{file}:4: error: 火" in done.output


def test_every_key_is_described() -> None:
    page = (ROOT / "docs" / "trees.md").read_text(encoding="utf-8")
    keys = {*schema()["properties"], *schema()["$defs"]["kind"]["properties"]}
    assert {key for key in keys if f"`{key}`" not in page} == set()
