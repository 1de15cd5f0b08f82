"""Commands on trees and the voice, for `hotline.py` to add to its own."""

from __future__ import annotations

from pathlib import Path

import click

from ivr import emergency_list
from ivr.draw import DrawUnavailable
from ivr.draw import draw as draw_tree
from ivr.findings import TreeRefused
from ivr.tree import examine, load
from ivr.voice import sound
from ivr.voice.build import PROMPTS
from ivr.voice.kokoro import VOICE, Kokoro, default_folder
from ivr.voice.port import VoiceUnavailable
from ivr.voice.prompts import read_index


@click.group()
def tree() -> None:
    """Check and draw call trees."""


@tree.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--words",
    default=emergency_list.SHIPPED,
    type=click.Path(path_type=Path),
    help="List of words of distress.",
)
def check(files: tuple[Path, ...], words: Path) -> None:
    """Say what is wrong with trees, with line and remedy; exits 1 when there is an error."""
    wrong = False
    spoken = read_index(PROMPTS)
    for file in files:
        read, findings = examine(file, words)
        wrong = wrong or any(not finding.warning for finding in findings)
        for finding in findings:
            click.echo(str(finding))
        if read is not None and not findings:
            silent = sum(text not in spoken for text in read.fixed_texts())
            note = f", {silent} texts need the synthetic voice" if silent else ""
            click.echo(f"{file}: good, {len(read.nodes)} nodes{note}")
    if wrong:
        raise SystemExit(1)


@tree.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "-o", "--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="SVG file."
)
def draw(file: Path, out: Path) -> None:
    """Draw a tree as SVG."""
    try:
        svg = draw_tree(load(file))
        out.write_text(svg, encoding="utf-8")
    except (TreeRefused, DrawUnavailable, OSError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(str(out))


@click.command()
@click.argument("text")
@click.option(
    "-o",
    "--out",
    default="say.wav",
    show_default=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="A-law WAV file, 8 kHz.",
)
@click.option("--speed", default=1.0, show_default=True, help="0.5 to 2.")
@click.option("--voice", default=VOICE, show_default=True)
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), help="Voice files.")
def say(text: str, out: Path, speed: float, voice: str, folder: Path | None) -> None:
    """Speak TEXT into a file as callers would hear it."""
    try:
        pcm = Kokoro(folder or default_folder(), voice).render(text, speed)
        out.write_bytes(sound.wav(sound.alaw(pcm)))
    except (VoiceUnavailable, OSError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{out} ({len(pcm) / 2 / sound.RATE:.1f} s)")
