"""`hotline kb`: what it prints, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from knowledge.commands import kb


def test_ask_prints_the_answer_and_why() -> None:
    result = CliRunner().invoke(kb, ["ask", "低保怎么申请"])
    assert result.exit_code == 0
    assert result.output.startswith("answer: dibao-shenqing scores 1.00")
    assert "街道办事处" in result.output and "二零二一年" in result.output


def test_ask_as_json() -> None:
    result = CliRunner().invoke(kb, ["ask", "骨灰撒海怎么办", "--area", "440106", "--json"])
    value = json.loads(result.output)
    assert value["decision"] == "answer"
    assert value["answers"][0]["article"] == "haizang-guangzhou"


def test_nothing_found_is_exit_code_1() -> None:
    result = CliRunner().invoke(kb, ["ask", "今天天气怎么样"])
    assert result.exit_code == 1
    assert result.output.startswith("nothing: ")


@pytest.mark.parametrize(
    ("options", "said"),
    [(["--area", "44"], "not a GB/T 2260 area code"), (["--day", "2026-13-01"], "no such day")],
)
def test_wrong_options_get_one_sentence(options: list[str], said: str) -> None:
    result = CliRunner().invoke(kb, ["ask", "低保", *options])
    assert result.exit_code == 1
    assert said in result.output and "Traceback" not in result.output


def test_the_day_matters() -> None:
    result = CliRunner().invoke(kb, ["ask", "结婚登记要户口本吗", "--day", "2025-05-09"])
    assert "jiehun-hukouben" not in result.output
    result = CliRunner().invoke(kb, ["ask", "结婚登记要户口本吗", "--day", "2025-05-10"])
    assert "jiehun-hukouben" in result.output


def test_check_names_the_bad_file(tmp_path: Path) -> None:
    assert CliRunner().invoke(kb, ["check"]).exit_code == 0
    (tmp_path / "bad.yaml").write_text("id: bad\n", encoding="utf-8")
    result = CliRunner().invoke(kb, ["check", "--folder", str(tmp_path)])
    assert result.exit_code == 1
    assert "bad.yaml:1:" in result.output and "1 have a fault" in result.output


def test_list_names_the_area() -> None:
    result = CliRunner().invoke(kb, ["list"])
    assert "binzang-huizhou\t广东省惠州市\t" in result.output
