"""A text as one sound file, for whoever listens at a page and not on the phone."""

from __future__ import annotations

import asyncio
import io
import wave

from ivr.voice.port import Prompts
from ivr.voice.sound import RATE, from_alaw, read_wav


async def aloud(prompts: Prompts, text: str) -> bytes:
    """Return a 16-bit WAV of all sentences of a text, rendered first where need be.

    It sounds as on the phone. Runs on the reactor's loop. Raises VoiceUnavailable.
    """
    loop = asyncio.get_running_loop()
    files = [await prompts.want(piece).asFuture(loop) for piece in prompts.split(text)]
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        for file in files:
            sound.writeframes(from_alaw(read_wav(file)))
    return out.getvalue()
