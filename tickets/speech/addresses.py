"""Addresses in what a caller says, with house numbers in figures. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from core import spoken_numbers
from core.area_names import mentioned
from tickets.speech.heard import Candidate, Field

_NUMBER = "0-9〇零一二两三四五六七八九十百幺"
_AREA = r"(?:[\u4e00-\u9fff]{2,6}?(?:省|市|自治区|区|县))"
_PART = (
    r"(?:(?:(?!我|你|您|他|她|就|的|是|在|住)[\u4e00-\u9fff]){2,8}?"
    r"(?:街道|大道|社区|小区|花园|大厦|广场|新村|镇|乡|村|路|街|巷|苑))"
)
_HOUSE = (
    rf"(?:[{_NUMBER}]+(?:号|弄)(?:大?院)?)?(?:[{_NUMBER}a-zA-Z]+(?:栋|幢|座|号楼))?"
    rf"(?:[{_NUMBER}]+单元)?(?:[{_NUMBER}]+(?:层|楼))?(?:[{_NUMBER}]+(?:室|房|号房))?"
)
_ADDRESS = rf"{_AREA}*{_PART}+{_HOUSE}"
_CUED = re.compile(
    rf"(?:住在|住址是|家住|家在|地址是|地址在|地址|现在在|人在|我在|位于|搬到|住)({_ADDRESS})"
)
_HOUSEHOLD = re.compile(rf"(?:户口|户籍)(?:是|在)({_ADDRESS}|{_AREA}+)")
_BARE = re.compile(rf"(?:^|[，。、\s])({_AREA}+{_PART}+{_HOUSE}|{_PART}{_HOUSE})")
_COUNT = re.compile(rf"[{_NUMBER}]+(?=号|弄|栋|幢|座|单元|层|楼|室|房)")
_ASKED = re.compile(r"地址|住哪|住在哪|住在什么|哪条街|哪条路|在哪里|什么位置|几号")
_HAS_HOUSE = re.compile(r"\d+(?:号|弄|栋|幢|座|室|房)")


def asks_address(text: str) -> bool:
    """Whether somebody is asked where they live or are."""
    return bool(_ASKED.search(text))


def addresses(text: str, asked: bool) -> Iterator[Candidate]:
    """The addresses in a caller's words; `asked`: the agent asked for one just before."""
    said = text.replace(" ", "")
    for found in _CUED.finditer(said):
        yield _candidate(found[1], 0.65, found[0])
    for found in _HOUSEHOLD.finditer(said):
        yield _candidate(found[1], 0.45, found[0], "这是户籍地，住址可能不同。")
    if asked:
        for found in _BARE.finditer(said):
            yield _candidate(found[1], 0.6, found[1])


def figures(text: str) -> str:
    """Write house numbers in figures: 一百二十号 is 120号, 三零二室 302室."""

    def written(found: re.Match[str]) -> str:
        value = spoken_numbers.digits(found[0])
        return value or found[0]

    return _COUNT.sub(written, text)


def _candidate(said: str, sure: float, source: str, fault: str = "") -> Candidate:
    value = figures(said)
    sure += 0.12 if mentioned(said) else 0.0
    sure += 0.12 if _HAS_HOUSE.search(value) else 0.0
    return Candidate(Field.ADDRESS, value, sure, source, fault)
