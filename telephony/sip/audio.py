"""The one audio format inside this room: 8 kHz, 16 bits, mono, in frames of 20 ms."""

from __future__ import annotations

RATE = 8000
FRAME_MS = 20
FRAME_BYTES = RATE * FRAME_MS // 1000 * 2
SILENCE = bytes(FRAME_BYTES)
