"""Finding a caller by number: the number is encrypted, so it is found by the key of its form."""

from __future__ import annotations

import phonenumbers

from core.db import Secret

HOME = "CN"


def forms(typed: str) -> list[str]:
    """The forms in which a number that somebody typed may have been stored.

    As typed without blanks and marks, and in E.164 when it is a Chinese or international number.
    Empty when there is no digit in it.
    """
    plain = "".join(c for c in typed if c.isdecimal() or c == "+")
    if not any(c.isdecimal() for c in plain):
        return []
    found = {plain: None}
    try:
        parsed = phonenumbers.parse(plain, HOME)
    except phonenumbers.NumberParseException:
        return list(found)
    found[phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)] = None
    return list(found)


def keys(typed: str) -> list[str]:
    """The search keys of `forms`, for a WHERE caller_key IN."""
    vault = Secret._vault()
    return [vault.search_key(form) for form in forms(typed)]
