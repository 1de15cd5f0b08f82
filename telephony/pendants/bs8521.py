"""BS 8521: the 24 digits of an alarm, as NOW-IP and the DTMF line carry them. Pure.

`C D TT GGGGGGGG RRRR EEE LL P SS`: system, speech, conformance, controller, unit, event, location,
priority, status.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from telephony.pendants.signal import Kind, Severity, Signal, Voice, severity_of

EVENTS = {
    "014": Kind.INACTIVITY,
    "015": Kind.INTRUDER,
    "016": Kind.SMOKE,
    "017": Kind.SMOKE,
    "018": Kind.INTRUDER,
    "021": Kind.FALL,
    "022": Kind.FALL,
    "026": Kind.CO,
    "027": Kind.GAS,
    "028": Kind.INTRUDER,
    "043": Kind.INACTIVITY,
    "047": Kind.FLOOD,
    "048": Kind.FLOOD,
    "050": Kind.TECHNICAL,
    "051": Kind.TECHNICAL,
    "053": Kind.TECHNICAL,
    "057": Kind.TECHNICAL,
    "058": Kind.TEST,
    "061": Kind.TECHNICAL,
    "062": Kind.TECHNICAL,
    "064": Kind.TEST,
    "097": Kind.CANCEL,
    "099": Kind.CANCEL,
}
"""Other events are calls for help."""

FAULTS = frozenset({"05", "06", "07", "09"})
_DIGITS = re.compile(r"[0-9]{24}")


class Bs8521Error(ValueError):
    """Not 24 digits of an alarm. The line protocol has no refusal: the request is repeated."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """The fields of the 24 digits, all as digits."""

    system: str
    speech: str
    conformance: str
    controller: str
    unit: str
    event: str
    location: str
    priority: str
    status: str


_WIDTHS = (1, 1, 2, 8, 4, 3, 2, 1, 2)


def parse(digits: str) -> Alarm:
    """Read 24 digits; white space around them is passed over. Raises Bs8521Error."""
    digits = digits.strip(" \t\r\n\0")
    if not _DIGITS.fullmatch(digits):
        raise Bs8521Error("an alarm has 24 decimal digits")
    parts, at = [], 0
    for width in _WIDTHS:
        parts.append(digits[at : at + width])
        at += width
    return Alarm(*parts)


def encode(alarm: Alarm) -> str:
    """Write the 24 digits."""
    return (
        alarm.system + alarm.speech + alarm.conformance + alarm.controller + alarm.unit
        + alarm.event + alarm.location + alarm.priority + alarm.status
    )  # fmt: skip


def signal_of(alarm: Alarm, protocol: str, raw: bytes) -> Signal:
    """Return the normal form. A reference is not part of the digits and stays empty."""
    kind = EVENTS.get(alarm.event, Kind.PENDANT)
    severity = severity_of(kind)
    if kind is Kind.TEST or (alarm.status in FAULTS and severity is not Severity.ALARM):
        severity = Severity.NOTE if kind is Kind.TEST else Severity.TROUBLE
    wants = alarm.speech != "0" and severity is Severity.ALARM
    return Signal(
        protocol,
        alarm.controller,
        "",
        kind,
        severity,
        Voice.INBOUND if wants else Voice.NONE,
        f"{alarm.event}/{alarm.status}",
        raw,
        alarm.unit,
        alarm.location,
    )
