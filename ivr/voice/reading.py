"""Rewrites a text for the ear: what is written in digits and signs is spelt as it is said.

The voice reads Chinese characters alone; the year 2021 is read digit by digit, 1780元 is an amount,
12349 a number to dial in which 1 is said 幺 (as telephone and military usage in China has it).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ivr.voice.numbers import amount, digits, grouped, money, number

VERSION = 1
"""Goes up when every text would be read differently: part of a voice's name. What changes for some
texts only is in the prompt cache's key by itself (`ivr.voice.lexicon.said`)."""

SERVICE_NUMBERS = re.compile(r"(?<!\d)(?:1[12][0-9]|1[02]\d{3}|9[5-9]\d{3,4}|400\d{7})(?![\d.])")

_SPELT = (
    "诶 必 西 弟 伊 艾弗 吉 诶曲 爱 杰 开 艾勒 艾姆 恩 欧 屁 可由 啊 艾斯 提 优 威 达不溜 "
    "艾克斯 歪 贼德"
)
_LETTERS = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", _SPELT.split(), strict=True))
_UNITS = "个位名件人户口次年天周岁元块种项条级类处份张倍步层小分秒"
# What 2 before it is 两. Not 月 and 级, which are ordinals (二月, 二级).
_PAIRED = re.compile(
    r"(?<![\d.十百千万两二第])二(?=[个位名件户次年天周岁元块种项条处份张倍步层]|小时|分钟|公里|公斤|平方|米|万|千)"
)

Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]


def for_ear(text: str) -> str:
    """Return `text` as it is to be said, in Chinese characters and plain punctuation.

    Understands years, dates, times, document numbers, percentages, amounts, money, ranges, service,
    telephone and identity numbers, ages and units. Never raises; what it does not know keeps its
    digits' names.
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


def _day(match: re.Match[str]) -> str:
    # A date in figures is said as people say it, with 号; 日 that is written is kept.
    return (
        f"{digits(match['y'])}年{number(int(match['m']))}月"
        f"{number(int(match['d']))}{match.groupdict().get('u') or '号'}"
    )


def _time(match: re.Match[str]) -> str:
    hour, minute = int(match["h"]), int(match["min"])
    if minute == 0:
        return f"{number(hour)}点"
    if minute == 30:
        return f"{number(hour)}点半"
    return f"{number(hour)}点{'零' if minute < 10 else ''}{number(minute)}分"


def _measured(match: re.Match[str]) -> str:
    return f"{match[1]}{_MEASURES[match[2]]}"


_MEASURES = {
    "km/h": "公里每小时", "km²": "平方公里", "km": "公里", "m²": "平方米", "㎡": "平方米",
    "m³": "立方米", "cm": "厘米", "mm": "毫米", "kg": "公斤", "mg": "毫克", "ml": "毫升",
    "mL": "毫升", "kWh": "度", "m": "米", "g": "克", "L": "升", "h": "小时", "min": "分钟",
}  # fmt: skip
_MEASURES_PATTERN = "|".join(re.escape(unit) for unit in sorted(_MEASURES, key=len, reverse=True))
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
    # A national standard: GB/T 33358-2016.
    (
        re.compile(r"(?<![A-Za-z])([A-Z]{2,3})(?:/([TZ]))?\s*(\d{3,6})-(\d{4})(?!\d)"),
        lambda m: f"{m[1]}{m[2] or ''}{digits(m[3])}，{digits(m[4])}",
    ),
    # Identity numbers (GB 11643), then telephone numbers: +86 138 0013 8000, (020)8774-4444.
    (
        re.compile(r"(?<!\d)(\d{6})[ -]?(\d{8})[ -]?(\d{3}[\dXx])(?![\dA-Za-z])"),
        lambda m: grouped(m[1] + m[2] + m[3]),
    ),
    (
        re.compile(r"(?:\+86[ -]?|(?<!\d))(1[3-9]\d)[ -]?(\d{4})[ -]?(\d{4})(?!\d)"),
        lambda m: grouped(m[1] + m[2] + m[3]),
    ),
    (
        re.compile(r"(?<!\d)[(（]?(0\d{2,3})(?:[)） ]|\s*[-—]\s*)\s*(\d{3,4})[ -]?(\d{4})(?!\d)"),
        lambda m: grouped(m[1] + m[2] + m[3], (len(m[1]), len(m[2]))),
    ),
    (re.compile(r"(?<!\d)400-?(\d{3})-?(\d{4})(?!\d)"), lambda m: digits(m[0], True)),
    (re.compile(rf"[¥￥]\s*({_N})([万亿])元?"), lambda m: f"{amount(m[1])}{m[2]}元"),
    (re.compile(rf"[¥￥]\s*({_N})元?"), lambda m: money(m[1])),
    (re.compile(r"(?<![\d.,])(\d+(?:,\d{3})*\.\d{1,2})元"), lambda m: money(m[1])),
    (re.compile(r"(?<=[%％℃月日号年岁元])\s*[-—~～–]\s*(?=\d)"), lambda m: "到"),
    (re.compile(r"(周[一二三四五六日])\s*[-—~～–]\s*(?=周)"), lambda m: f"{m[1]}到"),
    (re.compile(rf"(?<![\w)）])-({_N})\s*(?=℃)"), lambda m: f"零下{amount(m[1])}"),
    (re.compile(rf"(?<![\w)）%-])-(?={_N})"), lambda m: "负"),
    (re.compile(rf"({_N})\s*({_MEASURES_PATTERN})(?![A-Za-z²])"), _measured),
    (re.compile(rf"({_N})\s*[%％]"), lambda m: f"百分之{amount(m[1])}"),
    (re.compile(r"(?<!\d)(\d+)/(\d+)(?!\d)"), lambda m: f"{m[2]}分之{m[1]}"),
    (re.compile(rf"({_N})\s*[-—~～–]\s*(?={_N})"), lambda m: f"{m[1]}到"),
    (
        re.compile(rf"(?<![\d.])({SERVICE_NUMBERS.pattern})(?![{_UNITS}])"),
        lambda m: digits(m[1], True),
    ),
    (re.compile(r"(?<![\d.,])\d{7,}(?![\d元万亿.,])"), lambda m: grouped(m[0])),
    (re.compile(_N), lambda m: amount(m[0])),
    # A number of which a part is hidden: 4401**********1234.
    (re.compile(r"\*{2,}"), lambda m: "，"),
    (re.compile(r"(?<=[A-Za-z])[.](?=[A-Za-z])"), lambda m: "点"),
)
_FULL_WIDTH = str.maketrans("０１２３４５６７８９：％－，", "0123456789:%-，")
_SIGNS = (
    ("《", ""), ("》", ""), ("“", ""), ("”", ""), ("‘", ""), ("’", ""), ("\"", ""), ("'", ""),
    ("（", "，"), ("）", "，"), ("(", "，"), (")", "，"), ("【", "，"), ("】", "，"), ("〔", "，"),
    ("〕", "，"), ("[", "，"), ("]", "，"), ("—", "，"), ("…", "，"), ("·", ""), ("/", "或"),
    ("≥", "不少于"), ("≤", "不超过"), ("＞", "大于"), ("＜", "小于"), (">", "大于"), ("<", "小于"),
    ("〇", "零"), ("#", "井号"), ("*", "星号"), ("+", "加"), ("=", "等于"), ("&", "和"),
    ("-", "，"), ("%", "百分号"), ("℃", "摄氏度"), ("㎡", "平方米"),
    ("~", "到"), ("～", "到"), ("–", "，"), ("×", "乘"), ("@", "艾特"), ("¥", ""), ("￥", ""),
)  # fmt: skip
