"""Brings telephone numbers into one form: E.164 where sure, else the digits dialled. Pure."""

from __future__ import annotations

import re

import phonenumbers

SHORT_CODES = ("110", "119", "120", "122", "12345", "12349")
"""Never rewritten: emergency numbers and the government lines."""

IP_PREFIXES = ("17951", "17911", "17909", "17931", "12593", "17901", "17900")
"""Prefixes by which Chinese callers chose a cheaper carrier; they are no part of the number."""

LONGEST = 32
VISUAL = re.compile(r"[\s().\u00a0/-]")
EXTENSION = re.compile(r"12349[-*#]?\d{1,4}$")


def normalise(text: str, country: str = "CN") -> str:
    """Return `text` (a user part or dialled digits) as E.164, a short code, or a safe word.

    A number that is valid in `country` (ISO 3166 two letters) becomes E.164 with its `+`; short
    codes and extensions of 12349 stay as they are; anything else keeps its letters, digits and
    `+*#._-`, at most 32 of them. Junk gives an empty string. Never raises.
    """
    word = text.strip()
    if EXTENSION.fullmatch(word):
        return word
    digits = VISUAL.sub("", word)
    if not re.fullmatch(r"\+?[0-9*#]+", digits) or not digits.isascii():
        return re.sub(r"[^0-9A-Za-z+*#._-]", "", word)[:LONGEST]
    home = str(phonenumbers.country_code_for_region(country) or "")
    national = _national(digits, home)
    if national in SHORT_CODES or EXTENSION.fullmatch(national):
        return national
    for prefix in IP_PREFIXES:
        # A number behind the prefix has at least area code and subscriber.
        if national.startswith(prefix) and len(national) - len(prefix) >= 10:
            national = digits = national[len(prefix) :]
            break
    return _e164(digits, country) or national[:LONGEST]


def _national(digits: str, home: str) -> str:
    """Take the country's own prefix (+86, 0086) off, to see whether a short code is left."""
    for prefix in (f"+{home}", f"00{home}"):
        if home and digits.startswith(prefix) and len(digits) > len(prefix):
            return digits[len(prefix) :]
    return digits


def _e164(digits: str, country: str) -> str:
    """Return E.164 for a valid number, else an empty string."""
    tries = [digits]
    if not digits.startswith(("+", "0")):
        # Carriers send a foreign or Chinese number with its country code and no plus.
        tries.append("+" + digits)
    for attempt in tries:
        try:
            number = phonenumbers.parse(attempt, country)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return ""
