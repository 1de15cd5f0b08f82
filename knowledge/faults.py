"""What is wrong with an article's fields, in sentences for whoever fills in a form or a table."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from knowledge.article import MODULES
from knowledge.content import ContentError, Where, build, schema

FEWEST_QUESTIONS = 3
"""What people write needs fewer questions than what is shipped: more come from real calls."""

NAMES = {
    "id": "编号", "topic": "主题", "title": "标题", "questions": "问法", "keys": "关键词",
    "spoken": "口语答复", "spoken_source": "依据的读法", "long": "详细内容", "doc_number": "文号",
    "doc_article": "条款", "doc_date": "文件日期", "area": "地区代码", "valid_from": "生效日期",
    "valid_to": "失效日期", "owner": "负责部门", "mark": "核对", "age_from": "年龄下限",
    "age_to": "年龄上限", "household": "户籍", "amounts": "金额", "materials": "材料",
    "place": "在哪里办", "hours": "什么时候办", "fee": "费用", "limit": "办理时限",
    "name": "名称", "value": "数额", "unit": "单位",
}  # fmt: skip

_FORMS = {
    "id": "编号用小写字母、数字和减号，例如dibao-shenqing。",
    "topic": f"主题写成“模块/小类”，模块是：{'、'.join(MODULES)}。",
    "doc_date": "文件日期写成2026、2026-03或2026-03-02。",
    "area": "地区代码是六位数字，例如440106；全国写000000。",
    "valid_from": "日期写成2026-03-02。",
    "valid_to": "日期写成2026-03-02。",
    "age_from": "年龄写整数。",
    "age_to": "年龄写整数。",
    "value": "数额写数字，例如1280或1280.50。",
    "mark": "核对写V（已核对原文）或K（待核对原文）。",
    "household": "户籍写本地户籍、非本地户籍，或留空。",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: the way to the field, and a sentence in Chinese that names it."""

    where: Where
    text: str

    @property
    def field(self) -> str:
        """The article's field that it is about."""
        return str(self.where[0]) if self.where else ""


def faults(fields: Mapping[str, Any], complete: bool = True) -> list[Fault]:
    """Everything that is wrong with fields (all scalars text); empty when `build` takes them.

    A draft need not be complete: with `complete` off what is missing or short is no fault.
    """
    found: dict[tuple[Where, str], Fault] = {}
    for error in _validator(complete).iter_errors(fields):
        for where in _ways(error):
            text = _sentence(error, where)
            found.setdefault((where, text), Fault(where, text))
    if not found:
        try:
            build(fields)
        except ContentError as bad:
            found[bad.where, bad.chinese] = Fault(bad.where, bad.chinese)
    return sorted(found.values(), key=lambda fault: _ORDER.get(fault.field, 0))


_ORDER = {name: place for place, name in enumerate(NAMES)}
_NEEDED_ALWAYS = ("id", "topic", "title", "area", "version")


@cache
def _validator(complete: bool) -> Draft202012Validator:
    mine = copy.deepcopy(schema())
    properties = mine["properties"]
    properties["questions"]["minItems"] = FEWEST_QUESTIONS
    if complete:
        return Draft202012Validator(mine)
    mine["required"] = [*_NEEDED_ALWAYS, "questions", "keys"]
    for name, rules in properties.items():
        if name not in _NEEDED_ALWAYS:
            rules.pop("minLength", None)
            rules.pop("minItems", None)
    properties["doc_date"]["pattern"] += "|^$"
    properties["mark"]["enum"] = ["V", "K", ""]
    return Draft202012Validator(mine)


def _ways(error: ValidationError) -> list[Where]:
    """The way to the value that is wrong, or to each that is missing."""
    way = tuple(error.absolute_path)
    if error.validator != "required":
        return [way]
    needed, given = _values(error)
    return [(*way, name) for name in needed if name not in given]


def _sentence(error: ValidationError, way: Where) -> str:
    name = next((str(step) for step in reversed(way) if isinstance(step, str)), "")
    called = NAMES.get(name, name)
    rows = [step for step in way if isinstance(step, int)]
    if rows:
        called = f"{NAMES.get(str(way[0]), '')}第{rows[0] + 1}行" + (
            f"的{called}" if name != way[0] else ""
        )
    limit, given = _values(error)
    match error.validator:
        case "required":
            return f"{called}没有填。"
        case "maxLength":
            return f"{called}有{len(given)}个字，最多{limit}个字。"
        case "minLength":
            return f"{called}没有填。" if not given else f"{called}太短，至少{limit}个字。"
        case "minItems":
            return f"{called}只有{len(given)}条，至少要{limit}条。"
        case "maxItems":
            return f"{called}有{len(given)}条，最多{limit}条。"
        case "uniqueItems":
            return f"{called}里有重复的。"
        case "additionalProperties":
            return "有不认识的栏目，请按模板填写。"
    return _FORMS.get(name, f"{called}的格式不对。")


def _values(error: ValidationError) -> tuple[Any, Any]:
    """The rule that was broken, and the value that broke it."""
    return error.validator_value, error.instance
