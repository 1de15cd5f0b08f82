"""`hotline service-places`: what it prints, and its exit codes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from core import spreadsheet
from core.db import Sessions
from core.settings import Settings
from knowledge.places import store as names
from knowledge.places.geo import Point
from knowledge.places.kinds import Kind as PlaceKind
from knowledge.places.record import PlaceRecord, Reading
from knowledge.service_places import store
from knowledge.service_places.columns import SHEET, to_cells
from knowledge.service_places.commands import make_service_places
from tests.knowledge.service_places.samples import HOME, TABLE

NOW = datetime(2026, 11, 29, 2, 0, tzinfo=UTC)


@pytest.fixture
def group(sessions: Sessions, tmp_path: Path) -> click.Group:
    settings = Settings(data=tmp_path / "data", area="440100")
    return make_service_places(lambda: (settings, sessions), lambda: NOW)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    file = tmp_path / "网点.xlsx"
    file.write_bytes(spreadsheet.to_xlsx(SHEET, map(to_cells, TABLE)))
    return file


def say(group: click.Group, *words: object) -> Result:
    return CliRunner().invoke(group, [str(word) for word in words])


def test_check_import_again_undo(group: click.Group, table: Path, sessions: Sessions) -> None:
    looked = say(group, "import", table, "--check")
    assert looked.output == "8 new, 0 changed, 0 the same, 0 faults.\n" and store.is_empty(sessions)
    done = say(group, "import", table, "--by", "chen")
    assert done.exit_code == 0 and "hotline service-places undo 1" in done.output
    again = say(group, "import", table)
    assert again.exit_code == 0 and again.output.startswith("0 new, 0 changed, 8 the same")
    assert say(group, "undo", 1).output == "8 places are as they were before.\n"
    refused = say(group, "undo", 1)
    assert refused.exit_code == 1 and "已经撤销" in refused.output


def test_a_wrong_row_is_named_and_nothing_read_in(
    group: click.Group, tmp_path: Path, sessions: Sessions
) -> None:
    bad = tmp_path / "bad.csv"
    rows = [to_cells(HOME), {**to_cells(replace(HOME, code="2")), "phone": "无"}]
    bad.write_bytes(spreadsheet.to_csv(SHEET, rows))
    refused = say(group, "import", bad)
    assert refused.exit_code == 1 and "bad.csv:3: 电话" in refused.output
    assert store.is_empty(sessions)


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        (("--kind", "养老院", "--area", "越秀区"), ["YX-1", "YX-2", "YX-3"]),
        (("--kind", "养老机构", "--area", "440104", "--price", "1800"), ["YX-2"]),
        (("--kind", "care_home", "--level", "4"), ["YX-3"]),
        (("--area", "天河", "--beds"), ["TH-1"]),
        (("--kind", "养老院", "--near", "23.1351,113.2751", "--most", "2"), ["YX-2", "YX-1"]),
        (("--kind", "养老院", "--near", "东山口", "--most", "1"), ["YX-1"]),
        (("东山",), ["YX-1"]),
    ],
)
def test_find(
    group: click.Group, table: Path, sessions: Sessions, words: tuple[str, ...], codes: list[str]
) -> None:
    say(group, "import", table)
    here = PlaceRecord("1", "东山口", PlaceKind.STATION, "440104", Point(23.125, 113.294))
    names.put(sessions, "test", Reading((here,)), NOW, lambda line: None)
    found = say(group, "find", *words, "--json")
    assert found.exit_code == 0, found.output
    shown = json.loads(found.output)
    assert [each["code"] for each in shown["places"]] == codes
    assert shown["places"][0]["kind"] == "care_home"


def test_find_for_people(group: click.Group, table: Path) -> None:
    say(group, "import", table)
    found = say(group, "find", "东山", "--near", "23.125,113.294")
    assert found.output == (
        "1 found:\n  YX-1 东山示例养老院，一百米：示例一路1号；020-83000001；每天9:00-17:00；"
        "截至2026年11月20日，有8张空床\n"
    )
    assert say(group, "find", "没有这样的").exit_code == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--kind", "医院"), "say one of 养老机构"),
        (("--area", "火星区"), "no such area"),
        (("--near", "999,999"), "999"),
        (("--near", "东山口"), "no place names were imported"),
        (("--level", "6"), "6 is not in the range"),
    ],
)
def test_a_wrong_question_gets_a_sentence(
    group: click.Group, words: tuple[str, ...], said: str
) -> None:
    refused = say(group, "find", *words)
    assert refused.exit_code != 0 and said in refused.output


@pytest.mark.parametrize("name", ["out.xlsx", "out.csv"])
def test_what_is_written_out_is_the_same_when_read_in(
    group: click.Group, table: Path, tmp_path: Path, name: str
) -> None:
    say(group, "import", table)
    assert "8 service places" in say(group, "export", tmp_path / name).output
    assert "0 new, 0 changed, 8 the same" in say(group, "import", tmp_path / name).output


def test_files_that_cannot_be_written(group: click.Group, tmp_path: Path) -> None:
    assert say(group, "template", tmp_path / "t.xlsx").exit_code == 0
    assert say(group, "template", tmp_path / "no" / "t.xlsx").exit_code == 1
    assert say(group, "export", tmp_path / "t.pdf").exit_code == 1
