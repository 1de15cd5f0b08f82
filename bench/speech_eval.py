"""`make eval`: measures the shipped speech model with the real tree, articles and voice.

Here and not in `asr.evaluation`, because the rooms do not import each other: like `hotline.py`,
this is a place where they meet.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from asr.config import AsrSettings
from asr.evaluation import calibrating, cost, measures, narrow, plan, raw
from asr.evaluation.anysound import load_any_sound
from asr.evaluation.clips import Clips, Speak, cache_folder, espeak
from asr.evaluation.corpora import Corpora
from asr.evaluation.corpora import load as load_corpora
from asr.evaluation.listening import Ears
from asr.evaluation.report import Row, as_json, page, table
from asr.evaluation.room import Room
from asr.model_folder import MANIFEST, ModelBroken, ModelFolder, inspect
from asr.second_reader.port import Reading
from asr.second_reader.whisper import WeightsMissing, Whisper
from asr.vosk_recogniser import LoadedModel
from bench.process import ROOT
from bench.speech_line import Line, vocabulary
from core.settings import Settings
from ivr.voice.kokoro import Kokoro, name_of

PAGE = ROOT / "docs" / "speech-evaluation.md"
VALUES = PAGE.with_suffix(".json")
RESULTS = ROOT / "bench" / "results"
NOT_BUILT = (
    Row("open questions by people, both readers, right intent", target=80.0,
        why="not built: no recordings of open questions"),
)  # fmt: skip


def voices(settings: Settings, hostile: str) -> tuple[Callable[[str], str], Callable[[str], Speak]]:
    """How a voice's settings are named, and how its speaker is made."""

    def name(voice: str) -> str:
        return hostile if voice == hostile else name_of(voice)

    def make(voice: str) -> Speak:
        return espeak if voice == hostile else Kokoro(settings.kokoro, voice).render

    return name, make


def second_reader(settings: Settings) -> tuple[Callable[[bytes], Reading] | None, str]:
    """Whisper in this process, or None and the reason why there is none."""
    try:
        return Whisper(settings.whisper).read, ""
    except WeightsMissing as error:
        return None, str(error)


def calibrate_model(folder: ModelFolder, room: Room) -> ModelFolder:
    """Fit the meaning of confidence, write it to the model's `model.json`, and read it again."""
    plain = replace(folder, calibration=(), min_confidence=0.0)
    ears, room.ears = room.ears, Ears(LoadedModel(plain, AsrSettings(folder.path)), _no_free)
    found = calibrating.fit(room)
    room.ears = ears
    file = folder.path / MANIFEST
    manifest = json.loads(file.read_text(encoding="utf-8"))
    manifest["thresholds"] = {
        "min_confidence": found.min_confidence,
        "calibration": [list(point) for point in found.points],
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
    file.write_text(text, encoding="utf-8")
    print(
        f"calibration on {found.utterances} utterances: confidence was off by {found.off:.3f}, is "
        f"now by {found.off_after:.3f}; least {found.min_confidence}; points {found.points}",
        flush=True,
    )
    return inspect(folder.path)


def _no_free() -> LoadedModel:
    raise NotImplementedError("sounds alone are not calibrated")


def people_folder() -> Path | None:
    """The recordings of people: data/speech of the folder that HOTLINE_SHARED names, if there."""
    shared = os.environ.get("HOTLINE_SHARED")
    folder = Path(shared) / "data" / "speech" if shared else None
    return folder if folder is not None and folder.is_dir() else None


def streams_row() -> Row:
    """How many streams the last `make bench` found to be heard in real time."""
    name = "streams at once on two cores with no late frame"
    note = "Streams at once are measured by `make bench`; the figure is that of its last run."
    try:
        found = _figures("recognition_streams")["in_real_time"]
    except (OSError, ValueError, KeyError):
        return Row(name, target=40.0, unit="streams", why="not measured: run `make bench`")
    return Row(name, float(found), 40.0, unit="streams", notes=(note,))


def reread_row() -> Row:
    """How long the last `make bench` waited for a reply where the second reader was needed."""
    row = Row(
        "end of speech → reply with the second reader, p95", target=2.5, at_least=False, unit="s"
    )
    try:
        figures = _figures("reread")
        found, babble = figures["second_reader_needed"], figures["in_babble"]["reply_ms"]
        times = found["reply_ms"]
        value, half, noisy = (ms / 1000 for ms in (times["p95"], times["p50"], babble["p95"]))
    except (OSError, ValueError, KeyError):
        return replace(row, why="not measured: run `make bench`")
    note = (
        "The reply with the second reader is measured by `make bench` through real calls: of "
        f"{found['second_reader_asked']} in which it was asked, {found['read']} were read again "
        f"in time, {found['late']} too late, {found['refused']} not at all; half the replies came "
        f"within {half:.1f} s, and at 10 dB babble, which hides the end of speech, 95 % within "
        f"{noisy:.1f} s."
    )
    return replace(row, value=value, samples=times["n"], notes=(note,))


def _figures(bench: str) -> dict[str, Any]:
    """The figures of a bench's last run. Raises OSError, ValueError or KeyError."""
    text = (RESULTS / f"{bench}.json").read_text(encoding="utf-8")
    figures: dict[str, Any] = json.loads(text)["figures"]
    return figures


def run(room: Room, parts: Sequence[str], hours: float) -> list[Row]:
    """All rows of these parts, in the order of the issue's table."""
    steps: dict[str, Sequence[Callable[[], list[Row]]]] = {
        "intents": (lambda: measures.intents(room), lambda: raw.sound_rows(room)),
        "alone": (lambda: measures.first_reader(room),),
        "hostile": (lambda: measures.hostile(room),),
        "answers": (lambda: narrow.answers(room),),
        "phone": (lambda: narrow.phone(room),),
        "streets": (lambda: narrow.streets(room),),
        "emergencies": (lambda: measures.emergencies(room),),
        "talk": (lambda: measures.talk(room, hours),),
        "people": (lambda: raw.people(room),),
        "cost": (lambda: cost.cost(room), lambda: cost.memory(room)),
    }
    rows: list[Row] = []
    for part, work in steps.items():
        for step in work if part in parts else ():
            started = time.monotonic()
            found = step()
            print(f"{part}: {time.monotonic() - started:.0f} s", flush=True)
            for row in found:
                print(f"  {row.name}: {row.figure} ({row.wanted}, {row.samples})", flush=True)
                print("".join(f"    {note}\n" for note in row.notes if note), end="", flush=True)
            rows += found
    if "cost" in parts:
        rows += [streams_row(), reread_row()]
    return [*rows, *NOT_BUILT]


def about(corpora: Corpora, folder: Any, people: Path | None) -> list[str]:
    """What the figures were measured with, in sentences."""
    heard = "were heard" if people else "were not heard: `HOTLINE_SHARED` was not set"
    return [
        f"The model is `{folder.name}` {folder.version}, over A-law at 8 kHz with the line's own "
        "end-pointing; decisions are the dialogue's over the shipped tree and the search's over "
        f"the shipped articles, for a caller in {corpora.area}. Requests are understood as the "
        "line does it: what the model is unsure of is read again by the second reader. All other "
        "rows are of the model alone.",
        f"The voices are {', '.join(corpora.voices)}: Kokoro's, never trained on. All figures "
        "but those on people are for synthetic speech, and people are harder.",
        "The 300 utterances of 60 intents were written for this; a test sees to it that none "
        "stands in the texts of the training. A right article counts when it is told or offered "
        "for confirmation; what nobody here can answer is right when nothing is told.",
        "Babble is four clips by other reserved voices, who ask for other services, so many dB "
        "below the speech, also before and after it; a lost packet is the one before at half "
        "its level, which is simpler than the concealment of the line's own codec.",
        "Sound error counts initials and finals, with a graph in which any Mandarin syllable may "
        "follow any other at no cost: what the net hears by itself.",
        f"Recordings of people {heard}. They are of one speaker of single words and two of a "
        "sentence: too few to say how callers will be understood.",
    ]


@click.command()
@click.option("--quick", is_flag=True, help="A seeded sample, some minutes on one core.")
@click.option("--only", multiple=True, type=click.Choice(plan.PARTS), help="These parts alone.")
@click.option("--hours", type=float, help="Of harmless talk, for the false alarms.")
@click.option("--calibrate", is_flag=True, help="Fit confidence first; writes the model's card.")
@click.option("--model", type=click.Path(path_type=Path), help="Folder of another Vosk model.")
def main(
    quick: bool, only: tuple[str, ...], hours: float | None, calibrate: bool, model: Path | None
) -> None:
    """Measure how well speech is understood. Writes docs/speech-evaluation.md when nothing is
    left out and the model is the shipped one; exit code 1 when it could not be measured.
    """
    settings, corpora = Settings(), load_corpora()
    parts, path = only or plan.PARTS, model or settings.asr_model
    line = Line(settings, corpora.area, corpora.today)
    try:
        folder = inspect(path)
    except ModelBroken as error:
        raise click.ClickException(str(error)) from error
    scratch, people = cache_folder(), people_folder()

    def free() -> LoadedModel:
        return load_any_sound(folder, scratch)

    ears = Ears(LoadedModel(folder, AsrSettings(path)), free)
    drawn = plan.make(corpora, vocabulary(line), quick, set(parts))
    clips = Clips(scratch, *voices(settings, corpora.hostile))
    clips.prepare(drawn.said(), _tell)
    if people is None:
        print("HOTLINE_SHARED is not set or has no data/speech: nobody's voice is heard.")
    second, fault = second_reader(settings) if "intents" in parts else (None, "")
    room = Room(corpora, drawn, clips, ears, line, scratch, people, second, fault)
    if calibrate:
        folder = calibrate_model(folder, room)
        room.ears = Ears(LoadedModel(folder, AsrSettings(path)), free)
    rows = run(room, parts, corpora.hours(quick) if hours is None else hours)
    print("\n".join(["", *table(rows)]))
    if only or model:
        return
    told = about(corpora, folder, people)
    PAGE.write_text(page(rows, told, quick), encoding="utf-8")
    values = json.dumps(as_json(rows, told, quick), ensure_ascii=False, indent=1)
    VALUES.write_text(values + "\n", encoding="utf-8")
    print(f"\nwritten: {PAGE.relative_to(ROOT)}, {VALUES.relative_to(ROOT)}")


def _tell(done: int, total: int) -> None:
    if done % 20 == 0 or done == total:
        print(f"speech: {done} of {total} clips rendered", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
