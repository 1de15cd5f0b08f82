"""`hotline prompts`: render what the line will say, and hear whether it is said right."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import click

from core.sound import similarity
from ivr.findings import TreeRefused
from ivr.sentences import split
from ivr.voice import sound
from ivr.voice.build import PROMPTS
from ivr.voice.files import write_atomically
from ivr.voice.port import Speaker, VoiceUnavailable
from ivr.voice.prompts import key, read_index, voice_of
from ivr.voice.reading import for_ear

Texts = Callable[[], list[str]]
Ear = Callable[[Path], str]
"""Tells what is said in a WAV file, as text."""

LIKE = 0.8
"""Likeness by sound (`core.sound`, 0..1) from which a prompt counts as heard right."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One prompt and what the recogniser made of it; `score` is the likeness by sound, 0..1."""

    text: str
    heard: str
    score: float


def judge(files: Iterable[tuple[str, Path]], ear: Ear) -> list[Judged]:
    """Return what `ear` makes of each prompt's file, worst first."""
    found = []
    for text, file in files:
        heard = ear(file)
        found.append(Judged(text, heard, similarity(for_ear(text), heard)))
    return sorted(found, key=lambda judged: judged.score)


def missing(texts: Iterable[str], voice: str, committed: Path, cache: Path) -> dict[str, Path]:
    """Return the sentences of `texts` that have no audio in `voice` yet, with their files to be."""
    pieces = dict.fromkeys(piece for text in texts for piece in split(text))
    own = read_index(committed) if voice_of(committed) == voice else {}
    files = {text: cache / f"{key(text, voice)}.wav" for text in pieces if text not in own}
    return {text: file for text, file in files.items() if not file.is_file()}


def make_prompts(
    texts: Texts, speaker: Callable[[], Speaker], cache: Callable[[], Path], ear: Callable[[], Ear]
) -> click.Group:
    """Return the commands; `cache` is where the service keeps the prompts that it renders.

    The ear is passed in because speech recognition is another room's.
    """

    @click.group("prompts")
    def group() -> None:
        """Render the spoken texts and check how they are heard."""

    @group.command()
    def render() -> None:
        """Render all texts of the tree and the articles that have no audio in the set voice."""
        try:
            voice, folder = speaker(), cache()
            wanted = missing(texts(), voice.name, PROMPTS, folder)
            for number, (text, file) in enumerate(wanted.items(), 1):
                octets = sound.alaw(voice.render(text))
                write_atomically(file, sound.wav(octets))
                seconds = len(octets) / sound.RATE
                click.echo(f"{number}/{len(wanted)}  {seconds:5.1f} s  {text}")
        except (VoiceUnavailable, TreeRefused, OSError) as error:
            raise click.ClickException(str(error)) from error
        click.echo(f"{len(wanted)} prompts rendered in {voice.name}")

    @group.command()
    @click.option("--threshold", default=LIKE, show_default=True, type=click.FloatRange(0, 1))
    @click.option("--worst", default=15, show_default=True, help="How many to show.")
    @click.option(
        "--folder",
        type=click.Path(path_type=Path, file_okay=False, exists=True),
        default=PROMPTS,
        help="Prompts with their index; by default the committed ones.",
    )
    def check(threshold: float, worst: int, folder: Path) -> None:
        """Hear each committed prompt with the speech model; exits 1 when one is not heard right."""
        files = read_index(folder)
        if not files:
            raise click.ClickException(f"{folder} has no prompts")
        with click.progressbar(list(files.items()), label="hearing") as bar:
            found = judge(bar, ear())
        for judged in found[:worst]:
            click.echo(f"{judged.score:.2f}  {judged.text}\n      {judged.heard or '-'}")
        good = sum(judged.score >= threshold for judged in found)
        mean = sum(judged.score for judged in found) / len(found)
        click.echo(f"{good} of {len(found)} at {threshold:g} or above, mean {mean:.3f}")
        if good < len(found):
            raise click.exceptions.Exit(1)

    return group
