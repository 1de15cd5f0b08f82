"""A tree with a fault is refused with the line and a remedy; a sound one is read whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from ivr.findings import TreeRefused
from ivr.nodes import QueueNode
from ivr.tree import SCHEMA, examine, load, schema
from tests.ivr.conftest import ROOT, SHIPPED

WriteTree = Callable[[str], Path]

SOUND = """\
tree: small
title: 小树
start: ask
give_up: person
fillers: [嗯]
anywhere:
  - {intent: person, role: person, digit: 0, next: person, mentions: [转人工]}
  - {intent: emergency, role: emergency, digit: 2, next: alarm, mentions: [救命]}
nodes:
  ask:
    kind: listen
    text: 请说。
    choices:
      - {intent: bye, digit: 1, next: bye, says: [再见]}
    questions: answer
    no_input: {next: bye}
    no_match: {text: 没听清。}
    otherwise: person
    without_speech: person
  answer:
    kind: answer
    confirm: 是{title}吗？
    tell: "{spoken}"
    yes: {says: [是]}
    no: {says: [不是]}
    nothing: {next: person}
    rejected: {next: ask}
    next: bye
  hello:
    kind: say
    text: 你好。
    next: bye
  person:
    kind: queue
    queue: main
    limit_ms: 60000
    nobody: hello
    done: bye
  alarm:
    kind: queue
    queue: main
    priority: emergency
    limit_ms: 60000
    nobody: bye
    done: bye
  bye:
    kind: hangup
    text: 再见。
"""

# What is replaced in the sound tree, the words that the finding must hold, and the words of the
# line that it must name.
FAULTS = [
    ("no YAML", "title: 小树", "title: [小树", "not YAML", "start: ask"),
    ("wrong type", "limit_ms: 60000\n    nobody: hello", "limit_ms: lang\n    nobody: hello",
     "limit_ms", "limit_ms: lang"),
    ("unknown kind", "kind: say", "kind: shout", "'shout'", "kind: shout"),
    ("unknown key", "    text: 你好。", "    text: 你好。\n    colour: red", "colour", "  hello:"),
    ("missing key", "    text: 再见。\n", "    txt: 再见。\n", "txt", "  bye:"),
    ("say without next", "    text: 你好。\n    next: bye", "    text: 你好。",
     "no next", "  hello:"),
    ("node twice", "  hello:", "  bye: {kind: hangup, text: 好。}\n  hello:", "twice", "  bye:\n"),
    ("unknown target", "text: 你好。\n    next: bye", "text: 你好。\n    next: by",
     "no node by", "next: by\n"),
    ("unknown start", "start: ask", "start: nowhere", "no node nowhere", "start: nowhere"),
    ("unknown global target", "next: alarm", "next: alarms", "no node alarms", "next: alarms"),
    ("unreachable", "nobody: hello", "nobody: bye", "nothing leads to hello", "  hello:"),
    ("say loop", "text: 你好。\n    next: bye", "text: 你好。\n    next: hello",
     "loop", "  hello:"),
    ("loop by silence", "text: 你好。\n    next: bye", "text: 你好。\n    next: person",
     "loop", "  person:"),
    ("loop of a caller who is silent", "no_input: {next: bye}", "no_input: {next: ask}",
     "loop", "  ask:"),
    ("empty text", "text: 你好。", 'text: "。"', "no prompt", 'text: "。"'),
    ("missing prompt", "text: 请说。", 'text: ""', "no prompt", 'text: ""'),
    ("no no-match way", "no_match: {text: 没听清。}", "no_match: {}", "does not understand",
     "no_match: {}"),
    ("digit twice", "says: [再见]}", "says: [再见]}\n      - {intent: x, digit: 1, next: bye}",
     "digit 1 is given twice", "intent: x"),
    ("phrase twice", "says: [再见]}", "says: [再见]}\n      - {intent: x, says: [再见], next: bye}",
     "belongs to two choices", "intent: x"),
    ("choice that cannot be made", "says: [再见]}",
     "says: [再见]}\n      - {intent: x, next: bye}", "nothing leads to the choice x", "intent: x"),
    ("zero taken", "digit: 1, next: bye", "digit: 0, next: bye", "0 belongs to people",
     "intent: bye"),
    ("no way to a person", "role: person, ", "", "role person", "anywhere:"),
    ("person elsewhere than on 0", "digit: 0", "digit: 9", "not on the key 0", "digit: 9"),
    ("person way without people", "role: person, digit: 0, next: person",
     "role: person, digit: 0, next: hello", "reaches no queue", "  hello:"),
    ("emergency in the common queue", "next: alarm, ", "next: person, ",
     "does not queue them as such", "  person:"),
    ("question to no answer node", "questions: answer", "questions: hello",
     "not an answer node", "questions: hello"),
    ("answer without question", "otherwise: person", "otherwise: answer",
     "no question leads there", "otherwise: answer"),
    ("wrong placeholder", 'tell: "{spoken}"', 'tell: "{spoken}{name}"', "no {name}", "tell:"),
    ("answer that does not tell", 'tell: "{spoken}"', "tell: 好。", "does not say {spoken}",
     "tell:"),
    ("placeholder in a say", "text: 你好。", 'text: "你好{title}"', "outside an answer",
     "text: "),
]  # fmt: skip


def test_sound_tree_is_good(tree_file: WriteTree) -> None:
    tree, findings = examine(tree_file(SOUND))
    assert findings == []
    assert tree is not None and isinstance(tree.nodes["alarm"], QueueNode)
    assert "救命" in tree.emergency_words() and tree.ask_back is None
    assert set(tree.fixed_texts()) == {"请说。", "没听清。", "你好。", "再见。"}


@pytest.mark.parametrize(
    ("old", "new", "words", "line"), [fault[1:] for fault in FAULTS], ids=[f[0] for f in FAULTS]
)
def test_fault_is_found_with_its_line(
    tree_file: WriteTree, old: str, new: str, words: str, line: str
) -> None:
    assert SOUND.count(old) >= 1
    text = SOUND.replace(old, new, 1)
    path = tree_file(text)
    _, findings = examine(path)
    hits = [finding for finding in findings if words in finding.what]
    assert hits, findings
    lines = (text + "\n").splitlines(keepends=True)
    assert any(line in lines[hit.line - 1] + "\n" for hit in hits), hits
    assert all(finding.remedy and finding.file == str(path) for finding in findings)
    with pytest.raises(TreeRefused, match=r"tree\.yaml:\d+: error: .+; .+"):
        load(path)


def test_unreadable_files_are_findings(tmp_path: Path) -> None:
    _, findings = examine(tmp_path / "none.yaml")
    assert "cannot be read" in findings[0].what
    (tmp_path / "latin.yaml").write_bytes(b"\xff\xfe\xfa")
    _, findings = examine(tmp_path / "latin.yaml")
    assert "cannot be read" in findings[0].what
    (tmp_path / "empty.yaml").write_text("")
    assert examine(tmp_path / "empty.yaml")[1]


def test_shipped_tree_is_good_and_offers_the_keys_of_the_line() -> None:
    tree, findings = examine(SHIPPED)
    assert tree is not None and findings == []
    digits = {choice.digit: choice.intent for choice in tree.anywhere}
    assert digits == {
        "0": "person", "1": "policy", "2": "emergency", "3": "directions", "4": "complaint",
        "5": "cantonese", "8": "",
    }  # fmt: skip
    assert "救命" in tree.emergency_words() and "人工" in tree.phrases()


def test_no_article_question_is_taken_for_a_person_or_an_alarm() -> None:
    from ivr.matching import best

    tree = load(SHIPPED)
    asked = [
        question
        for file in (ROOT / "knowledge" / "articles").glob("*.yaml")
        for question in yaml.safe_load(file.read_text(encoding="utf-8"))["questions"]
    ]
    assert len(asked) > 100
    for question in asked:
        assert not tree.distress.spot(question), question
        assert best(question, 0.9, tree.anywhere, tree.courtesies) is None, question


def test_every_key_of_the_schema_is_described() -> None:
    page = (ROOT / "docs" / "trees.md").read_text(encoding="utf-8")
    keys: set[str] = set(schema()["properties"])
    for name, part in schema()["$defs"].items():
        keys |= set(part.get("properties", {}))
        if name in schema()["$defs"]["node"]["properties"]["kind"]["enum"]:
            assert f"### {name}" in page
    assert {key for key in keys if f"`{key}`" not in page} == set()
    assert SCHEMA.name in page
