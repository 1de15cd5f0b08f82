"""`hotline models` and `hotline hear`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from asr.from_settings import sources
from asr.graphs.building import NotBuilt, build, build_into, builds_of
from asr.graphs.following import TOPIC
from asr.graphs.making import silent
from asr.hear import Transcript, hear, load
from asr.model_folder import ModelBroken, inspect, probe
from asr.wav import NotReadable
from core import bus
from core.clock import utc_now
from core.commands import load_settings
from core.redis_server import url_in

MODELS = Path(__file__).with_name("models")
DEFAULT = MODELS / "12349-zh"
_FOLDER = click.Path(path_type=Path)


@click.group()
def models() -> None:
    """The speech recogniser's models."""


@models.command("list")
def list_models() -> None:
    """Name the models that come with the hotline, with their size and state."""
    for path in sorted(MODELS.iterdir()) if MODELS.is_dir() else []:
        if not path.is_dir():
            continue
        size = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
        try:
            folder = inspect(path)
        except ModelBroken as error:
            click.echo(f"{path.name}\t{size / 1e6:.1f} MB\tbroken: {error}")
            continue
        kind = "phrases at run time" if folder.grammar else "fixed vocabulary"
        click.echo(
            f"{folder.name} {folder.version}\t{size / 1e6:.1f} MB\t{folder.rate} Hz, {kind}\t{path}"
        )


@models.command()
@click.argument("folders", nargs=-1, type=_FOLDER)
def verify(folders: tuple[Path, ...]) -> None:
    """Check models: that all files are there and unchanged, and that Vosk can load them.

    Without FOLDERS the hotline's own model is checked.
    """
    failed = False
    for path in folders or (DEFAULT,):
        try:
            folder = inspect(path)
            probe(folder, 180)
        except ModelBroken as error:
            failed = True
            click.echo(f"broken: {error}", err=True)
        else:
            click.echo(f"ok: {folder.name} {folder.version} ({path})")
    if failed:
        raise click.exceptions.Exit(1)


@models.command("build")
@click.option("--out", type=_FOLDER, help="Write it there instead; the service does not use it.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of progress.")
def build_graph(out: Path | None, as_json: bool) -> None:
    """Rebuild the graph of what callers may say, from tree, articles, words and places.

    The net stays as it is. A running service hears new calls with it, and running ones as before.
    """
    settings = load_settings()
    tell = silent if as_json else click.echo
    texts, model, now = sources(settings), settings.asr_model, utc_now()
    try:
        if out is not None:
            built = build_into(model, texts, out, now, tell)
        else:
            built = build(model, texts, builds_of(settings.data, model), now, tell)
    except NotBuilt as error:
        raise click.ClickException(f"{error}; what was in use stays") from error
    running = 0
    if out is None:
        url = settings.redis_url or url_in(settings.data / "redis")
        running = bus.tell(url, TOPIC, {"model": model.name, "folder": str(built.folder)})
    seconds = (utc_now() - now).total_seconds()
    if as_json:
        line = {"folder": str(built.folder), "states": built.states, "bytes": built.bytes}
        click.echo(json.dumps({**line, "changed": built.changed, "seconds": seconds}))
        return
    whose = "new calls are heard with it" if running else "the service uses it when it starts"
    click.echo(
        f"{built.folder}: {built.states} states, {built.bytes / 1e6:.1f} MB, {seconds:.0f} s"
    )
    click.echo("written" if out is not None else whose)


def make_hear(intent: Callable[[str], dict[str, Any]] | None) -> click.Command:
    """The command `hear`. `intent` tells what the line would make of a text."""

    @click.command("hear")
    @click.argument("files", nargs=-1, required=True, type=_FOLDER)
    @click.option("--model", type=_FOLDER, default=DEFAULT, help="Folder of a Vosk model.")
    @click.option("--json", "as_json", is_flag=True, help="One line of JSON per file.")
    def command(files: tuple[Path, ...], model: Path, as_json: bool) -> None:
        """Say what is spoken in recordings (WAV), as the line would hear it."""
        try:
            loaded = load(model)
        except ModelBroken as error:
            raise click.ClickException(str(error)) from error
        failed = False
        for path in files:
            try:
                transcript = hear(loaded, path)
            except NotReadable as error:
                failed = True
                click.echo(f"Error: {error}", err=True)
                continue
            found = intent(transcript.text) if intent is not None and transcript.text else None
            _show(transcript, found, as_json)
        if failed:
            raise click.exceptions.Exit(1)

    return command


def reader(model: Path) -> Callable[[Path], str]:
    """Load a model and return what tells in words what is said in a WAV file.

    Ends the command with one sentence when the model cannot be used.
    """
    try:
        loaded = load(model)
    except ModelBroken as error:
        raise click.ClickException(str(error)) from error
    return lambda file: hear(loaded, file).text


def _show(transcript: Transcript, intent: dict[str, Any] | None, as_json: bool) -> None:
    if as_json:
        line = {**transcript.to_dict(), "intent": intent}
        click.echo(json.dumps(line, ensure_ascii=False))
        return
    click.echo(f"{transcript.file}  {transcript.seconds:.1f} s")
    for utterance in transcript.utterances:
        final = utterance.final
        start, end = final.start_ms / 1000, final.end_ms / 1000
        place = f"  [{utterance.channel}] {start:7.2f}-{end:.2f}"
        click.echo(f"{place}  {final.text}  ({final.confidence:.2f})")
    if intent is not None:
        click.echo(f"  intent: {json.dumps(intent, ensure_ascii=False)}")
