"""`hotline kb`: what it prints, and its exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from core.db import Sessions
from core.settings import Settings
from knowledge import store
from knowledge.article import ArticleContent
from knowledge.commands import make_kb
from knowledge.load import FOLDER

Make = Callable[..., ArticleContent]
NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


@pytest.fixture
def kb(sessions: Sessions, tmp_path: Path) -> click.Group:
    """The commands over an empty database: what is asked are the shipped files."""
    return make_kb(lambda: (Settings(data=tmp_path), sessions), lambda: NOW)


def test_ask_prints_the_answer_and_why(kb: click.Group) -> None:
    result = CliRunner().invoke(kb, ["ask", "低保怎么申请"])
    assert result.exit_code == 0
    assert "asking" in result.stderr
    assert result.stdout.startswith("answer: dibao-shenqing scores 1.00")
    assert "街道办事处" in result.output and "二零二一年" in result.output


def test_ask_as_json(kb: click.Group) -> None:
    result = CliRunner().invoke(kb, ["ask", "骨灰撒海怎么办", "--area", "440106", "--json"])
    value = json.loads(result.stdout)
    assert (value["decision"], value["article"]) == ("answer", "haizang-guangzhou")
    assert value["confidence"] == value["answers"][0]["score"] and value["why"]
    assert value["answers"][0]["article"] == "haizang-guangzhou"


@pytest.mark.parametrize(
    ("options", "decision", "article", "asks"),
    [
        ([], "ask", "binzang-mianfei", "area"),
        (["--area", "441302"], "answer", "binzang-huizhou", ""),
        (["--area", "440106", "--age", "72", "--household", "local"],
         "answer", "binzang-mianfei", ""),
    ],
)  # fmt: skip
def test_ask_says_what_the_line_would_ask_for(
    kb: click.Group, options: list[str], decision: str, article: str, asks: str
) -> None:
    result = CliRunner().invoke(kb, ["ask", "火化要不要钱", *options, "--json"])
    value = json.loads(result.stdout)
    assert (value["decision"], value["article"], value["asks"]) == (decision, article, asks)


def test_the_explanation_names_terms_runner_up_and_thresholds(kb: click.Group) -> None:
    result = CliRunner().invoke(kb, ["ask", "离婚要带什么材料", "--json"])
    value = json.loads(result.stdout)
    assert value["thresholds"].keys() >= {"answer", "unsure", "margin"}
    assert value["best"]["article"] == "lihun-cailiao" and value["best"]["terms"]
    assert value["best"]["scores"]["sounds"] > value["runner_up"]["scores"]["sounds"]
    result = CliRunner().invoke(kb, ["ask", "离婚要带什么材料"])
    assert f"not told: [{value['runner_up']['article']}, " in result.stdout


def test_nothing_found_is_exit_code_1(kb: click.Group) -> None:
    result = CliRunner().invoke(kb, ["ask", "今天天气怎么样"])
    assert result.exit_code == 1
    assert result.stdout.startswith("nothing: ")


@pytest.mark.parametrize(
    ("options", "said"),
    [(["--area", "44"], "not a GB/T 2260 area code"), (["--day", "2026-13-01"], "no such day")],
)
def test_wrong_options_get_one_sentence(kb: click.Group, options: list[str], said: str) -> None:
    result = CliRunner().invoke(kb, ["ask", "低保", *options])
    assert result.exit_code == 1
    assert said in result.output and "Traceback" not in result.output


@pytest.mark.parametrize("options", [["--age", "121"], ["--age", "x"], ["--household", "here"]])
def test_an_impossible_asker_is_refused(kb: click.Group, options: list[str]) -> None:
    result = CliRunner().invoke(kb, ["ask", "低保", *options])
    assert result.exit_code == 2 and options[0] in result.output


def test_the_day_matters(kb: click.Group) -> None:
    result = CliRunner().invoke(kb, ["ask", "结婚登记要户口本吗", "--day", "2025-05-09"])
    assert "jiehun-hukouben" not in result.output
    result = CliRunner().invoke(kb, ["ask", "结婚登记要户口本吗", "--day", "2025-05-10"])
    assert "jiehun-hukouben" in result.output


def test_check_names_the_bad_file(kb: click.Group, tmp_path: Path) -> None:
    assert CliRunner().invoke(kb, ["check"]).exit_code == 0
    (tmp_path / "bad.yaml").write_text("id: bad\n", encoding="utf-8")
    result = CliRunner().invoke(kb, ["check", "--folder", str(tmp_path)])
    assert result.exit_code == 1
    assert "bad.yaml:1:" in result.output and "1 have a fault" in result.output


def test_list_names_the_area(kb: click.Group) -> None:
    result = CliRunner().invoke(kb, ["list", "--folder", str(FOLDER)])
    assert "binzang-huizhou\tfile\t广东省惠州市\t" in result.output


def test_what_is_published_is_asked(kb: click.Group, sessions: Sessions, article: Make) -> None:
    told = article("lihun-cailiao", spoken="这是本市自己写的离婚登记答复。")
    store.put(sessions, [told], NOW)
    result = CliRunner().invoke(kb, ["ask", "离婚登记要带什么材料"])
    assert "这是本市自己写的离婚登记答复" in result.output and result.stderr == ""
    assert "lihun-cailiao\tpublished" in CliRunner().invoke(kb, ["list"]).output
    assert CliRunner().invoke(kb, ["ask", "低保怎么申请"]).exit_code == 1
