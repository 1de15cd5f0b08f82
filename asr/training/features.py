"""MFCC as Kaldi computes them, from the same settings that the model's `conf/mfcc.conf` carries."""

from __future__ import annotations

import kaldi_native_fbank as knf
import numpy as np
from numpy.typing import NDArray

CEPSTRA = 30
LOW_HZ, HIGH_HZ = 60, 3800
SHIFT_MS = 10

MFCC_CONF = f"""\
--use-energy=false
--sample-frequency=8000
--num-mel-bins={CEPSTRA}
--num-ceps={CEPSTRA}
--low-freq={LOW_HZ}
--high-freq={HIGH_HZ}
--dither=0
--allow-downsample=true
--allow-upsample=true
"""


def _options() -> knf.MfccOptions:
    options = knf.MfccOptions()
    options.frame_opts.samp_freq = 8000
    options.frame_opts.dither = 0.0
    options.frame_opts.snip_edges = True
    options.mel_opts.num_bins = CEPSTRA
    options.mel_opts.low_freq = LOW_HZ
    options.mel_opts.high_freq = HIGH_HZ
    options.num_ceps = CEPSTRA
    options.use_energy = False
    return options


_OPTIONS = _options()


def mfcc(audio: NDArray[np.float32]) -> NDArray[np.float32]:
    """The features of 8 kHz audio (-1..1): one row of CEPSTRA values per 10 ms."""
    extractor = knf.OnlineMfcc(_OPTIONS)
    extractor.accept_waveform(8000, (audio * 32768).tolist())
    extractor.input_finished()
    count = extractor.num_frames_ready
    if not count:
        return np.zeros((0, CEPSTRA), dtype=np.float32)
    return np.stack([extractor.get_frame(i) for i in range(count)]).astype(np.float32)
