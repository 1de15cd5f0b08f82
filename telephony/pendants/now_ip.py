"""NOW-IP (BS 8521-2:2020): the `ATM` XML in a SIP MESSAGE, and our acknowledgement. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.sax.saxutils import escape

from telephony.pendants import bs8521
from telephony.pendants.flat_xml import FlatXmlError, TooLong, fields_of
from telephony.pendants.signal import Kind, Severity, Signal, Voice

CONTENT_TYPE = "application/xml"
HEARTBEAT, ALARM, REJECTED, BUSY, ACK = "0", "1", "5", "6", "A"
_TYPE = re.compile(r"[0-9A]")
_MAC = re.compile(r"[0-9A-Fa-f:\-]{12,17}")


class NowIpError(ValueError):
    """A body that is refused: `kind` is the type to answer (5 rejected)."""

    kind = REJECTED


@dataclass(frozen=True, slots=True)
class Message:
    """One `ATM`; `mac` in capitals without separators, empty where there is none."""

    version: str
    type: str
    data: str
    time: str
    mac: str


def parse(body: bytes) -> Message:
    """Read a body. Raises NowIpError alone."""
    try:
        values = fields_of(body, "atm")
    except (FlatXmlError, TooLong) as error:
        raise NowIpError(str(error)) from error
    kind = values.get("type", "").upper()
    if not _TYPE.fullmatch(kind):
        raise NowIpError("the type is missing or unknown")
    mac = values.get("mac", "")
    if mac and not _MAC.fullmatch(mac):
        raise NowIpError("the mac is none")
    message = Message(
        values.get("version", ""),
        kind,
        values.get("data", ""),
        values.get("time", ""),
        re.sub(r"[:\-]", "", mac).upper(),
    )
    if kind == ALARM:
        _alarm(message)
    return message


def signal_of(message: Message, raw: bytes) -> Signal:
    """Return the normal form of a heartbeat or alarm. Raises NowIpError on another type."""
    if message.type == HEARTBEAT:
        return Signal(
            "now-ip", message.mac, "", Kind.HEARTBEAT, Severity.NOTE, Voice.NONE, "0", raw
        )
    if message.type != ALARM:
        raise NowIpError("only heartbeats and alarms are taken")
    return bs8521.signal_of(_alarm(message), "now-ip", raw)


def answer(message: Message, kind: str = ACK) -> bytes:
    """Write our answer: the message's own data and time with another type."""
    return encode(Message(message.version, kind, message.data, message.time, message.mac))


def encode(message: Message) -> bytes:
    """Write an `ATM`."""
    pairs = [("version", message.version), ("type", message.type), ("data", message.data)]
    pairs += [("time", message.time), ("mac", message.mac)]
    inner = "".join(f"<{tag}>{escape(value)}</{tag}>" for tag, value in pairs)
    return f"<ATM>{inner}</ATM>".encode()


def _alarm(message: Message) -> bs8521.Alarm:
    try:
        return bs8521.parse(message.data)
    except bs8521.Bs8521Error as error:
        raise NowIpError(str(error)) from error
