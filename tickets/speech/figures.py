"""Telephone and identity numbers, sums and dates in what a caller says. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from core import spoken_numbers
from core.chinese_ids import identity_fault, phone, phone_complete, phone_fault
from tickets.speech.heard import Candidate, Field

_DIGIT = "0-9〇零一二两三四五六七八九幺洞拐勾俩"
RUN = re.compile(rf"[{_DIGIT}](?:[{_DIGIT}十百千xX]|[个双连着\s，,、\-]|艾克斯|爱克斯|叉|嗯|呃)*")
_SUM = re.compile(
    rf"[{_DIGIT}十百千万亿][{_DIGIT}十百千万亿,.点]*(?:元|块钱?|圆)(?:[{_DIGIT}](?:角|毛)?(?![{_DIGIT}十百千万个年月号]))?(?:[{_DIGIT}]分)?"
    rf"|[{_DIGIT}](?:角|毛)(?:[{_DIGIT}]分)?"
)
_ABOUT = re.compile(r"大概|大约|差不多|左右|好像|可能|几")
_DATE = re.compile(
    rf"(?:[{_DIGIT}]{{2,4}}年(?:的)?)?[{_DIGIT}十]{{1,3}}月(?:份)?(?:的)?(?:[{_DIGIT}十]{{1,3}}[日号]?)?"
    rf"|[{_DIGIT}]{{4}}年|\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}"
)
_DAYS = {
    "大前天": -3,
    "前天": -2,
    "昨天": -1,
    "昨晚": -1,
    "今天": 0,
    "今早": 0,
    "明天": 1,
    "后天": 2,
}
_RELATIVE = re.compile("|".join(sorted(_DAYS, key=len, reverse=True)))
_PHONE_CUE = re.compile(r"电话|号码|手机|座机|打给|联系")
FAULTS = {
    "check": "校验位不对，请和来电人再核对一遍。",
    "birth": "出生日期不存在，请和来电人再核对一遍。",
    "area": "前两位不是省份代码，请和来电人再核对一遍。",
}


def asks_phone(text: str) -> bool:
    """Whether somebody is asked for a telephone number."""
    return bool(_PHONE_CUE.search(text))


def run_of(text: str) -> str:
    """The words of the longest run of digits in a text; '' where there is none."""
    return max((found[0].strip(" ，,、-") for found in RUN.finditer(text)), key=len, default="")


def numbers(text: str, asked: bool, today: date) -> Iterator[Candidate]:
    """Telephone and identity numbers in a text; `asked`: a telephone number is talked about."""
    cued = asked or asks_phone(text)
    for found in RUN.finditer(text):
        source = found[0].strip(" ，,、-")
        digits = spoken_numbers.digits(source)
        yield from number(digits, source, cued, today)


def number(digits: str, source: str, cued: bool, today: date) -> Iterator[Candidate]:
    """What a whole run of digits is; `cued`: a telephone number is talked about."""
    if len(digits) == 18:
        fault = identity_fault(digits, today)
        if fault == "":
            yield Candidate(Field.IDENTITY, digits, 0.95, source)
        elif fault in FAULTS:
            yield Candidate(Field.IDENTITY, digits, 0.3, source, FAULTS[fault])
        return
    plain = phone(digits)
    if "X" in plain or phone_fault(plain):
        return
    if phone_complete(plain):
        yield Candidate(Field.PHONE, plain, 0.9, source)
    elif plain.startswith("0"):
        yield Candidate(Field.PHONE, plain, 0.8, source)
    elif cued:
        yield Candidate(Field.PHONE, plain, 0.6, source, "没有区号，请问是哪个城市。")


def sums(text: str) -> Iterator[Candidate]:
    """Sums of money, in yuan with two decimals where there are fen (GB/T 15835 figures)."""
    for found in _SUM.finditer(text.replace(" ", "")):
        fen = spoken_numbers.money(found[0])
        if not fen:
            continue
        value = str(fen // 100) if fen % 100 == 0 else f"{fen // 100}.{fen % 100:02}"
        about = _ABOUT.search(text)
        yield Candidate(Field.MONEY, value, 0.6 if about else 0.85, found[0])


def dates(text: str, today: date) -> Iterator[Candidate]:
    """Days, as YYYY-MM-DD (YYYY-MM where no day was said); one without a year is the nearest."""
    said = text.replace(" ", "")
    for found in _DATE.finditer(said):
        parts = spoken_numbers.date(found[0], today.year)
        # 农历 stands before the date and is not part of it.
        lunar = spoken_numbers.date(said[max(0, found.start() - 3) : found.end()], today.year)
        if parts is None or lunar is None or not parts.month:
            continue
        sure, year = 0.9, parts.year
        if not year:
            year, sure = _nearest_year(parts.month, parts.day or 1, today), 0.6
        if not parts.day:
            yield Candidate(Field.DATE, f"{year}-{parts.month:02}", sure - 0.2, found[0])
            continue
        try:
            day = date(year, parts.month, parts.day)
        except ValueError:
            continue
        yield Candidate(Field.DATE, day.isoformat(), sure, found[0])
    for found in _RELATIVE.finditer(said):
        day = today + timedelta(days=_DAYS[found[0]])
        yield Candidate(Field.DATE, day.isoformat(), 0.7, found[0])


def _nearest_year(month: int, day: int, today: date) -> int:
    def apart(year: int) -> int:
        # The 29th of February counts as the 1st of March where it does not exist.
        return abs((date(year, month, 1) + timedelta(days=day - 1) - today).days)

    return min((today.year, today.year - 1, today.year + 1), key=apart)
