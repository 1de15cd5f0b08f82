"""The normal form that every pendant protocol is read into."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a signal is about."""

    FALL = "fall"
    PENDANT = "pendant"
    SMOKE = "smoke"
    GAS = "gas"
    CO = "co"
    FLOOD = "flood"
    INACTIVITY = "inactivity"
    INTRUDER = "intruder"
    TECHNICAL = "technical"
    HEARTBEAT = "heartbeat"
    CANCEL = "cancel"
    TEST = "test"


class Severity(StrEnum):
    """ALARM: somebody may be in danger. TROUBLE: a device needs care. NOTE: for the record."""

    ALARM = "alarm"
    TROUBLE = "trouble"
    NOTE = "note"


class Voice(StrEnum):
    """The voice leg that the device wants: it calls us, we call it, or none."""

    INBOUND = "inbound"
    CALL_BACK = "call_back"
    NONE = "none"


ALARMS = frozenset(Kind) - {Kind.TECHNICAL, Kind.HEARTBEAT, Kind.CANCEL, Kind.TEST}


def severity_of(kind: Kind) -> Severity:
    """Return how grave a kind is unless the message says otherwise."""
    if kind in ALARMS:
        return Severity.ALARM
    return Severity.TROUBLE if kind is Kind.TECHNICAL else Severity.NOTE


@dataclass(frozen=True, slots=True)
class Signal:
    """One message of a device.

    `controller` is the id that the device goes by in its protocol, `ref` its number of this
    message (empty where the protocol has none), `place` and `text` what it says of where and what.
    `call_back` is what to dial for Voice.CALL_BACK. `code` is the protocol's own event code and
    `raw` the message as it came.
    """

    protocol: str
    controller: str
    ref: str
    kind: Kind
    severity: Severity
    voice: Voice
    code: str
    raw: bytes
    unit: str = ""
    place: str = ""
    text: str = ""
    call_back: str = ""
