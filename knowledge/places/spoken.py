"""Numbers, distances and times as people say them on the way."""

from __future__ import annotations

_DIGITS = "零一二三四五六七八九"
_PLACES = ((1000, "千"), (100, "百"), (10, "十"))


def number(value: int) -> str:
    """A whole number below 10,000 in words: 250 is 两百五十, 2 is 两 (as before a measure word)."""
    if value == 2:
        return "两"
    said, rest, gap = "", value, False
    for unit, name in _PLACES:
        digit, rest = divmod(rest, unit)
        if digit:
            word = "两" if digit == 2 and unit >= 100 else _DIGITS[digit]
            said += ("零" if gap else "") + word + name
            gap = False
        elif said:
            gap = True
    if rest or not said:
        said += ("零" if gap and said else "") + _DIGITS[rest]
    return said[1:] if 10 <= value < 20 else said


def distance(metres: float) -> str:
    """How far, rounded as people round: 十来米, 六十米, 四百五十米, 一点二公里, 两公里."""
    if metres < 15:
        return "十来米"
    if metres < 295:
        return f"{number(round(metres / 10) * 10)}米"
    if metres < 975:
        return f"{number(round(metres / 50) * 50)}米"
    if metres >= 9_950:
        return f"{number(round(metres / 1000))}公里"
    whole, tenth = divmod(round(metres / 100), 10)
    if not tenth:
        return f"{number(whole)}公里"
    return f"{_DIGITS[whole]}点{_DIGITS[tenth]}公里"


def duration(seconds: float) -> str:
    """How long: 不到一分钟, 二十三分钟, 一小时十分钟, 两小时."""
    minutes = round(seconds / 60)
    if minutes < 1:
        return "不到一分钟"
    hours, minutes = divmod(minutes, 60)
    if not hours:
        return f"{number(minutes)}分钟"
    return f"{number(hours)}小时" + (f"{number(minutes)}分钟" if minutes else "")
