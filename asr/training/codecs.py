"""The codecs of mobile telephones: GSM full rate (06.10) and AMR narrow band (3GPP TS 26.071).

Debian's own libraries, by ctypes: no Python package has an encoder for either.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Audio = NDArray[np.float32]
FRAME = 160
"""Samples of 20 ms at 8 kHz, for both codecs."""
_GSM_BYTES = 33
_AMR_BYTES = 32
AMR_MODES = 8
"""From 4.75 to 12.2 kbit/s."""


def gsm(audio: Audio) -> Audio:
    """8 kHz audio (-1..1) after one trip through GSM. Raises OSError when libgsm1 is missing."""
    library = _library("libgsm.so.1", "libgsm1")
    library.gsm_create.restype = ctypes.c_void_p
    encoder, decoder = (ctypes.c_void_p(library.gsm_create()) for _ in range(2))
    data = ctypes.create_string_buffer(_GSM_BYTES)

    def trip(source: int, target: int) -> None:
        library.gsm_encode(encoder, ctypes.c_void_p(source), data)
        library.gsm_decode(decoder, data, ctypes.c_void_p(target))

    try:
        return _by_frames(audio, trip)
    finally:
        library.gsm_destroy(encoder)
        library.gsm_destroy(decoder)


def amr(audio: Audio, mode: int, lost: Callable[[], bool]) -> Audio:
    """8 kHz audio (-1..1) after one trip through AMR in `mode` (0..7, rising rates).

    `lost` is asked for each 20 ms frame; the decoder conceals what was lost (TS 26.091). Raises
    OSError when libopencore-amrnb0 is missing.
    """
    library = _library("libopencore-amrnb.so.0", "libopencore-amrnb0")
    for name in ("Encoder_Interface_init", "Decoder_Interface_init"):
        getattr(library, name).restype = ctypes.c_void_p
    encoder = ctypes.c_void_p(library.Encoder_Interface_init(0))
    decoder = ctypes.c_void_p(library.Decoder_Interface_init())
    data = ctypes.create_string_buffer(_AMR_BYTES + 1)

    def trip(source: int, target: int) -> None:
        library.Encoder_Interface_Encode(encoder, mode, ctypes.c_void_p(source), data, 0)
        library.Decoder_Interface_Decode(decoder, data, ctypes.c_void_p(target), int(lost()))

    try:
        return _by_frames(audio, trip)
    finally:
        library.Encoder_Interface_exit(encoder)
        library.Decoder_Interface_exit(decoder)


def _by_frames(audio: Audio, trip: Callable[[int, int], None]) -> Audio:
    """Carry the samples through `trip(address of a frame, address of the result)`."""
    samples = np.clip(audio * 32768, -32768, 32767).astype(np.int16)
    before = np.pad(samples, (0, -len(samples) % FRAME))
    after = np.empty_like(before)
    for at in range(0, 2 * len(before), 2 * FRAME):
        trip(before.ctypes.data + at, after.ctypes.data + at)
    return (after[: len(audio)] / 32768).astype(np.float32)


def _library(name: str, package: str) -> ctypes.CDLL:
    try:
        return ctypes.CDLL(name)
    except OSError as error:
        raise OSError(f"{name} is missing: apt-get install {package}") from error
