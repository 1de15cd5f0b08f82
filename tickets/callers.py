"""Finding a caller by number, and what is remembered of them.

The number is encrypted, so it is found by the key of its form.
"""

from __future__ import annotations

from datetime import datetime

import phonenumbers
from sqlalchemy.orm import Session

from core.db import Secret, Sessions
from tickets.tables import CallerRecord

HOME = "CN"

OWN_WORD = ("age", "asked")
"""Reasons of elder mode that are remembered: the caller's own words, not what we make of them."""


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


def remember(db: Session, key: str, why: str, now: datetime) -> None:
    """Keep that who phones from the number with this key was in elder mode, if by their own word.

    `why` is the value of the note `elder`; a number that is not known has the key ''.
    """
    if not key or why not in OWN_WORD:
        return
    record = db.get(CallerRecord, key)
    if record is None:
        record = CallerRecord(caller_key=key)
        db.add(record)
    record.elder, record.elder_at = True, now


def recalled(sessions: Sessions, number: str) -> frozenset[str]:
    """Return what is remembered of who phones from a number, as stored: `elder` or nothing.

    Blocking.
    """
    if not number:
        return frozenset()
    with sessions() as db:
        record = db.get(CallerRecord, Secret._vault().search_key(number))
        return frozenset({"elder"} if record is not None and record.elder else ())


def forget(db: Session, typed: str) -> bool:
    """Remove what is remembered of a number that somebody typed; whether there was anything."""
    found = [record for key in keys(typed) if (record := db.get(CallerRecord, key)) is not None]
    for record in found:
        db.delete(record)
    return bool(found)
