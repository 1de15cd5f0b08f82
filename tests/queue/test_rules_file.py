"""The queues file: what it may say, and which line of it is named when it may not."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from agent_ui.roles import SKILLS
from core.settings import Settings
from telephony.queue import rules_file
from telephony.queue.commands import make_queues
from telephony.queue.rules import Pause, Widening

WHOLE = """\
skills:
  粤语: 语言
  救助: 业务
ageing_s: 90
reserve_one_in: 10
wrapup_s: 45
pauses:
  meal: {title: 用餐, minutes: 60, at_once: 5}
queues:
  main:
    title: 人工服务
    needs: ["救助:2"]
    order: [least_occupied]
    most: 50
    overflow: second
    hours: hours.yaml
    after_hours: second
    widen:
      - {after_s: 30, level: 1}
      - {after_s: 60, drop: ["*"], areas: true}
  second:
    title: 值班
"""
HOURS = "periods: [9:00-12:00]\nholidays: false\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "hours.yaml").write_text(HOURS)
    path = tmp_path / "queues.yaml"
    path.write_text(WHOLE)
    return path


def test_a_whole_file_is_read(file: Path) -> None:
    rules = rules_file.load(file)
    main = rules.queue("main")
    assert (rules.ageing_s, rules.reserve_one_in, rules.wrapup_s) == (90, 10, 45)
    assert rules.pauses == {"meal": Pause("meal", "用餐", 60, 5)}
    assert main.needs == ("救助:2",) and main.order == ("least_occupied",)
    assert (main.most, main.overflow, main.after_hours) == (50, "second", "second")
    assert main.widen == (Widening(30, 1), Widening(60, 0, ("*",), True))
    assert rules.queue("nothing") is main
    monday = datetime(2026, 3, 2, tzinfo=UTC)
    assert rules.closed(monday.replace(hour=2)) == frozenset()
    assert rules.closed(monday.replace(hour=5)) == {"main"}


def test_the_shipped_file_is_in_order_and_knows_all_languages() -> None:
    rules = rules_file.load()
    languages = {name for name, kind in rules.skills if kind == "语言"}
    assert set(SKILLS) <= languages == {"普通话", "粤语", "客家话", "潮汕话"}
    assert not {skill for step in rules.queue("main").widen for skill in step.drop} & languages


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ("  救助: 业务", "  救助: 别的", 3, "别的"),
        ("ageing_s: 90", "ageing: 90", 1, "ageing"),
        ("wrapup_s: 45", "wrapup_s: soon", 6, "soon"),
        ('needs: ["救助:2"]', 'needs: ["救助:9"]', 12, "救助:9"),
        ('needs: ["救助:2"]', "needs: [英语]", 12, "there is no skill 英语"),
        ("overflow: second", "overflow: third", 15, "no queue third"),
        ("overflow: second", "overflow: main", 15, "back to it"),
        ("    most: 50\n", "", 14, "never full"),
        ("    hours: hours.yaml\n", "", 16, "no hours"),
        ("hours: hours.yaml", "hours: none.yaml", 16, "none.yaml"),
        ("after_s: 60", "after_s: 20", 20, "does not follow"),
        ('drop: ["*"]', "drop: [英语]", 20, "there is no skill 英语"),
        ("  main:", "  first:", 9, "main"),
        ("    title: 值班", "    title: 值班\n    title: 夜班", 23, "written twice"),
        ("order: [least_occupied]", "order: [random]", 13, "random"),
        ("queues:", "queues: [", 11, "not YAML"),
    ],
)
def test_a_mistake_is_named_with_its_line(
    file: Path, old: str, new: str, line: int, what: str
) -> None:
    file.write_text(WHOLE.replace(old, new, 1))
    with pytest.raises(rules_file.QueuesRefused) as refused:
        rules_file.load(file)
    first = refused.value.findings[0]
    assert (first.line, what in str(first)) == (line, True), str(first)


@pytest.mark.parametrize("junk", ["", "[]", "skills", "queues: {}", "\0"])
def test_junk_is_refused(file: Path, junk: str) -> None:
    file.write_text(junk)
    rules, findings = rules_file.examine(file)
    assert rules is None and findings


def test_the_command_says_what_it_found(file: Path) -> None:
    command = make_queues(lambda: Settings(queues=file))
    done = CliRunner().invoke(command, ["check"])
    assert (done.exit_code, done.output) == (0, "2 queues, 2 skills: in order.\n")
    file.write_text(WHOLE.replace("wrapup_s: 45", "wrapup_s: soon"))
    done = CliRunner().invoke(command, ["check", str(file)])
    assert done.exit_code == 1 and f"{file}:6: error:" in done.output


def test_a_file_that_is_not_there_is_said_to_be_so(tmp_path: Path) -> None:
    with pytest.raises(rules_file.QueuesRefused, match="cannot be read"):
        rules_file.load(tmp_path / "none.yaml")
