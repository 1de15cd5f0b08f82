"""Numbers as people say them, from words to figures: digits one by one, amounts, sums, dates.

Pure. What is heard may hold fillers (嗯, 那个), 幺 for 1, 两 and 俩 for 2, the radio forms 洞 拐 勾
for 0 7 9, repeats (三个零, 双八), and figures already written by a recogniser.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from pypinyin import Style, lazy_pinyin

_FIGURES = {
    **{char: str(value) for value, char in enumerate("零一二三四五六七八九")},
    **{char: str(value) for value, char in enumerate("0123456789")},
    **{char: str(value) for value, char in enumerate("零壹贰叁肆伍陆柒捌玖")},
    "〇": "0", "○": "0", "洞": "0", "幺": "1", "两": "2", "俩": "2", "拐": "7", "勾": "9",
}  # fmt: skip
_SOUND = {
    "ling": "0", "dong": "0", "yi": "1", "yao": "1", "er": "2", "liang": "2", "lia": "2",
    "san": "3", "si": "4", "wu": "5", "liu": "6", "qi": "7", "guai": "7", "ba": "8", "jiu": "9",
    "gou": "9",
}  # fmt: skip
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_MYRIADS = {"万": 10**4, "萬": 10**4, "亿": 10**8}
_FILLERS = re.compile(
    r"那个|这个|就是说|就是|然后|一共|一下|一个是|等一等|等等|我想想|嗯|呃|唔|哦|啊|呢|吧|嘛|喂"
)
_X = re.compile(r"艾克斯|爱克斯|埃克斯|叉叉|大写的?[xX]|[xX叉×]")
_COUNTED = re.compile(r"([2-9二两三四五六七八九])个([0-9〇零洞一幺二两三四五六七八九拐勾])")
_DOUBLED = re.compile(r"(双|两个|三连|连着三个)([0-9〇零洞一幺二三四五六七八九拐勾])")
_DIGIT = "0-9〇零一二两三四五六七八九"
_WHOLE = re.compile(rf"[{_DIGIT}十拾百佰千仟万萬亿幺俩]+")
_MANY = re.compile(rf"[{_DIGIT}幺俩]*[十百千万亿][{_DIGIT}十百千万亿幺俩]*")


@dataclass(frozen=True, slots=True)
class DateParts:
    """A date as far as it was said; 0 where it was not."""

    year: int = 0
    month: int = 0
    day: int = 0


def digits(text: str, loose: bool = False) -> str:
    """Return the digits said in `text` in order, perhaps with an X (identity numbers); may be ''.

    Tens and hundreds are taken as a number (一百二十 is 120). `loose` also takes characters that
    sound like a digit (要 for 幺, 酒 for 九) where they stand beside digits: for use when a number
    was asked for.
    """
    said = _plain(text)
    said = _X.sub("X", said)
    said = _COUNTED.sub(lambda m: m[2] * int(_FIGURES[m[1]]), said)
    said = _DOUBLED.sub(lambda m: m[2] * (2 if m[1] in ("双", "两个") else 3), said)
    said = _MANY.sub(lambda m: _as_figures(m.group()), said)
    known = [_FIGURES.get(char, "X" if char == "X" else "") for char in said]
    if loose:
        known = _by_sound(said, known)
    return "".join(known)


def number(text: str) -> int | None:
    """Return the first whole number in `text` (一千七百八十 is 1780, 两千三 2300), else None."""
    found = _WHOLE.search(_plain(text).replace(",", ""))
    return _value(found.group()) if found else None


def amount(text: str) -> Decimal | None:
    """Return the first number in `text`, with decimals (三点五, 12.5, 一点七八万), else None."""
    said = _plain(text).replace(",", "")
    found = re.search(rf"({_WHOLE.pattern})(?:[点.]([{_DIGIT}]+)([万亿])?)?", said)
    if found is None:
        return None
    whole = _value(found[1])
    if whole is None or not found[2]:
        return None if whole is None else Decimal(whole)
    fraction = "".join(_FIGURES[char] for char in found[2])
    return Decimal(f"{whole}.{fraction}") * _MYRIADS.get(found[3] or "", 1)


def money(text: str) -> int | None:
    """Return the sum said in `text` in fen (一千七百八十块五 is 178050), else None.

    Knows 元/块, 角/毛 and 分; a digit alone after 块 is a 角 (十二块五).
    """
    said = _plain(text).replace(",", "")
    yuan = re.search(rf"({_WHOLE.pattern}(?:[点.][{_DIGIT}]+[万亿]?)?)(?:元|块钱?|圆)", said)
    rest = said[yuan.end() :] if yuan else said
    jiao = re.search(rf"([{_DIGIT}])(?:角|毛)", rest)
    if jiao is None and yuan:
        jiao = re.match(rf"([{_DIGIT}])(?![{_DIGIT}分十百千万])", rest)
    fen = re.search(rf"([{_DIGIT}])分", rest)
    if not (yuan or jiao or fen):
        return None
    total = (amount(yuan[1]) if yuan else None) or Decimal(0)
    cents = total * 100 + sum(
        int(_FIGURES[found[1]]) * worth for found, worth in ((jiao, 10), (fen, 1)) if found
    )
    return int(cents)


def date(text: str, this_year: int) -> DateParts | None:
    """Return the date said in `text` as far as it was said; None when there is none that exists.

    二〇二五年五月十号, 2025-05-10, 五月十号. A year of two digits is the last such year up to
    `this_year`. Dates of the lunar calendar (农历, 正月, 初五) are not understood.
    """
    said = _plain(text)
    if re.search(r"农历|阴历|正月|腊月|初[一二三四五六七八九十]", said):
        return None
    written = re.search(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)", said)
    if written:
        return _existing(*map(int, written.groups()))
    year = re.search(rf"([{_DIGIT}幺两]{{4}}|[{_DIGIT}]{{2}})年", said)
    month = re.search(rf"([{_DIGIT}十]{{1,3}})月", said)
    day = re.search(rf"月(?:份的?)?([{_DIGIT}十]{{1,3}})(?:[日号]|$|[^{_DIGIT}十])", said + " ")
    if not (year or month):
        return None
    full = int("".join(_FIGURES[char] for char in year[1])) if year else 0
    if year and len(year[1]) == 2:
        full += this_year // 100 * 100
        full -= 100 if full > this_year else 0
    numbers = [_value(found[1]) if found else 0 for found in (month, day)]
    if (month and not numbers[0]) or (day and not numbers[1]):
        return None
    return _existing(full, numbers[0] or 0, numbers[1] or 0)


def _plain(text: str) -> str:
    said = unicodedata.normalize("NFKC", text)
    said = re.sub(r"(?<=\d),(?=\d{3})", "", said)
    said = _FILLERS.sub("", said)
    return re.sub(r"[\s，、。！？；：]+", "", said)


def _existing(year: int, month: int, day: int) -> DateParts | None:
    if month > 12 or (day and not month):
        return None
    # A leap year stands in for one that was not said.
    longest = calendar.monthrange(year if 1 <= year <= 9999 else 2000, month)[1] if month else 0
    return DateParts(year, month, day) if day <= longest else None


def _as_figures(said: str) -> str:
    value = _value(said)
    if value is None:
        return "".join(_FIGURES.get(char, "") for char in said)
    return str(value)


def _value(said: str) -> int | None:
    """The value of a number in words or figures; None when it is none (二十百)."""
    if all(char in _FIGURES for char in said):
        return int("".join(_FIGURES[char] for char in said))
    total = section = 0
    pending: int | None = None
    last = 0
    for char in said:
        if char in _FIGURES:
            pending = (pending or 0) * 10 + int(_FIGURES[char])
        elif char in _UNITS:
            if last and _UNITS[char] >= last:
                return None
            section += (1 if pending is None else pending) * _UNITS[char]
            pending, last = None, _UNITS[char]
        else:
            worth = _MYRIADS[char]
            base = section + (pending or 0)
            total = (total + base) * worth if total and worth > 10**4 else total + base * worth
            section, pending, last = 0, None, worth
    if pending is not None:
        # 两千三 is 2300, but 两千零三 is 2003.
        short = pending < 10 and last > 10 and said[-2] not in _FIGURES
        section += pending * (last // 10) if short else pending
    return total + section


def _by_sound(said: str, known: list[str]) -> list[str]:
    """Take what sounds like a digit for one when the run it stands in has a real one."""
    sounds = lazy_pinyin(list(said), style=Style.NORMAL)
    likely = [digit or _SOUND.get(sound, "") for digit, sound in zip(known, sounds, strict=True)]
    out, run = list(known), [0]
    for at in range(len(likely) + 1):
        if at < len(likely) and likely[at]:
            continue
        start = run[-1]
        if any(known[start:at]):
            out[start:at] = likely[start:at]
        run.append(at + 1)
    return out
