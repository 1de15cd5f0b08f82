"""Article files: the shipped ones are well, and a bad one is named by its line and skipped."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from core.sound import contains
from knowledge.article import ArticleContent
from knowledge.load import FOLDER, Problem, load_files, load_folder

GOOD = (FOLDER / "dibao-shenqing.yaml").read_text(encoding="utf-8")


def line_of(text: str, start: str) -> int:
    """The line that begins with these words."""
    return next(i for i, line in enumerate(text.splitlines(), 1) if line.strip().startswith(start))


def test_thirty_articles_ship_and_are_fit_for_the_ear(articles: tuple[ArticleContent, ...]) -> None:
    assert len(articles) >= 30
    for article in articles:
        assert 8 <= len(article.questions) <= 24, article.id
        assert len(article.spoken) <= 200 and article.spoken.endswith("。"), article.id
        # Digits and Latin letters are for the eye; a voice stumbles over them.
        assert not re.search(r"[0-9A-Za-z]", article.spoken + article.spoken_source), article.id
        assert article.spoken_source.endswith("以当地民政部门最新公布为准。"), article.id
        assert re.search(
            "[一二]零[零一二三四五六七八九]+年|二零二五年|二零[零一二]", article.spoken_source
        )
        assert article.mark in ("V", "K")


def test_every_key_word_is_worth_its_place(articles: tuple[ArticleContent, ...]) -> None:
    for article in articles:
        ways = (article.title, *article.questions)
        named = [way for way in ways if any(contains(way, key) >= 0.75 for key in article.keys)]
        assert len(named) >= len(ways) * 0.6, article.id


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("mark: V", "mark: X", "mark", "mark: 'X' is not one of"),
        ("mark: V\n", "", "id", "'mark' is a required property"),
        ('area: "000000"', "area: 4401", "area", "area: '4401' does not match"),
        ('area: "000000"', "area: 440006", "area", "GB/T 2260"),
        ("topic: 救灾救济", "topic: 美食", "topic", "topic: "),
        ("version: 1", "version: 1\nprice: 5", "id", "'price' was unexpected"),
        ("version: 1", "version: 1\nmark: K", "mark: K", "the field mark is there twice"),
        ("version: 1", "version: 1\nvalid_from: 2026-02-31", "valid_from", "no such day"),
        (
            "version: 1",
            "version: 1\nvalid_from: 2026-02-01\nvalid_to: 2026-01-01",
            "valid_to",
            "valid_to is before valid_from",
        ),
        ("id: dibao-shenqing", "id: other-name", "id", "differs from the file name"),
        ("  - 怎么吃低保", "  - [怎么, 吃低保]", "- [怎么", "questions[2]"),
        ("  - 怎么吃低保", "  - 低保怎么申请", "questions", "non-unique"),
        ("version: 1", "version: [1", "version", "not YAML"),
        ("long: >-", "long: *other", "long", "aliases"),
        ("申请低保以家庭为单位", "低保" * 120, "spoken", "at most 200 are allowed"),
    ],
)
def test_a_fault_is_named_with_its_line(
    tmp_path: Path, old: str, new: str, line: str, said: str
) -> None:
    text = GOOD.replace(old, new, 1)
    assert text != GOOD
    bad = tmp_path / "dibao-shenqing.yaml"
    bad.write_text(text, encoding="utf-8")
    good = FOLDER / "lihun-cailiao.yaml"
    loaded = load_files([bad, good])
    assert [article.id for article in loaded.articles] == ["lihun-cailiao"]
    (problem,) = loaded.problems
    assert said in problem.message
    lines = (line_of(text, line), line_of(text, line) + 1)
    assert problem.line in (lines if "not YAML" in said else lines[:1])
    assert str(problem) == f"{bad}:{problem.line}: {problem.message}"


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe\x00", b"- a\n- b\n", b"{" * 20000, b"x" * 300_000, b"\x00", b"? [a]\n"],
)
def test_junk_is_a_problem_and_nothing_worse(tmp_path: Path, content: bytes) -> None:
    bad = tmp_path / "junk.yaml"
    bad.write_bytes(content)
    loaded = load_folder(tmp_path)
    assert loaded.articles == () and len(loaded.problems) == 1


def test_an_id_is_taken_once(tmp_path: Path) -> None:
    copy = tmp_path / "dibao-shenqing.yaml"
    copy.write_text(GOOD, encoding="utf-8")
    loaded = load_files([FOLDER / "dibao-shenqing.yaml", copy])
    assert len(loaded.articles) == 1
    assert "is taken by another file" in loaded.problems[0].message


def test_a_missing_folder_or_file_is_a_problem(tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    assert load_folder(missing).problems == (
        Problem(str(missing), 0, "the folder of articles is not there"),
    )
    assert "cannot be read" in load_files([missing / "a.yaml"]).problems[0].message
