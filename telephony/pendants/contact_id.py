"""Ademco Contact ID: sixteen digits `ACCT MT Q XYZ GG CCC S` and their checksum. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from telephony.pendants.signal import Kind, Severity, Signal, Voice, severity_of

_KEYS = str.maketrans("*#ABC", "BCDEF")
"""DTMF keys and the digits that they stand for."""
_TO_KEYS = str.maketrans("BCDEF", "*#ABC")
_VALUES = {digit: value for value, digit in enumerate("123456789", 1)} | {
    "0": 10, "B": 11, "C": 12, "D": 13, "E": 14, "F": 15,
}  # fmt: skip
_DIGIT = {value: digit for digit, value in _VALUES.items()}

EVENTS = {
    "102": Kind.INACTIVITY,
    "110": Kind.SMOKE,
    "111": Kind.SMOKE,
    "114": Kind.SMOKE,
    "130": Kind.INTRUDER,
    "151": Kind.GAS,
    "154": Kind.FLOOD,
    "162": Kind.CO,
    "406": Kind.CANCEL,
    "601": Kind.TEST,
    "602": Kind.HEARTBEAT,
    "641": Kind.INACTIVITY,
}
LISTEN_IN = "606"
_FRAME = re.compile(r"([0-9B-F]{4})(18|98)([136])([0-9B-F]{3})([0-9B-F]{2})([0-9B-F]{3})")


class ContactIdError(ValueError):
    """Not a Contact ID message. The line protocol has no refusal: no kiss-off is sent."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event: `qualifier` is 1 (new), 3 (restored) or 6 (still so)."""

    account: str
    qualifier: str
    code: str
    group: str
    zone: str


def checksum(digits: str) -> str:
    """Return the digit that makes the sum of all a multiple of 15, 0 counting as 10."""
    rest = -sum(_VALUES[digit] for digit in digits) % 15
    return _DIGIT[rest or 15]


def from_keys(keys: str) -> str:
    """Return the digits of DTMF keys as they were heard."""
    return keys.upper().translate(_KEYS)


def to_keys(digits: str) -> str:
    """Return the DTMF keys that send digits."""
    return digits.translate(_TO_KEYS)


def parse(digits: str) -> Event:
    """Read sixteen digits. Raises ContactIdError on a wrong form or checksum."""
    found = _FRAME.fullmatch(digits[:-1])
    if not found or len(digits) != 16 or digits[-1] not in _VALUES:
        raise ContactIdError("an event has sixteen digits ACCT MT Q XYZ GG CCC S")
    if checksum(digits[:-1]) != digits[-1]:
        raise ContactIdError("the checksum is wrong")
    account, _, qualifier, code, group, zone = found.groups()
    return Event(account, qualifier, code, group, zone)


def encode(event: Event) -> str:
    """Write the sixteen digits."""
    body = f"{event.account}18{event.qualifier}{event.code}{event.group}{event.zone}"
    return body + checksum(body)


def signal_of(
    event: Event, raw: bytes, protocol: str = "contact-id", ref: str = "", account: str = ""
) -> Signal:
    """Return the normal form; over DC-09 with its sequence number and account."""
    kind = kind_of(event)
    severity = severity_of(kind)
    listens = event.code == LISTEN_IN or severity is Severity.ALARM
    return Signal(
        protocol,
        account or event.account,
        ref,
        kind,
        severity,
        Voice.INBOUND if listens and protocol == "contact-id" else Voice.NONE,
        event.qualifier + event.code,
        raw,
        event.zone,
        event.group,
    )


def kind_of(event: Event) -> Kind:
    """Return the kind of an event. A restored alarm (3) cancels; trouble codes are 3xx to 5xx."""
    kind = EVENTS.get(event.code)
    if kind in (Kind.CANCEL, Kind.TEST, Kind.HEARTBEAT):
        return kind
    technical = event.code[0] in "345" or event.code in ("158", "159")
    if technical:
        return Kind.TECHNICAL
    return Kind.CANCEL if event.qualifier == "3" else kind or Kind.PENDANT
