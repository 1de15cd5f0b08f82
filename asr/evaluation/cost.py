"""What listening costs: time of a core, memory of a stream."""

from __future__ import annotations

from asr.evaluation.footprint import of_streams
from asr.evaluation.report import Row
from asr.evaluation.room import Room

STREAMS = 40
LONGEST_STREAM_S = 20


def cost(room: Room) -> list[Row]:
    """How much of real time decoding took, over all that was heard in the whole vocabulary."""
    if not room.ears.seconds:
        room.ears.hear(_speech(room))
    note = (
        "The real-time factor is CPU time of decoding over all that was heard in the whole "
        "vocabulary: speech with short pauses, which costs more than a caller who also listens."
    )
    factor = room.ears.cpu_s / room.ears.seconds
    name = "real-time factor per stream, one core"
    seconds = round(room.ears.seconds)
    return [Row(name, factor, 0.05, at_least=False, unit="", samples=seconds, notes=(note,))]


def memory(room: Room) -> list[Row]:
    """What a stream takes at its most."""
    each = of_streams(room.ears.folder.path, _speech(room), STREAMS)
    name = "memory per stream beyond the model"
    note = (
        f"The memory is the most that each of {STREAMS} streams took while all of them heard the "
        f"same {LONGEST_STREAM_S} s of speech at once; one that is open while nobody speaks takes "
        f"{each.silent / 2**20:.2f} MB."
    )
    figure = each.speaking / 2**20
    return [Row(name, figure, 5.0, at_least=False, unit="MB", samples=STREAMS, notes=(note,))]


def _speech(room: Room) -> bytes:
    speech = b"".join(room.pcm(said) for said in room.plan.intents[:8])
    return speech[: LONGEST_STREAM_S * 16_000]
