"""Loads a Vosk model and lets it hear noise; run as a child process, which a broken model may kill.

`python -m asr.probe FOLDER RATE` prints "ok" and exits 0 when the model works.
"""

from __future__ import annotations

import sys

import numpy as np
from vosk import KaldiRecognizer, Model, SetLogLevel


def main() -> None:
    """Try the model named on the command line."""
    SetLogLevel(-1)
    folder, rate = sys.argv[1], int(sys.argv[2])
    recogniser = KaldiRecognizer(Model(folder), rate)
    noise = np.random.default_rng(0).normal(0, 500, rate).astype("<i2")
    recogniser.AcceptWaveform(noise.tobytes())
    recogniser.FinalResult()
    print("ok", flush=True)


if __name__ == "__main__":
    main()
