"""A model's folder: is it whole, what does its manifest say, what does the audio have to be like?

Kaldi ends the process when a file is not what it expects, so nothing is loaded that has not been
checked: our own models by their digests, an operator's by loading it in a child process first.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from asr.calibration import Points, read_points

MANIFEST = "model.json"
REMEDY = "set asr_model to a Vosk model's folder, or run `make model`"
_RATE = re.compile(r"^\s*--sample-frequency=(\d+)", re.MULTILINE)
_NEEDED = (("am/final.mdl", "final.mdl"), ("conf/mfcc.conf", "mfcc.conf"))
_GRAPHS = ("graph/HCLG.fst", "HCLG.fst", "graph/HCLr.fst", "HCLr.fst")


class ModelBroken(Exception):
    """The folder cannot be used; the message is one sentence that says why."""


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """What is known of a model before it is loaded.

    `rate` is the sample rate (Hz) it was trained for. `grammar` is true when it takes phrases at
    run time. `calibration` says what its confidence means (asr/calibration.py), `min_confidence`
    (0..1, calibrated) is the least for which its text is to be believed. `files` are the digests of
    its files, `graph` says when its graph of sentences was built and from which texts.
    """

    path: Path
    name: str
    version: str
    rate: int
    grammar: bool
    ours: bool
    min_confidence: float = 0.0
    calibration: Points = ()
    notes: dict[str, object] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    graph: dict[str, str] = field(default_factory=dict)


def inspect(path: Path) -> ModelFolder:
    """Read and check a model's folder. Raises ModelBroken.

    Takes a second or so for a model with a manifest, whose files are all read and compared.
    """
    if not path.is_dir():
        raise ModelBroken(f"there is no speech model in {path}; {REMEDY}")
    for choices in (*_NEEDED, _GRAPHS):
        if not any((path / choice).is_file() for choice in choices):
            raise ModelBroken(f"the speech model in {path} lacks {choices[0]}; {REMEDY}")
    rate = _sample_rate(path)
    grammar = any((path / name).is_file() for name in ("graph/HCLr.fst", "HCLr.fst"))
    if not (path / MANIFEST).is_file():
        return ModelFolder(path, path.name, "", rate, grammar, ours=False)
    manifest = _manifest(path)
    _verify(path, manifest["files"])
    thresholds = manifest.get("thresholds", {})
    try:
        points = read_points(thresholds.get("calibration"))
        least = float(thresholds.get("min_confidence", 0.0))
    except (ValueError, TypeError) as error:
        raise ModelBroken(f"{path / MANIFEST}: {error}; {REMEDY}") from error
    return ModelFolder(
        path,
        str(manifest["name"]),
        str(manifest["version"]),
        rate,
        grammar,
        ours=True,
        min_confidence=least,
        calibration=points,
        notes=thresholds,
        files=manifest["files"],
        graph=_graph(manifest.get("graph")),
    )


def digests(path: Path) -> dict[str, str]:
    """The SHA-256 of every file of a model that the manifest speaks for, by relative path."""
    found = {}
    for file in sorted(path.rglob("*")):
        name = file.relative_to(path).as_posix()
        if file.is_file() and name not in (MANIFEST, "README.md"):
            found[name] = hashlib.sha256(file.read_bytes()).hexdigest()
    return found


def probe(folder: ModelFolder, seconds: float) -> None:
    """Load the model in a child process and let it hear a second of noise.

    Blocks for as long as loading takes, at most `seconds`. Raises ModelBroken.
    """
    command = [sys.executable, "-m", "asr.probe", str(folder.path), str(folder.rate)]
    try:
        done = subprocess.run(
            command,
            cwd=Path(__file__).resolve().parents[1],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired as error:
        raise ModelBroken(
            f"the speech model in {folder.path} did not load within {seconds:.0f} s"
        ) from error
    if done.returncode != 0 or b"ok" not in done.stdout:
        raise ModelBroken(f"the speech model in {folder.path} is broken; {REMEDY}")


def _sample_rate(path: Path) -> int:
    for name in ("conf/mfcc.conf", "mfcc.conf"):
        if (path / name).is_file():
            found = _RATE.search((path / name).read_text(encoding="utf-8", errors="replace"))
            return int(found.group(1)) if found else 16_000  # Kaldi's default
    return 16_000


def _manifest(path: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
        if not isinstance(manifest["files"], dict) or not manifest["files"]:
            raise ValueError("no files")
        _ = manifest["name"], manifest["version"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelBroken(f"{path / MANIFEST} cannot be read: {error}; {REMEDY}") from error
    return dict(manifest)


def _graph(found: object) -> dict[str, str]:
    return {k: v for k, v in found.items() if isinstance(v, str)} if isinstance(found, dict) else {}


def _verify(path: Path, files: dict[str, str]) -> None:
    for name, digest in files.items():
        file = path / name
        try:
            found = hashlib.sha256(file.read_bytes()).hexdigest()
        except OSError as error:
            raise ModelBroken(f"the speech model in {path} lacks {name}; {REMEDY}") from error
        if found != digest:
            raise ModelBroken(f"{file} is not the file that {MANIFEST} names; {REMEDY}")
