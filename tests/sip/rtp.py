"""The audio side of the test peer: A-law RTP over UDP, tones out, measurement of what comes in."""

from __future__ import annotations

import asyncio
import secrets
import struct
from collections.abc import Callable
from typing import Any

import numpy as np

RATE = 8000
FRAME = 160


def tone(hertz: float, frames: int, amplitude: int = 8000, start: int = 0) -> np.ndarray:
    """Return `frames` * 20 ms of a sine, continuing at frame `start`."""
    n = np.arange(frames * FRAME) + start * FRAME
    return np.asarray(amplitude * np.sin(2 * np.pi * hertz * n / RATE), np.int16)


def level(audio: np.ndarray, hertz: float) -> float:
    """Return the amplitude of one frequency in some samples."""
    if not len(audio):
        return 0.0
    angle = 2 * np.pi * hertz * np.arange(len(audio)) / RATE
    return float(2 * abs(np.dot(audio.astype(float), np.exp(-1j * angle))) / len(audio))


def alaw_decode(data: bytes) -> np.ndarray:
    """Return the samples of A-law bytes, by the rule of ITU-T G.711."""
    return DECODE[np.frombuffer(data, np.uint8)]


def alaw_encode(audio: np.ndarray) -> bytes:
    """Return A-law bytes: for each sample the code whose value is nearest."""
    return ENCODE[audio.astype(np.int32) + 32768].tobytes()


def _decode_table() -> np.ndarray:
    values = []
    for code in range(256):
        code ^= 0x55
        exponent, mantissa = (code >> 4) & 7, code & 15
        value = (mantissa << 4) + 8
        if exponent:
            value = (value + 256) << (exponent - 1)
        values.append(value if code & 0x80 else -value)
    return np.array(values, np.int16)


DECODE = _decode_table()
_ORDER = np.argsort(DECODE)
_SORTED = DECODE[_ORDER].astype(np.int32)
_EDGES = (_SORTED[1:] + _SORTED[:-1]) // 2
ENCODE = _ORDER[np.searchsorted(_EDGES, np.arange(-32768, 32768))].astype(np.uint8)
QUIET = alaw_encode(np.zeros(FRAME, np.int16))


class Rtp(asyncio.DatagramProtocol):
    """One audio stream. `source(n)` gives the samples of frame n; None in its place is silence."""

    def __init__(self) -> None:
        self.heard: list[np.ndarray] = []
        self.digits: list[int] = []
        self.source: Callable[[int], np.ndarray] | None = None
        self.mute = False
        self._transport: Any = None
        self._task: asyncio.Task[None] | None = None
        self._events: list[bytes] = []
        self._seen_events: set[bytes] = set()

    @classmethod
    async def open(cls) -> Rtp:
        """Return a stream on a free loopback port."""
        loop = asyncio.get_running_loop()
        _, rtp = await loop.create_datagram_endpoint(cls, local_addr=("127.0.0.1", 0))
        return rtp

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._transport.get_extra_info("sockname")[1])

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if len(data) <= 12 or data[0] >> 6 != 2:
            return
        kind = data[1] & 0x7F
        if kind == 8:
            self.heard.append(alaw_decode(data[12:]))
        elif kind == 101 and data[13] & 0x80 and data[4:8] not in self._seen_events:
            # The end of an event is sent three times with one timestamp (RFC 4733, 2.5.1.4).
            self._seen_events.add(data[4:8])
            self.digits.append(data[12])

    def error_received(self, exc: Exception) -> None:
        pass

    def audio(self) -> np.ndarray:
        """Return everything heard so far."""
        return np.concatenate(self.heard) if self.heard else np.zeros(0, np.int16)

    def press(self, digit: str) -> None:
        """Queue one RFC 4733 digit of 100 ms."""
        code = "0123456789*#ABCD".index(digit)
        for n in range(1, 6):
            self._events.append(struct.pack("!BBH", code, 10, n * FRAME))
        for _ in range(3):
            self._events.append(struct.pack("!BBH", code, 0x80 | 10, 5 * FRAME))

    def start(self, remote: tuple[str, int]) -> None:
        """Begin to send to `remote`."""
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._send(remote))

    async def _send(self, remote: tuple[str, int]) -> None:
        loop = asyncio.get_running_loop()
        sequence, stamp = secrets.randbelow(1 << 15), secrets.randbelow(1 << 30)
        source_id = secrets.token_bytes(4)
        begun = loop.time()
        event_stamp = 0
        n = 0
        while True:
            kind, payload, when = 8, QUIET, stamp + n * FRAME
            if self._events:
                payload = self._events.pop(0)
                kind = 101
                if payload[2:] == struct.pack("!H", FRAME) and not payload[1] & 0x80:
                    event_stamp = when
                when = event_stamp
            elif self.source is not None:
                payload = alaw_encode(self.source(n))
            header = struct.pack("!BBHI", 0x80, kind, (sequence + n) & 0xFFFF, when & 0xFFFFFFFF)
            if not self.mute:
                self._transport.sendto(header + source_id + payload, remote)
            n += 1
            await asyncio.sleep(max(0.0, begun + n * 0.02 - loop.time()))

    def close(self) -> None:
        """Stop sending and listening."""
        if self._task is not None:
            self._task.cancel()
        self._transport.close()
