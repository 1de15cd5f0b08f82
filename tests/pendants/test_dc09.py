"""SIA DC-09 frames: CRC, length, AES, time window, replies, and noise."""

from __future__ import annotations

import string
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.pendants import dc09
from telephony.pendants.dc09 import Dc09Error, Frame
from telephony.pendants.signal import Kind

NOW = datetime(2026, 11, 29, 6, 0, tzinfo=UTC)
KEY = bytes(range(16))
PENDANT = Frame("ADM-CID", "0042", "1234", "#1234|1101 00 007")


def test_the_crc_is_crc_16_arc() -> None:
    assert dc09.crc(b"123456789") == 0xBB3D


def test_a_frame_says_its_crc_and_length() -> None:
    raw = dc09.encode(PENDANT)
    body = b'"ADM-CID"0042L0#1234[#1234|1101 00 007]'
    assert raw == b"\n%04X%04X%s\r" % (dc09.crc(body), len(body), body)
    assert dc09.parse(raw, NOW) == PENDANT


@pytest.mark.parametrize(
    ("frame", "kind", "controller", "ref"),
    [
        (PENDANT, Kind.PENDANT, "1234", "0042"),
        (Frame("ADM-CID", "0001", "1234", "|1111 00 007"), Kind.SMOKE, "1234", "0001"),
        (Frame("ADM-CID", "0001", "1234", "#99AA|3101 00 007"), Kind.CANCEL, "99AA", "0001"),
        (Frame("ADM-CID", "0001", "1234", "|1302 00 007"), Kind.TECHNICAL, "1234", "0001"),
        (Frame("ADM-CID", "0001", "1234", "|1602 00 000"), Kind.HEARTBEAT, "1234", "0001"),
        (Frame("SIA-DCS", "0001", "1234", "#1234|NFA129"), Kind.SMOKE, "1234", "0001"),
        (Frame("SIA-DCS", "0001", "1234", "#1234|Nri1/QA12"), Kind.PENDANT, "1234", "0001"),
        (Frame("SIA-DCS", "0001", "1234", "|NYT00"), Kind.TECHNICAL, "1234", "0001"),
        (Frame("NULL", "0000", "1234"), Kind.HEARTBEAT, "1234", ""),
    ],
)
def test_kinds(frame: Frame, kind: Kind, controller: str, ref: str) -> None:
    raw = dc09.encode(frame)
    signal = dc09.signal_of(dc09.parse(raw, NOW), raw)
    assert (signal.kind, signal.controller, signal.ref) == (kind, controller, ref)


def test_an_encrypted_frame_is_read_with_its_key_alone() -> None:
    sent = Frame("ADM-CID", "0042", "1234", "#1234|1101 00 007", encrypted=True, at=NOW)
    raw = dc09.encode(sent, KEY)
    assert b"1101" not in raw
    assert dc09.parse(raw, NOW, KEY) == sent
    for key in (b"", bytes(16)):
        with pytest.raises(Dc09Error) as refused:
            dc09.parse(raw, NOW, key)
        assert refused.value.reply == "DUH"


def test_with_a_key_set_a_plain_frame_is_refused() -> None:
    with pytest.raises(Dc09Error) as refused:
        dc09.parse(dc09.encode(PENDANT), NOW, KEY)
    assert refused.value.reply == "DUH"


@pytest.mark.parametrize(
    ("seconds", "taken"), [(0, True), (-40, True), (-41, False), (20, True), (21, False)]
)
def test_the_time_window(seconds: int, taken: bool) -> None:
    raw = dc09.encode(Frame("NULL", "0000", "1234", at=NOW + timedelta(seconds=seconds)))
    if taken:
        dc09.parse(raw, NOW)
        return
    with pytest.raises(Dc09Error) as refused:
        dc09.parse(raw, NOW)
    assert refused.value.reply == "NAK"


@pytest.mark.parametrize(
    ("raw", "reply"),
    [
        (b"", ""),
        (b"\nnonsense\r", ""),
        (dc09.encode(PENDANT).replace(b"1101", b"1100"), ""),
        (dc09.encode(PENDANT)[:-9] + b"\r", ""),
        (b"\n" + b"0" * 3000 + b"\r", ""),
        (dc09._sealed_frame(b'"XYZ"0001L0#1234[]'), "DUH"),
        (dc09._sealed_frame(b'"NULL"0001L0#1234[]_25:00:00,11-29-2026'), "DUH"),
        (dc09._sealed_frame(b'"*NULL"0001L0#1234[zz'), "DUH"),
    ],
)
def test_what_is_refused(raw: bytes, reply: str) -> None:
    with pytest.raises(Dc09Error) as refused:
        dc09.parse(raw, NOW, KEY if b"*" in raw else b"")
    assert refused.value.reply == reply


def test_replies() -> None:
    assert dc09.reply("ACK", PENDANT, NOW)[9:] == b'"ACK"0042L0#1234[]\r'
    assert dc09.reply("DUH", PENDANT, NOW)[9:] == b'"DUH"0042L0#1234[]\r'
    nak = dc09.reply("NAK", PENDANT, NOW)
    assert nak[9:] == b'"NAK"0000R0L0A0[]_06:00:00,11-29-2026\r'
    sealed = dc09.reply("ACK", Frame("NULL", "0042", "1", encrypted=True), NOW, KEY)
    assert sealed[9:].startswith(b'"*ACK"0042L0#1[') and b"06:00" not in sealed


_CHARS = string.ascii_letters + string.digits + "#|/ ^"


@given(
    st.sampled_from(["SIA-DCS", "ADM-CID", "NULL"]),
    st.from_regex(r"[0-9]{4}", fullmatch=True),
    st.from_regex(r"[0-9A-F]{3,16}", fullmatch=True),
    st.text(_CHARS, max_size=60),
    st.booleans(),
)
def test_round_trip(kind: str, sequence: str, account: str, data: str, sealed: bool) -> None:
    frame = Frame(kind, sequence, account, data, encrypted=sealed, at=NOW)
    key = KEY if sealed else b""
    assert dc09.parse(dc09.encode(frame, key), NOW, key) == frame


@given(st.binary(max_size=120), st.integers(0, 60), st.integers(0, 60), st.booleans())
def test_noise_is_refused_with_our_own_error_alone(
    noise: bytes, start: int, cut: int, framed: bool
) -> None:
    body = dc09.encode(PENDANT)[9:-1]
    body = body[:start] + noise + body[start + cut :]
    raw = dc09._sealed_frame(body) if framed else body
    for key in (b"", KEY):
        try:
            dc09.signal_of(dc09.parse(raw, NOW, key), raw)
        except Dc09Error as error:
            assert error.reply in ("", "NAK", "DUH")
