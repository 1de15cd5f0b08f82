"""What the net itself hears, without grammar, and how people fare with it."""

from __future__ import annotations

from collections.abc import Sequence

from asr.evaluation.clips import NoDecoder, recording
from asr.evaluation.line import floats, through
from asr.evaluation.report import Row, confusions, share
from asr.evaluation.room import Room
from asr.evaluation.scoring import Tally, sound_errors
from asr.wav import NotReadable
from core.sound import similarity


def people(room: Room) -> list[Row]:
    """Recordings of people: single words in a grammar of them, and the sounds alone."""
    names = ("human words, 33-word grammar, Vosk alone", "sound error, people")
    if room.shared is None:
        why = "not measured: HOTLINE_SHARED is not set or has no data/speech"
        return [
            Row(names[0], target=85.0, why=why),
            Row(names[1], target=35.0, at_least=False, why=why),
        ]
    files = sorted((room.shared / room.corpora.people_words).glob("*.mp3"))
    try:
        spoken = [(file.stem, recording(file, room.scratch)) for file in files]
        read = [
            (text, recording(room.shared / name, room.scratch))
            for name, text in room.corpora.people_clips.items()
        ]
    except (NoDecoder, NotReadable) as error:
        return [
            Row(names[0], target=85.0, why=f"not measured: {error}"),
            Row(names[1], target=35.0, at_least=False, why=f"not measured: {error}"),
        ]
    clean, phrases = room.corpora.lines["clean"], [text for text, _ in spoken]
    tally = Tally()
    for text, pcm in spoken:
        heard = room.ears.hear(through(floats(pcm), clean, [], 0), phrases).text
        nearest = max(phrases, key=lambda phrase: similarity(heard, phrase)) if heard else "–"
        tally.add(heard != "" and nearest == text, text, heard or "–")
    wrong = [_wrong(room, text, through(floats(pcm), clean, [], 0)) for text, pcm in spoken]
    more = [_wrong(room, text, through(floats(pcm), clean, [], 0)) for text, pcm in read]
    note = (
        f"People: {_percent(wrong)} of the sounds wrong in {len(wrong)} single words by one "
        f"speaker, {_percent(more)} in {len(more)} sentences by two others."
    )
    row = share(names[0], tally, 85.0, notes=(confusions("Human words mistaken", tally),))
    return [row, _sound_row(names[1], wrong + more, 35.0, (note,))]


def sound_rows(room: Room) -> list[Row]:
    """Initials and finals wrong when any syllable may follow any other."""
    rows = []
    targets = (
        ("clean", "reserved voices, clean", 12.0),
        ("babble 12 dB", "12 dB babble", 30.0),
        ("hiss 12 dB", "12 dB hiss", None),
    )
    for line, title, target in targets:
        found = [_wrong(room, said.text, room.pcm(said, line)) for said in room.plan.intents]
        rows.append(_sound_row(f"sound error, {title}", found, target, ()))
    return rows


def _wrong(room: Room, text: str, pcm: bytes) -> tuple[int, int]:
    return sound_errors(text, room.ears.sounds(pcm))


def _sound_row(
    name: str, found: Sequence[tuple[int, int]], target: float | None, notes: tuple[str, ...]
) -> Row:
    wrong, total = sum(w for w, _ in found), sum(t for _, t in found)
    if not total:
        return Row(name, target=target, at_least=False, why="not measured: no samples")
    value = 100 * wrong / total
    return Row(name, value, target, at_least=False, samples=len(found), notes=notes)


def _percent(found: Sequence[tuple[int, int]]) -> str:
    total = sum(t for _, t in found)
    return f"{100 * sum(w for w, _ in found) / max(1, total):.0f} %"
