"""`hotline cases import|show|template`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from core.db import Sessions
from core.settings import Settings
from tests.tickets.cases.sample import DIGITS, NOW, PARTS, ROW, file_of
from tickets.cases.commands import make_cases


class Shell:
    """Runs the commands on a database."""

    def __init__(self, sessions: Sessions, folder: Path) -> None:
        settings = Settings(data=folder, area="440106")
        self.group = make_cases(lambda: (settings, sessions), lambda: NOW)
        self.folder = folder

    def run(self, *words: str) -> Result:
        return CliRunner().invoke(self.group, list(words))

    def file(self, *rows: dict[str, str]) -> str:
        path = self.folder / "低保系统.csv"
        path.write_bytes(file_of(*rows))
        return str(path)


@pytest.fixture
def shell(sessions: Sessions, tmp_path: Path) -> Shell:
    return Shell(sessions, tmp_path)


def test_import_then_show(shell: Shell) -> None:
    file = shell.file({**ROW, "area": ""}, PARTS)
    assert "2 cases are well" in shell.run("import", file, "--check").output
    assert shell.run("show", DIGITS).exit_code == 1
    assert "2 new, 0 changed" in shell.run("import", file).output
    assert "0 new, 0 changed, 2 the same" in shell.run("import", file).output
    shown = shell.run("show", DIGITS)
    assert "审核中" in shown.output and "李**" in shown.output and "天河区" in shown.output
    assert "2026-03-01 受理 窗口" in shown.output
    told = json.loads(shell.run("show", "GL20260215", "--json").output)
    assert told["status"] == "已通过" and told["by phone"] is True
    assert "李秀兰" not in shown.output and "002X" not in shown.output


def test_one_wrong_row_keeps_all_out_and_is_named(shell: Shell) -> None:
    result = shell.run("import", shell.file(ROW, {**PARTS, "status": "快了"}))
    assert result.exit_code == 1
    assert "低保系统.csv:3: 状态" in result.output and "nothing was read in" in result.output
    assert shell.run("show", DIGITS).exit_code == 1


def test_cases_without_an_identity_are_named(shell: Shell) -> None:
    silent = {**PARTS, "last_four": "", "born": ""}
    assert "1 have no identity" in shell.run("import", shell.file(ROW, silent)).output
    assert "no identity to check" in shell.run("show", "GL20260215").output


def test_another_source_is_refused_in_a_sentence(shell: Shell) -> None:
    file = shell.file(ROW)
    shell.run("import", file)
    result = shell.run("import", file, "--source", "养老系统")
    assert result.exit_code == 1 and "低保系统" in result.output


def test_a_template_is_written_once(shell: Shell) -> None:
    path = str(shell.folder / "new.xlsx")
    assert shell.run("template", path).exit_code == 0
    assert "exists" in shell.run("template", path).output
    assert shell.run("import", path, "--check").exit_code == 0


def test_a_wrong_area_is_refused(shell: Shell) -> None:
    assert "440" in shell.run("import", shell.file(ROW), "--area", "440").output
