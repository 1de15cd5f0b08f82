"""Numbers in words: amounts, digits one by one, money, and numbers to dial or to copy in groups."""

from __future__ import annotations

_DIGITS = "零一二三四五六七八九"
_DIAL = "零幺二三四五六七八九"
DIGIT_WORDS = (*_DIAL, "艾克斯")
"""How each digit of a number to dial or to copy down is said, and the X of identity numbers."""

MOST_DIGITS = 16
"""An amount of more digits is read digit by digit."""


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
    """Return the digits of `text` one by one; 1 is 幺 in a number to `dial`. X is 艾克斯."""
    names = _DIAL if dial else _DIGITS
    return "".join(
        "艾克斯" if char in "Xx" else names[int(char)]
        for char in text
        if char.isdigit() or char in "Xx"
    )


def amount(text: str) -> str:
    """Return a number with thousands commas and perhaps a decimal point in words."""
    whole, _, fraction = text.replace(",", "").partition(".")
    if len(whole) > MOST_DIGITS:
        return digits(text)
    if len(whole) > 1 and whole.startswith("0") and not fraction:
        return digits(whole)
    return number(int(whole)) + (f"点{digits(fraction)}" if fraction else "")


def money(text: str) -> str:
    """Return a sum in yuan in words: 1,780 is 一千七百八十元, 12.50 十二元五角, 0.05 五分."""
    whole, _, fraction = text.replace(",", "").partition(".")
    jiao, fen = int((fraction + "00")[0]), int((fraction + "00")[1])
    if len(fraction) > 2 or not (jiao or fen):
        return amount(text if len(fraction) > 2 else whole) + "元"
    yuan = f"{amount(whole)}元" if int(whole) else ""
    cents = f"{number(fen)}分" if fen else ""
    if not jiao:
        return yuan + ("零" if yuan else "") + cents
    return f"{yuan}{number(jiao)}角{cents}"


def grouped(text: str, sizes: tuple[int, ...] = ()) -> str:
    """Return digits to dial or copy down, in groups with a pause between them.

    `sizes` are the groups' lengths; by default those in which people say such a number (`groups`).
    """
    return "，".join(digits(part, dial=True) for part in groups(text, sizes))


def groups(text: str, sizes: tuple[int, ...] = ()) -> tuple[str, ...]:
    """Return `text`, digits and perhaps a last X, cut into the groups in which it is said.

    Mobile numbers are 3-4-4, identity numbers 6-8-4 (address code, birth, order and check digit:
    GB 11643), landlines area code, then 3-4 or 4-4; numbers up to six digits are one group and
    others fours from the left. With `sizes` what is left over is the last group.
    """
    sizes = sizes or _sizes(text)
    parts, at = [], 0
    for size in sizes:
        parts.append(text[at : at + size])
        at += size
    parts.append(text[at:])
    return tuple(part for part in parts if part)


def _sizes(text: str) -> tuple[int, ...]:
    length = len(text)
    if length == 18:
        return (6, 8, 4)
    if length == 11 and text.startswith("1"):
        return (3, 4, 4)
    if text.startswith("0") and length in (10, 11, 12):
        # Area codes of three digits are 010 and 02x (工信部，电信网编号计划).
        area = 3 if text[1] in "12" else 4
        return (area, length - area - 4, 4)
    if length <= 6:
        return (length,)
    if length == 7:
        return (3, 4)
    return (4,) * (length // 4)


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
