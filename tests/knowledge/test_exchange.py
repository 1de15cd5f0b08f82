"""Articles as files: what is written can be read, a fault stops everything, imports are undone."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from core.db import Sessions
from core.settings import Settings
from knowledge import editing, store
from knowledge.amounts import Amount
from knowledge.article import ArticleContent
from knowledge.commands import make_kb
from knowledge.content import build
from knowledge.exchange import batch, columns, sheets
from knowledge.exchange.batch import RowFault
from knowledge.faults import faults
from knowledge.lifecycle import Action, Event, Refused, State
from tests.knowledge.published import NOW, doer, publish

DAY = NOW.date()
Make = Callable[..., ArticleContent]
EVERYWHERE: Callable[[str], bool] = lambda area: True  # noqa: E731
KINDS = {"xlsx": sheets.to_xlsx, "csv": sheets.to_csv, "json": batch.to_json}


@pytest.fixture
def own(article: Make) -> ArticleContent:
    """An article of this city with all that one can have."""
    return article(
        "dibao-shenqing", id="dibao-biaozhun", title="低保标准是多少", age_from=18,
        household="local", materials=("身份证", "户口本"), place="街道办事处", fee="免费",
        area="440100", valid_from=DAY, valid_to=date(2026, 12, 31),
        amounts=(
            Amount("低保标准", "1280", "元每人每月", "440100", DAY),
            Amount("低保标准", "1100.50", "元每人每月", "440000", None, date(2025, 12, 31)),
        ),
    )  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_written_is_read_back(sessions: Sessions, own: ArticleContent, kind: str) -> None:
    planned = batch.plan(sessions, f"a.{kind}", KINDS[kind]([own]), EVERYWHERE)
    assert planned.faults == () and planned.added == (own,)


@pytest.mark.parametrize("kind", KINDS)
def test_all_shipped_articles_are_the_same_after_a_round(
    sessions: Sessions, articles: tuple[ArticleContent, ...], kind: str
) -> None:
    store.put(sessions, articles, NOW)
    planned = batch.plan(sessions, f"a.{kind}", KINDS[kind](articles), EVERYWHERE)
    assert planned.faults == () and planned.contents == ()
    assert sorted(planned.same) == sorted(each.id for each in articles)


def test_the_template_s_example_is_well_and_every_column_explained(sessions: Sessions) -> None:
    planned = batch.plan(sessions, "t.xlsx", sheets.template(), EVERYWHERE)
    assert planned.faults == () and len(planned.added) == 1
    assert set(columns.HINTS) == set(columns.COLUMNS) == set(columns.EXAMPLE)


def test_an_import_waits_for_somebody_else_and_is_undone_as_a_whole(
    sessions: Sessions, own: ArticleContent
) -> None:
    publish(sessions, own, "li", "chen")
    changed, new = replace(own, fee="十元"), replace(own, id="lingyige", title="另一个条目")
    planned = batch.plan(sessions, "a.csv", sheets.to_csv([changed, new]), EVERYWHERE)
    number = batch.write(sessions, planned, "a.csv", doer("wang"))
    waiting = store.in_state(sessions, [State.REVIEW], DAY)
    assert {each.content.id for each in waiting} == {own.id, new.id}
    assert store.in_force(sessions, DAY) == [own]
    with pytest.raises(Refused, match="另一位"):
        event = Event(Action.APPROVE, "wang")
        editing.act(sessions, new.id, 1, event, doer("wang"))
    assert batch.undo(sessions, number, doer("wang")) == 2
    assert store.in_state(sessions, [State.REVIEW], DAY) == []
    with pytest.raises(Refused, match="已经撤销"):
        batch.undo(sessions, number, doer("wang"))
    with pytest.raises(LookupError):
        batch.undo(sessions, 99, doer("wang"))


def test_what_was_approved_meanwhile_is_not_undone(sessions: Sessions, own: ArticleContent) -> None:
    planned = batch.plan(sessions, "a.csv", sheets.to_csv([own]), EVERYWHERE)
    number = batch.write(sessions, planned, "a.csv", doer("wang"))
    editing.act(sessions, own.id, 1, Event(Action.APPROVE, "chen"), doer("chen"))
    with pytest.raises(Refused, match=own.title):
        batch.undo(sessions, number, doer("wang"))


def test_half_the_rows_wrong_writes_nothing_and_names_each(
    sessions: Sessions, own: ArticleContent
) -> None:
    rows = [own] + [replace(own, id=f"tiaomu-{n}") for n in range(2, 7)]
    rows[1] = replace(rows[1], spoken="长" * 201)
    rows[2] = replace(rows[2], area="44")
    rows[3] = replace(rows[3], id=own.id)
    rows[4] = replace(rows[4], valid_from=date(2027, 1, 1))
    rows[5] = replace(rows[5], questions=("只有一个问法",))
    planned = batch.plan(sessions, "a.xlsx", sheets.to_xlsx(rows), EVERYWHERE)
    assert planned.faults == (
        RowFault(3, "口语答复", "口语答复有201个字，最多200个字。"),
        RowFault(4, "地区代码", "地区代码是六位数字，例如440106；全国写000000。"),
        RowFault(5, "编号", "和第2行的编号相同。"),
        RowFault(6, "失效日期", "失效日期早于生效日期。"),
        RowFault(7, "问法", "问法只有1条，至少要3条。"),
    )
    with pytest.raises(Refused, match="什么都没有导入"):
        batch.write(sessions, planned, "a.xlsx", doer("wang"))
    assert store.list_articles(sessions, DAY) == []


def test_another_area_s_rows_are_faults(sessions: Sessions, own: ArticleContent) -> None:
    content = sheets.to_csv([own])
    planned = batch.plan(sessions, "a.csv", content, lambda area: area != own.area)
    assert [(fault.row, fault.column) for fault in planned.faults] == [(2, "地区代码")]


def test_one_in_the_making_is_not_written_over(sessions: Sessions, own: ArticleContent) -> None:
    editing.draft(sessions, own, doer("li"))
    planned = batch.plan(sessions, "a.csv", sheets.to_csv([own]), EVERYWHERE)
    assert "草稿" in planned.faults[0].text


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.doc", b"", "只能导入"),
        ("a.xlsx", b"PK\x03\x04 torn", "不是能打开的"),
        ("a.xlsx", b"", "不是能打开的"),
        ("a.csv", b"", "文件是空的"),
        ("a.csv", "编号,标题\n".encode(), "没有内容"),
        ("a.csv", "标题\n低保".encode(), "编号"),
        ("a.csv", "编号,标题,颜色\na,b,c".encode(), "不认识这一栏：颜色"),
        ("a.csv", b"\xff\xfe\xff", "编码"),
        ("a.csv", '编号,标题\n"a'.encode(), "引号"),
        ("a.json", b"[1]", "不是条目交换文件"),
        ("a.json", b"{", "不是JSON"),
        ("a.json", b'{"format": "hotline-articles", "articles": 5}', "列表"),
        ("a.csv", b"x" * (sheets.LARGEST + 1), "10MB"),
    ],
)
def test_files_that_are_none_get_a_sentence(
    sessions: Sessions, name: str, content: bytes, said: str
) -> None:
    planned = batch.plan(sessions, name, content, EVERYWHERE)
    assert len(planned.faults) == 1 and said in planned.faults[0].text, planned.faults


def test_json_of_the_wrong_kinds_is_a_fault_not_a_crash(sessions: Sessions) -> None:
    strange = [{"id": ["a"], "title": 5, "questions": "x", "amounts": [{"name": []}], "new": 1}]
    body = {"format": batch.FORMAT, "articles": strange}
    planned = batch.plan(sessions, "a.json", json.dumps(body).encode(), EVERYWHERE)
    assert len(planned.faults) > 5 and planned.contents == ()


def test_gb18030_and_dates_of_a_spreadsheet_are_understood(
    sessions: Sessions, own: ArticleContent
) -> None:
    text = sheets.to_csv([own]).decode("utf-8-sig")
    planned = batch.plan(sessions, "a.csv", text.encode("gb18030"), EVERYWHERE)
    assert planned.added == (own,)
    book = load_workbook(io.BytesIO(sheets.to_xlsx([own])))
    sheet = book.worksheets[0]
    place = {sheet.cell(1, n).value: n for n in range(1, sheet.max_column + 1)}
    sheet.cell(2, place["生效日期"]).value = datetime(2026, 3, 1, tzinfo=UTC).replace(tzinfo=None)
    sheet.cell(2, place["年龄下限"]).value = 18
    sheet.cell(2, place["地区代码"]).value = 440100.0
    out = io.BytesIO()
    book.save(out)
    assert batch.plan(sessions, "a.xlsx", out.getvalue(), EVERYWHERE).added == (own,)


def test_no_cell_is_a_formula(sessions: Sessions, own: ArticleContent) -> None:
    evil = replace(own, place="=HYPERLINK(1)", hours="+1", owner="@x")
    text = sheets.to_csv([evil]).decode("utf-8-sig")
    assert ",=HYPERLINK" not in text and "'=HYPERLINK" in text
    sheet = load_workbook(io.BytesIO(sheets.to_xlsx([evil]))).worksheets[0]
    assert {cell.data_type for cell in sheet[2] if cell.value} == {"s"}
    for name, content in (("a.csv", sheets.to_csv([evil])), ("a.xlsx", sheets.to_xlsx([evil]))):
        assert batch.plan(sessions, name, content, EVERYWHERE).added == (evil,)


@given(
    st.dictionaries(
        st.sampled_from(columns.COLUMNS), st.text("低保|440100-1\n ab.", max_size=30), min_size=2
    )
)
def test_any_row_is_judged_and_what_passes_can_be_built(cells: dict[str, str]) -> None:
    fields = columns.to_fields(cells)
    for complete in (True, False):
        if not faults(fields, complete):
            assert build(fields).id == fields["id"]


@pytest.fixture
def kb(sessions: Sessions, tmp_path: Path) -> click.Group:
    return make_kb(lambda: (Settings(data=tmp_path), sessions), lambda: NOW)


def test_the_command_line_does_the_same(
    kb: click.Group, sessions: Sessions, own: ArticleContent, tmp_path: Path
) -> None:
    file, bad = tmp_path / "a.xlsx", tmp_path / "bad.csv"
    file.write_bytes(sheets.to_xlsx([own]))
    bad.write_bytes(sheets.to_csv([replace(own, area="44")]))
    run = CliRunner().invoke
    refused = run(kb, ["import", str(bad), "--by", "li"])
    assert refused.exit_code == 1 and "bad.csv:2: 地区代码" in refused.output
    looked = run(kb, ["import", str(file), "--by", "li", "--check"])
    assert looked.output.startswith("1 new, 0 changed") and not store.list_articles(sessions, DAY)
    assert run(kb, ["import", str(file), "--by", "li"]).exit_code == 0
    again = run(kb, ["import", str(file), "--by", "li"])
    assert again.exit_code == 1 and "待审批" in again.output
    assert "1 versions" in run(kb, ["undo", "1"]).output
    assert run(kb, ["undo", "1"]).exit_code == 1
    out = tmp_path / "out.json"
    assert run(kb, ["export", str(out)]).exit_code == 0
    assert json.loads(out.read_text())["articles"][0]["id"] == own.id
    assert run(kb, ["export", str(tmp_path / "out.pdf")]).exit_code == 1
    assert run(kb, ["template", str(tmp_path / "t.xlsx")]).exit_code == 0
    assert run(kb, ["template", str(tmp_path / "no" / "t.xlsx")]).exit_code == 1
