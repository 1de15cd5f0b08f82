"""Rewrites a text for the ear: what is written in digits and signs is spelt as it is said.

The voice reads Chinese characters alone; the year 2021 is read digit by digit, 1780元 is an amount,
12349 a number to dial in which 1 is said 幺 (as telephone and military usage in China has it).
"""

from __future__ import annotations

import re
from collections.abc import Callable

VERSION = 1
"""Goes up when a text would be read differently: part of the prompt cache's key."""

SERVICE_NUMBERS = re.compile(r"(?<!\d)(?:1[12][0-9]|1[02]\d{3}|9[5-9]\d{3,4}|400\d{7})(?![\d.])")

_DIGITS = "零一二三四五六七八九"
_DIAL = "零幺二三四五六七八九"
_SPELT = (
    "诶 必 西 弟 伊 艾弗 吉 诶曲 爱 杰 开 艾勒 艾姆 恩 欧 屁 可由 啊 艾斯 提 优 威 达不溜 "
    "艾克斯 歪 贼德"
)
_LETTERS = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", _SPELT.split(), strict=True))
_UNITS = "个位名件人户口次年天周岁元块种项条级类处份张倍步层小分秒"
# What 2 before it is 两. Not 月 and 级, which are ordinals (二月, 二级).
_PAIRED = re.compile(
    r"(?<![\d.十百千万两二第])二(?=[个位名件户次年天周岁元块种项条处份张倍步层]|小时|分钟|万|千)"
)

Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]


def for_ear(text: str) -> str:
    """Return `text` as it is to be said, in Chinese characters and plain punctuation.

    Understands years, dates, times, document numbers, percentages, amounts, ranges, service and
    telephone numbers, ages and units. Never raises; what it does not know keeps its digits' names.
    """
    text = text.translate(_FULL_WIDTH)
    for pattern, said in _RULES:
        text = pattern.sub(said, text)
    text = _PAIRED.sub("两", text)
    text = re.sub(r"[A-Za-z]", lambda m: _LETTERS[m.group().upper()], text)
    for sign, said_as in _SIGNS:
        text = text.replace(sign, said_as)
    text = re.sub(r"\s+", "", text)
    return re.sub(r"[，、]+(?=[，。！？；：])|(?<=[。！？；])[，、]+", "", text)


def number(value: int) -> str:
    """Return a whole number below 10^16 in words: 1780 is 一千七百八十, 12 is 十二."""
    if value < 0:
        return "负" + number(-value)
    words, group_zero = "", False
    for unit, name in ((10**12, "万亿"), (10**8, "亿"), (10**4, "万"), (1, "")):
        group = value // unit % 10_000
        if not group:
            group_zero = bool(words)
            continue
        if words and (group < 1000 or group_zero):
            words += "零"
        words += _group(group) + name
        group_zero = False
    words = words or "零"
    return words[1:] if words.startswith("一十") else words


def digits(text: str, dial: bool = False) -> str:
    """Return the digits of `text` one by one; 1 is 幺 in a number to `dial`."""
    names = _DIAL if dial else _DIGITS
    return "".join(names[int(char)] for char in text if char.isdigit())


def _group(value: int) -> str:
    words, gap = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // unit % 10
        if digit:
            words += ("零" if gap and words else "") + _DIGITS[digit] + name
            gap = False
        else:
            gap = True
    return words


def _amount(text: str) -> str:
    """A number with thousands commas and perhaps a decimal point."""
    whole, _, fraction = text.replace(",", "").partition(".")
    if len(whole) > 16:
        return digits(text)
    if len(whole) > 1 and whole.startswith("0") and not fraction:
        return digits(whole)
    return number(int(whole)) + (f"点{digits(fraction)}" if fraction else "")


def _day(match: re.Match[str]) -> str:
    return (
        f"{digits(match['y'])}年{number(int(match['m']))}月"
        f"{number(int(match['d']))}{match.groupdict().get('u') or '日'}"
    )


def _time(match: re.Match[str]) -> str:
    hour, minute = int(match["h"]), int(match["min"])
    if minute == 0:
        return f"{number(hour)}点"
    if minute == 30:
        return f"{number(hour)}点半"
    return f"{number(hour)}点{'零' if minute < 10 else ''}{number(minute)}分"


_N = r"\d+(?:,\d{3})*(?:\.\d+)?"
_RULES: tuple[Rule, ...] = (
    # 〔2021〕57号: the year, then the number of the document.
    (
        re.compile(r"[〔\[【(（](\d{4})[〕\]】)）](?:第)?(\d+)号"),
        lambda m: f"{digits(m[1])}年{number(int(m[2]))}号",
    ),
    (re.compile(r"令第?(\d{2,4})号"), lambda m: f"令第{number(int(m[1]))}号"),
    (re.compile(r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?!\d)"), _day),
    (re.compile(r"(?P<y>\d{4})年(?P<m>\d{1,2})月(?P<d>\d{1,2})(?P<u>[日号])"), _day),
    (
        re.compile(r"(?<!\d)([12]\d{3})(?=[年届]|\s*[-—至到~]\s*[12]\d{3}年)"),
        lambda m: digits(m[1]),
    ),
    (re.compile(r"(\d:\d\d)\s*[-—~～–]\s*(?=\d{1,2}:\d\d)"), lambda m: f"{m[1]}到"),
    (re.compile(r"(?<!\d)(?P<h>\d{1,2}):(?P<min>\d{2})(?!\d)"), _time),
    # Telephone numbers: 020-87744444, 13800138000, 400-123-4567.
    (
        re.compile(r"(?<!\d)(0\d{2,3})[-—](\d{7,8})(?!\d)"),
        lambda m: f"{digits(m[1], True)}，{digits(m[2][:-4], True)}，{digits(m[2][-4:], True)}",
    ),
    (
        re.compile(r"(?<!\d)(1[3-9]\d)-?(\d{4})-?(\d{4})(?!\d)"),
        lambda m: "，".join(digits(part, True) for part in m.groups()),
    ),
    (re.compile(r"(?<!\d)400-?(\d{3})-?(\d{4})(?!\d)"), lambda m: digits(m[0], True)),
    (re.compile(rf"({_N})\s*[%％]"), lambda m: f"百分之{_amount(m[1])}"),
    (re.compile(r"(?<!\d)(\d+)/(\d+)(?!\d)"), lambda m: f"{m[2]}分之{m[1]}"),
    (re.compile(rf"({_N})\s*[-—~～–]\s*(?={_N})"), lambda m: f"{m[1]}到"),
    (
        re.compile(rf"(?<![\d.])({SERVICE_NUMBERS.pattern})(?![{_UNITS}])"),
        lambda m: digits(m[1], True),
    ),
    (re.compile(r"(?<!\d)\d{7,}(?![\d元万亿])"), lambda m: digits(m[0], True)),
    (re.compile(_N), lambda m: _amount(m[0])),
)
_FULL_WIDTH = str.maketrans("０１２３４５６７８９：％－，", "0123456789:%-，")
_SIGNS = (
    ("《", ""), ("》", ""), ("“", ""), ("”", ""), ("‘", ""), ("’", ""), ("\"", ""), ("'", ""),
    ("（", "，"), ("）", "，"), ("(", "，"), (")", "，"), ("【", "，"), ("】", "，"), ("〔", "，"),
    ("〕", "，"), ("[", "，"), ("]", "，"), ("—", "，"), ("…", "，"), ("·", ""), ("/", "或"),
    ("≥", "不少于"), ("≤", "不超过"), ("＞", "大于"), ("＜", "小于"), (">", "大于"), ("<", "小于"),
    ("〇", "零"), ("#", "井号"), ("*", "星号"), ("+", "加"), ("=", "等于"), ("&", "和"),
    ("-", "，"), ("%", "百分号"), ("℃", "摄氏度"), ("㎡", "平方米"),
)  # fmt: skip
