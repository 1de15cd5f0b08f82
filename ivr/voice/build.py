"""Makes the committed prompts: `python -m ivr.voice.build` renders what is not there yet.

The texts are those of the shipped tree and, with --articles, what the tree says of each article:
its answer, its source and the question whether it was meant.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path
from typing import Any

import click
import yaml

from ivr.findings import TreeRefused
from ivr.tree import load
from ivr.voice import music, sound
from ivr.voice.files import write_atomically
from ivr.voice.kokoro import VOICE, Kokoro, default_folder
from ivr.voice.lexicon import said
from ivr.voice.port import Speaker, VoiceUnavailable
from ivr.voice.prompts import INDEX
from ivr.wording import texts_of

ROOM = Path(__file__).resolve().parents[1]
TREE = ROOM / "trees" / "12349.yaml"
PROMPTS = ROOM / "prompts"
SOUNDS = {"hold.wav": music.hold_music, "ringback.wav": music.ringback, "beep.wav": music.beep}


def read_articles(folder: Path) -> list[dict[str, Any]]:
    """Return the articles of a folder of YAML files, in the order of their names."""
    return [
        yaml.safe_load(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.yaml"))
    ]


def build(texts: list[str], folder: Path, speaker: Speaker) -> dict[str, Any]:
    """Bring `folder` up to date with `texts` and return its index.

    A file of the same text, read in the same way, in the same voice is kept; files of texts no
    longer wanted go.
    """
    folder.mkdir(parents=True, exist_ok=True)
    kept = _sound_entries(folder, speaker.name)
    for text in texts:
        if text not in kept:
            data = sound.wav(sound.alaw(speaker.render(text)))
            write_atomically(folder / _file_of(text), data)
            kept[text] = {**_entry(folder / _file_of(text)), "said": said(text)}
            # At once, so that a build that is broken off goes on where it was.
            _write_index(folder, speaker.name, kept)
            click.echo(f"{kept[text]['seconds']:6.2f} s  {text}")
    prompts = {text: kept[text] for text in texts}
    for name, compose in SOUNDS.items():
        write_atomically(folder / name, sound.wav(sound.alaw(sound.to_pcm(compose()))))
    index = _write_index(folder, speaker.name, prompts)
    wanted = {entry["file"] for entry in prompts.values()} | SOUNDS.keys()
    for file in folder.glob("*.wav"):
        if file.name not in wanted:
            file.unlink()
    return index


def _write_index(folder: Path, voice: str, prompts: dict[str, Any]) -> dict[str, Any]:
    index = {"voice": voice, "prompts": prompts}
    data = json.dumps(index, ensure_ascii=False, indent=1).encode() + b"\n"
    write_atomically(folder / INDEX, data)
    return index


def _sound_entries(folder: Path, voice: str) -> dict[str, Any]:
    """The entries of the index whose files are what it says they are."""
    try:
        index = json.loads((folder / INDEX).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if index.get("voice") != voice:
        return {}
    good = {}
    for text, entry in index["prompts"].items():
        file = folder / entry["file"]
        if file.is_file() and {**_entry(file), "said": said(text)} == entry:
            good[text] = entry
    return good


def _file_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16] + ".wav"


def _entry(file: Path) -> dict[str, Any]:
    octets = sound.read_wav(file)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    return {
        "file": file.name,
        "sha256": digest,
        "seconds": round(len(octets) / sound.RATE, 3),
    }


@click.command()
@click.option("--tree", "tree_file", type=click.Path(path_type=Path), default=TREE)
@click.option("--articles", type=click.Path(path_type=Path, file_okay=False))
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=PROMPTS)
@click.option("--folder", type=click.Path(path_type=Path), help="The voice's files.")
@click.option("--voice", default=VOICE, show_default=True)
def main(
    tree_file: Path,
    articles: Path | None,
    out: Path,
    folder: Path | None,
    voice: str,
) -> None:
    """Render the committed prompts that are missing or out of date."""
    try:
        tree = load(tree_file)
        texts = texts_of(tree, read_articles(articles) if articles else [])
        index = build(texts, out, Kokoro(folder or default_folder(), voice))
    except (TreeRefused, VoiceUnavailable) as error:
        sys.exit(f"the prompts cannot be made: {error}")
    except (OSError, KeyError, TypeError, ValueError, yaml.YAMLError) as error:
        sys.exit(f"the prompts cannot be made: {type(error).__name__}: {error}")
    seconds = sum(entry["seconds"] for entry in index["prompts"].values())
    size = sum(file.stat().st_size for file in out.glob("*.wav"))
    click.echo(f"{len(index['prompts'])} prompts, {seconds:.0f} s, {size / 1e6:.2f} MB in {out}")


if __name__ == "__main__":
    os.nice(10)
    main()
