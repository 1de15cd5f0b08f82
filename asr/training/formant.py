"""A second crowd of speakers: espeak-ng's formant voices, fed with pinyin.

They sound like machines, but cost next to nothing, differ more in pitch and timbre than Kokoro's
voices do, and never mispronounce, so they cover syllables in neighbourhoods for which there is no
time to render Kokoro.
"""

from __future__ import annotations

import io
import random
import subprocess
import wave

import numpy as np
from numpy.typing import NDArray
from pypinyin import Style, lazy_pinyin

from asr.training.units import words

VARIANTS = (
    "adam", "Alex", "Alicia", "Andrea", "Andy", "anika", "Annie", "antonio", "aunty", "belinda",
    "benjamin", "boris", "caleb", "david", "Denis", "Diogo", "ed", "edward", "f1", "f2", "f3", "f4",
    "f5", "gustave", "Henrique", "Hugo", "iven", "iven2", "Jacky", "john", "klatt", "klatt2",
    "klatt3", "klatt4", "Lee", "linda", "m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "marcelo",
    "Marco", "Mario", "max", "Michael", "michel", "miguel", "Mike", "norbert", "pablo", "paul",
    "pedro", "quincy", "rob", "robert", "sandro", "shelby", "steph", "steph2", "travis", "victor",
    "zac",
)  # fmt: skip


def say(text: str, chance: random.Random) -> tuple[NDArray[np.float32], int]:
    """The text spoken by a random variant at a random pitch and speed: samples (-1..1) and rate.

    Raises ValueError when the text has no sound, FileNotFoundError when espeak-ng is missing.
    """
    spelled = " ".join(
        "".join(lazy_pinyin(word, style=Style.TONE3, neutral_tone_with_five=True)).replace("v", "ü")
        for word in words(text)
    )
    if not spelled:
        raise ValueError(f"“{text}” has no sound")
    variant = chance.choice(VARIANTS)
    command = [
        "espeak-ng", "-v", f"cmn-latn-pinyin+{variant}", "-s", str(chance.randint(110, 210)),
        "-p", str(chance.randint(20, 85)), "--stdout", spelled,
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, check=True)
    with wave.open(io.BytesIO(done.stdout)) as sound:
        # The length in the header of a piped WAV is a placeholder; ask for all there is.
        samples = np.frombuffer(sound.readframes(1 << 26), dtype="<i2")
        return (samples / 32768.0).astype(np.float32), sound.getframerate()
