"""The columns of a table of articles, and how a row becomes an article's fields and back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from knowledge.article import HOUSEHOLDS, ArticleContent
from knowledge.content import fields_of
from knowledge.faults import NAMES

LISTS = ("questions", "keys", "materials")
AMOUNT = ("name", "value", "unit", "area", "valid_from", "valid_to")

COLUMNS = tuple(name for name in NAMES if name in ArticleContent.__slots__)
"""Fields in the order of the table's columns; the heading is the field's Chinese name."""

HINTS = {
    "id": "小写字母、数字、减号；导入已有编号就是给它写新版本",
    "topic": "模块/小类，例如 救灾救济/最低生活保障",
    "title": "最多60字",
    "questions": "市民会怎么问，一行一种，至少3种",
    "keys": "事情的叫法，一行一个",
    "spoken": "电话里这样说，最多200字",
    "spoken_source": "说出依据，例如 根据民政部二零二一年印发的……",
    "long": "给话务员看的全文",
    "doc_number": "例如 民发〔2021〕57号",
    "doc_article": "例如 第四条",
    "doc_date": "2021、2021-06或2021-06-11",
    "area": "GB/T 2260代码，例如440100；全国写000000",
    "valid_from": "2026-01-01，可以不填",
    "valid_to": "最后有效的一天，可以不填",
    "owner": "负责的部门",
    "mark": "V已核对原文，K待核对",
    "age_from": "周岁，可以不填",
    "age_to": "周岁，可以不填",
    "household": "本地户籍、非本地户籍，或不填",
    "amounts": "一行一个：名称|数额|单位|地区代码|生效日期|失效日期",
    "materials": "一行一种",
    "place": "在哪里办",
    "hours": "什么时候办",
    "fee": "例如 免费",
    "limit": "例如 20个工作日",
}

_BREAK = re.compile(r"[\n\r]+")
_HOUSEHOLD = {text: code for code, text in HOUSEHOLDS.items()}
_MARKS = {"已核对": "V", "待核对": "K"}


def to_fields(cells: Mapping[str, str]) -> dict[str, Any]:
    """Fields, as `knowledge.faults` judges them, of a row's cells by field."""
    found: dict[str, Any] = {"version": "1", "questions": [], "keys": []}
    for field, text in cells.items():
        clean = text.strip()
        if not clean:
            continue
        if field in LISTS:
            found[field] = [line.strip() for line in _BREAK.split(clean) if line.strip()]
        elif field == "amounts":
            found[field] = [_amount(line) for line in _BREAK.split(clean) if line.strip()]
        elif field == "household":
            code = _HOUSEHOLD.get(clean, clean)
            if code:
                found[field] = code
        elif field == "mark":
            found[field] = _MARKS.get(clean, clean)
        else:
            found[field] = clean
    return found


def to_cells(content: ArticleContent) -> dict[str, str]:
    """A row's cells by field, as `to_fields` reads them."""
    fields = fields_of(content)
    cells = {}
    for field in COLUMNS:
        value = fields.get(field, "")
        if field in LISTS:
            cells[field] = "\n".join(value)
        elif field == "amounts":
            cells[field] = "\n".join(
                "|".join(each.get(part, "") for part in AMOUNT).rstrip("|") for each in value
            )
        elif field == "household":
            cells[field] = HOUSEHOLDS[value] if value else ""
        else:
            cells[field] = value
    return cells


def _amount(line: str) -> dict[str, str]:
    parts = [part.strip() for part in line.replace("｜", "|").split("|")]
    named = dict(zip(AMOUNT, parts, strict=False))
    if len(parts) > len(AMOUNT):
        named["?"] = "|".join(parts[len(AMOUNT) :])
    return {name: part for name, part in named.items() if part}


EXAMPLE = {
    "id": "gaoling-jintie-shili",
    "topic": "老龄工作/高龄津贴",
    "title": "高龄津贴怎么领（示例，请改成本地政策）",
    "questions": "高龄津贴怎么领\n八十岁老人有补贴吗\n老人津贴去哪里办",
    "keys": "高龄津贴\n老人津贴",
    "spoken": "本地户籍满八十周岁的老人，可以到户口所在地的街道办事处申请高龄津贴。",
    "spoken_source": "根据本市高龄津贴管理办法，以当地民政部门最新公布为准。",
    "long": "本地户籍、年满80周岁的老年人，向户籍所在地乡镇人民政府（街道办事处）申请。",
    "doc_number": "（请填文号）",
    "doc_article": "",
    "doc_date": "2026",
    "area": "440100",
    "valid_from": "2026-01-01",
    "valid_to": "2026-12-31",
    "owner": "老龄工作",
    "mark": "K",
    "age_from": "80",
    "age_to": "",
    "household": "本地户籍",
    "amounts": "高龄津贴|100|元每月|440100|2026-01-01|2026-12-31",
    "materials": "身份证\n户口本\n本人银行卡",
    "place": "户籍所在地街道办事处",
    "hours": "工作日9点到17点",
    "fee": "免费",
    "limit": "20个工作日",
}
"""The template's one row, to be written over."""
