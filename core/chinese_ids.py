"""Telephone and identity numbers of China: their forms, and what is wrong with one. Pure."""

from __future__ import annotations

import re
from datetime import date

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_PROVINCES = frozenset(
    (
        "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 "
        "64 65 71 81 82 83 91"
    ).split()
)
_OLDEST = 130

_MOBILE = re.compile(r"1[3-9]\d{9}")
_LONG_AREA = re.compile(r"(?:010|02[0-57-9])[2-8]\d{7}")
_SHORT_AREA = re.compile(r"0[3-9]\d{2}[2-8]\d{6,7}")
_LOCAL = re.compile(r"[2-8]\d{6,7}")


def check_digit(seventeen: str) -> str:
    """Return the 18th character of an identity number, 0-9 or X (GB 11643-1999: ISO 7064 mod 11-2).

    Raises ValueError when `seventeen` is not 17 digits.
    """
    if not re.fullmatch(r"[0-9]{17}", seventeen):
        raise ValueError("an identity number has 17 digits before its check digit")
    pairs = zip(seventeen, _WEIGHTS, strict=True)
    return _CHECKS[sum(int(digit) * weight for digit, weight in pairs) % 11]


def identity_fault(number: str, today: date) -> str:
    """Return what is wrong with an identity number, empty when nothing is.

    One of length, area (no such province), birth (no such day, in the future, or older than 130
    years) and check (GB 11643-1999).
    """
    number = number.upper()
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        return "length"
    if number[:2] not in _PROVINCES:
        return "area"
    if birthday(number[6:14], today) is None:
        return "birth"
    return "" if check_digit(number[:17]) == number[17] else "check"


def birthday(digits: str, today: date) -> date | None:
    """Return the day that eight digits (YYYYMMDD) name, if somebody alive may be born on it.

    None for no such day, one in the future, or one more than 130 years ago.
    """
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None
    return None if born > today or today.year - born.year > _OLDEST else born


def phone_fault(number: str) -> str:
    """Return what is wrong with a telephone number, empty when nothing is.

    One of length and form. Good are mobile numbers, landlines with area code, and local landlines
    of seven or eight digits (工信部《电信网编号计划》). No +86: see `phone`.
    """
    forms = (_MOBILE, _LONG_AREA, _SHORT_AREA, _LOCAL)
    if any(form.fullmatch(number) for form in forms):
        return ""
    return "form" if len(number) in (7, 8, 10, 11, 12) else "length"


def phone(number: str) -> str:
    """Return a number without the country's code (0086, 86 before a whole number) before it."""
    for prefix in ("0086", "86"):
        rest = number.removeprefix(prefix)
        if rest == number:
            continue
        if _MOBILE.fullmatch(rest):
            return rest
        if prefix == "0086" and not phone_fault("0" + rest):
            return "0" + rest
    return number


def phone_complete(number: str) -> bool:
    """Whether nothing can follow: a mobile number or a landline of its longest form."""
    if _MOBILE.fullmatch(number) or _LONG_AREA.fullmatch(number):
        return True
    return len(number) == 12 and not phone_fault(number)
