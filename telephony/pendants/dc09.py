r"""SIA DC-09: frames `\n CRC 0LLL "ID" seq Rrcvr Lpref #acct [data] _time \r` and replies. Pure.

An ID that begins with * has everything after `[` in AES-CBC, as hexadecimal digits, with a zero
initialisation vector and padding in front (DC-09, 5.4.4.7).
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from telephony.pendants import contact_id
from telephony.pendants.signal import Kind, Severity, Signal, Voice, severity_of

LARGEST = 2048
EARLY, LATE = timedelta(seconds=20), timedelta(seconds=40)
"""How far a device's clock may be ahead of and behind ours (DC-09, 5.5.1.9)."""

_HEAD = re.compile(rb'([0-9A-Fa-f]{4})(0[0-9A-Fa-f]{3})(".*)', re.DOTALL)
_BODY = re.compile(
    r'"(\*?)(SIA-DCS|ADM-CID|NULL)"([0-9]{4})(?:R([0-9A-Fa-f]{1,6}))?L([0-9A-Fa-f]{1,6})'
    r"(?:#([0-9A-Fa-f]{3,16}))?\[(.*)",
    re.DOTALL,
)
_TAIL = re.compile(r"([^\]]*)\]((?:\[[^\]]*\])*)(?:_([0-9:,\-]{19}))?", re.DOTALL)
_CID = re.compile(r"(?:#([0-9A-Fa-f]{3,16}))?\|?([136])([0-9]{3}) ?([0-9A-F]{2}) ?([0-9A-F]{3})")
_DCS = re.compile(r"(?:#([0-9A-Fa-f]{3,16}))?\|?(?:[NORU](?=[a-z]|[A-Z]{2}))?(.*)", re.DOTALL)
_CODE = re.compile(r"([A-Z]{2})([0-9]{0,4})")

SIA_CODES = {
    "FA": Kind.SMOKE, "KA": Kind.SMOKE, "GA": Kind.GAS, "WA": Kind.FLOOD, "BA": Kind.INTRUDER,
    "NA": Kind.INACTIVITY, "RP": Kind.HEARTBEAT, "RX": Kind.TEST, "TS": Kind.TEST,
    "BC": Kind.CANCEL, "MC": Kind.CANCEL, "QC": Kind.CANCEL,
}  # fmt: skip
_HELP = frozenset({"MA", "QA", "PA", "HA", "EA"})


class Dc09Error(ValueError):
    """A frame that is refused: `reply` is NAK, DUH, or "" where DC-09 wants silence (bad CRC)."""

    def __init__(self, reply: str, text: str, frame: Frame | None = None) -> None:
        super().__init__(text)
        self.reply, self.frame = reply, frame


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame's fields. `at` is the sender's time in UTC, None where it sends none."""

    id: str
    sequence: str
    account: str
    data: str = ""
    receiver: str = ""
    prefix: str = "0"
    encrypted: bool = False
    at: datetime | None = None
    extra: str = ""


def crc(data: bytes) -> int:
    """Return CRC-16/ARC."""
    value = 0
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0xA001 if value & 1 else 0)
    return value


def parse(raw: bytes, now: datetime, key: bytes = b"") -> Frame:
    """Read one frame with or without its line ends; `key` has 16, 24 or 32 bytes.

    Raises Dc09Error alone.
    """
    if len(raw) > LARGEST:
        raise Dc09Error("", "the frame is too long")
    head = _HEAD.fullmatch(raw.strip(b"\r\n"))
    if not head:
        raise Dc09Error("", "this is no frame")
    if int(head[2], 16) != len(head[3]):
        raise Dc09Error("", "the length is wrong")
    if int(head[1], 16) != crc(head[3]):
        raise Dc09Error("", "the CRC is wrong")
    body = _BODY.fullmatch(head[3].decode("latin-1"))
    if not body:
        raise Dc09Error("DUH", "this kind of message is not taken")
    star, kind, sequence, receiver, prefix, account, rest = body.groups()
    frame = Frame(kind, sequence, account or "", "", receiver or "", prefix, bool(star))
    if key and not star:
        raise Dc09Error("DUH", "only encrypted frames are taken", frame)
    if star:
        rest = _decrypt(rest, key, frame)
    return _finish(frame, rest, now)


def _finish(frame: Frame, rest: str, now: datetime) -> Frame:
    tail = _TAIL.fullmatch(rest)
    if not tail:
        raise Dc09Error("DUH", "the data cannot be read", frame)
    data, extra, stamp = tail.groups()
    frame = replace(frame, data=data, extra=extra)
    if not stamp:
        if frame.encrypted:
            raise Dc09Error("NAK", "an encrypted frame needs its time", frame)
        return frame
    try:
        at = datetime.strptime(stamp, "%H:%M:%S,%m-%d-%Y").replace(tzinfo=UTC)
    except ValueError as error:
        raise Dc09Error("DUH", "the time cannot be read", frame) from error
    if not now - LATE <= at <= now + EARLY:
        raise Dc09Error("NAK", "the device's clock is wrong", frame)
    return replace(frame, at=at)


def _decrypt(digits: str, key: bytes, frame: Frame) -> str:
    if not key:
        raise Dc09Error("DUH", "no key is set for this device", frame)
    try:
        sealed = bytes.fromhex(digits)
    except ValueError as error:
        raise Dc09Error("DUH", "the encrypted part is no hexadecimal", frame) from error
    if not sealed or len(sealed) % 16:
        raise Dc09Error("DUH", "the encrypted part is no multiple of 16 bytes", frame)
    decryptor = Cipher(algorithms.AES(key), modes.CBC(bytes(16))).decryptor()
    text = (decryptor.update(sealed) + decryptor.finalize()).decode("latin-1")
    # The padding in front never holds a bar; what stands before the bar is not the message.
    _, bar, rest = text.partition("|")
    if not bar:
        raise Dc09Error("DUH", "the key is wrong", frame)
    return rest


def encode(frame: Frame, key: bytes = b"") -> bytes:
    """Write a frame, for a device that is simulated; encrypted with a key."""
    stamp = f"_{frame.at:%H:%M:%S,%m-%d-%Y}" if frame.at else ""
    rest = f"{frame.data}]{frame.extra}{stamp}"
    return _framed(frame, frame.id, rest, key)


def reply(kind: str, frame: Frame | None, now: datetime, key: bytes = b"") -> bytes:
    """Write ACK, NAK or DUH to a frame, with its sequence number; encrypted as the frame was.

    A NAK is always plain and carries our time, by which the device sets its clock.
    """
    stamp = f"_{now.astimezone(UTC):%H:%M:%S,%m-%d-%Y}"
    if kind == "NAK" or frame is None:
        body = f'"{kind}"0000R0L0A0[]{stamp if kind == "NAK" else ""}'
        return _sealed_frame(body.encode("latin-1"))
    encrypted = frame.encrypted and bool(key) and kind == "ACK"
    return _framed(frame, kind, "]" + (stamp if encrypted else ""), key if encrypted else b"")


def _framed(frame: Frame, kind: str, rest: str, key: bytes) -> bytes:
    receiver = f"R{frame.receiver}" if frame.receiver else ""
    account = f"#{frame.account}" if frame.account else ""
    start = f'"{"*" if key else ""}{kind}"{frame.sequence}{receiver}L{frame.prefix}{account}['
    if key:
        plain = "|" + rest
        missing = -len(plain) % 16
        padding = "".join(secrets.choice("0123456789ABCDEF") for _ in range(missing))
        encryptor = Cipher(algorithms.AES(key), modes.CBC(bytes(16))).encryptor()
        sealed = encryptor.update((padding + plain).encode("latin-1")) + encryptor.finalize()
        rest = sealed.hex().upper()
    return _sealed_frame((start + rest).encode("latin-1"))


def _sealed_frame(body: bytes) -> bytes:
    return b"\n%04X%04X%s\r" % (crc(body), len(body), body)


def signal_of(frame: Frame, raw: bytes) -> Signal:
    """Return the normal form. Raises Dc09Error (DUH) on data that cannot be read."""
    ref = frame.sequence
    if frame.id == "NULL":
        return Signal(
            "dc-09", frame.account, "", Kind.HEARTBEAT, Severity.NOTE, Voice.NONE, "NULL", raw
        )
    if frame.id == "ADM-CID":
        found = _CID.fullmatch(frame.data)
        if not found:
            raise Dc09Error("DUH", "the Contact ID data cannot be read", frame)
        event = contact_id.Event(found[1] or frame.account, *found.groups()[1:])
        return contact_id.signal_of(event, raw, "dc-09", ref, found[1] or frame.account)
    return _dcs_signal(frame, raw)


def _dcs_signal(frame: Frame, raw: bytes) -> Signal:
    found = _DCS.fullmatch(frame.data)
    code = None
    for part in (found[2] if found else "").split("/"):
        code = code or _CODE.match(part)
    if not found or not code:
        raise Dc09Error("DUH", "the SIA data cannot be read", frame)
    kind = sia_kind(code[1])
    return Signal(
        "dc-09",
        found[1] or frame.account,
        frame.sequence,
        kind,
        severity_of(kind),
        Voice.NONE,
        code[1],
        raw,
        code[2],
    )


def sia_kind(code: str) -> Kind:
    """Return the kind of a SIA code: known ones, else alarms (xA), restorals (xR, xH), trouble."""
    if code in SIA_CODES:
        return SIA_CODES[code]
    if code in _HELP or code[1] == "A":
        return Kind.PENDANT
    return Kind.CANCEL if code[1] in "RH" else Kind.TECHNICAL
