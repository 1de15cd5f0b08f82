"""RTP packets, telephone events and pacing."""

from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.task import Clock

from telephony.caller.rtp import BadPacket, Clip, Pacer, Packet, Sender, parse_packet


def sending() -> tuple[Sender, list[Packet]]:
    out: list[Packet] = []
    sender = Sender(lambda data: out.append(parse_packet(data)), 7, 65530, 2**32 - 320)
    sender.event_type = 101
    return sender, out


def test_numbers_wrap_and_the_first_packet_is_marked() -> None:
    sender, out = sending()
    for _ in range(10):
        sender.tick()
    assert [p.sequence for p in out] == [65530, 65531, 65532, 65533, 65534, 65535, 0, 1, 2, 3]
    assert [p.timestamp for p in out][:4] == [2**32 - 320, 2**32 - 160, 0, 160]
    assert [p.marker for p in out] == [True] + [False] * 9


def test_a_digit_follows_rfc_4733() -> None:
    sender, out = sending()
    sender.press("5#")
    while sender.busy:
        sender.tick()
    events = [p for p in out if p.payload_type == 101]
    five, hash_ = events[: len(events) // 2], events[len(events) // 2 :]
    for digit, code in ((five, 5), (hash_, 11)):
        assert {p.timestamp for p in digit} == {digit[0].timestamp}
        assert {p.payload[0] for p in digit} == {code}
        durations = [int.from_bytes(p.payload[2:], "big") for p in digit]
        assert durations == [160, 320, 480, 640, 800, 960, 1120, 1280, 1280, 1280, 1280]
        assert [bool(p.payload[1] & 0x80) for p in digit] == [False] * 8 + [True] * 3
        assert [p.marker for p in digit] == [True] + [False] * 10
    assert five[0].timestamp != hash_[0].timestamp
    sequences = [p.sequence for p in out]
    assert all((b - a) % 65536 == 1 for a, b in pairwise(sequences))


def test_audio_after_a_digit_has_the_time_that_has_passed() -> None:
    sender, out = sending()
    sender.tick()
    before = out[-1].timestamp
    sender.press("1")
    ticks = 0
    while sender.busy:
        sender.tick()
        ticks += 1
    sender.tick()
    assert (out[-1].timestamp - before) % 2**32 == 160 * (ticks + 1)


def test_marks_of_a_clip_are_called_when_their_frame_is_sent() -> None:
    sender, out = sending()
    seen: list[tuple[str, int]] = []

    def mark(name: str) -> Callable[[], None]:
        return lambda: seen.append((name, len(out)))

    sender.play(Clip([bytes(160)] * 5, {1: mark("a"), 3: mark("b"), 9: mark("beyond")}))
    for _ in range(7):
        sender.tick()
    assert seen == [("a", 1), ("b", 3), ("beyond", 4)]
    assert not sender.busy


def test_the_pacer_does_not_drift() -> None:
    clock = Clock()
    pacer = Pacer(clock)
    times: list[float] = []
    pacer.add(1, lambda: times.append(clock.seconds()))
    for _ in range(1000):
        clock.advance(0.0173)
    assert len(times) == int(17.3 / 0.02) + 1
    assert all(abs(time - n * 0.02) <= 0.0174 for n, time in enumerate(times))


def test_the_pacer_skips_a_standstill_and_stops_when_alone() -> None:
    clock = Clock()
    pacer = Pacer(clock)
    ticks: list[int] = []
    pacer.add(1, lambda: ticks.append(1))
    clock.advance(0)
    clock.advance(5)
    assert len(ticks) == 2
    pacer.remove(1)
    assert clock.getDelayedCalls() == []


def test_a_member_may_leave_in_its_own_tick() -> None:
    clock = Clock()
    pacer = Pacer(clock)
    pacer.add(1, lambda: pacer.remove(1))
    clock.advance(0)
    assert clock.getDelayedCalls() == []


def test_extension_csrc_and_padding_are_taken_off() -> None:
    head = bytes([0xB1, 0x80 | 8]) + bytes(10) + bytes(4)
    data = head + b"\xbe\xde\0\x01" + bytes(4) + b"audio" + b"\0\0\x03"
    found = parse_packet(data)
    assert found.payload == b"audio" and found.marker and found.payload_type == 8


@given(st.binary(max_size=60))
def test_junk_is_refused(data: bytes) -> None:
    with suppress(BadPacket):
        assert len(parse_packet(data).payload) <= len(data) - 12


@pytest.mark.parametrize("digit", ["x", "12 "])
def test_a_wrong_digit_is_an_error_not_a_tone(digit: str) -> None:
    sender, _ = sending()
    with pytest.raises(ValueError):
        sender.press(digit)
