"""`hotline models build`: a model folder with a new graph of sentences, checked and made current.

Everything else of the shipped model is copied, so that the folder stands for itself when the
hotline is updated; it is used for as long as it belongs to the model that is set (`in_use`).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from asr.graphs.acceptor import NotAnAcceptor
from asr.graphs.making import Tell, make, silent
from asr.graphs.plan import GraphPlan
from asr.graphs.texts import OwnTexts, Sources, TextsUnusable
from asr.graphs.words import ModelWords
from asr.model_folder import MANIFEST, ModelBroken, ModelFolder, digests, inspect, probe

SENTENCES = "graph/Gr.fst"
COPIED = (
    "am/final.mdl",
    "conf/mfcc.conf",
    "conf/model.conf",
    "graph/HCLr.fst",
    "graph/disambig_tid.int",
    "graph/words.txt",
)
"""What of a model does not depend on the texts."""

SEED = 12349
PROBE_S = 120.0
SHIPPED_PLAN = GraphPlan()
_KEPT = 2
"""So many builds are kept: the current one and the one before."""


class NotBuilt(Exception):
    """No new graph was made, and the old one stands; the message is one sentence that says why."""


@dataclass(frozen=True, slots=True)
class Built:
    """What was made: a model's folder, the size of its graph, and whether it is another than
    before.
    """

    folder: Path
    states: int
    bytes: int
    changed: bool


Check = Callable[[ModelFolder, float], None]
"""Tries a model, for at most so many seconds; raises ModelBroken."""


def build(
    shipped: Path,
    sources: Sources,
    builds: Path,
    now: datetime,
    tell: Tell = silent,
    plan: GraphPlan = SHIPPED_PLAN,
    check: Check = probe,
) -> Built:
    """Make a folder below `builds` and make it current there. Raises NotBuilt."""
    before = _current(builds)
    found = _built(shipped, sources, lambda name: builds / name, now, tell, plan, check)
    try:
        _make_current(builds, found.folder)
    except OSError as error:
        raise NotBuilt(f"{builds} cannot be written: {error.strerror}") from error
    _forget_old(builds)
    return replace(found, changed=before != found.folder.resolve())


def build_into(
    shipped: Path,
    sources: Sources,
    out: Path,
    now: datetime,
    tell: Tell = silent,
    plan: GraphPlan = SHIPPED_PLAN,
    check: Check = probe,
) -> Built:
    """Make a folder where nothing is yet; nobody uses it. Raises NotBuilt."""
    if out.exists():
        raise NotBuilt(f"{out} is there already; name a folder that is not")
    return _built(shipped, sources, lambda _name: out, now, tell, plan, check)


def _built(
    shipped: Path,
    sources: Sources,
    place: Callable[[str], Path],
    now: datetime,
    tell: Tell,
    plan: GraphPlan,
    check: Check,
) -> Built:
    try:
        tell(f"model {shipped.name}")
        model = inspect(shipped)
        if not (model.ours and (shipped / SENTENCES).is_file()):
            raise NotBuilt(f"the model in {shipped} is not one of ours, so its graph stands")
        texts = sources.digest()
        words = ModelWords.read(shipped / "graph" / "words.txt")
        graph = make(OwnTexts(sources, SEED), sources, words, plan, tell)
        data = graph.to_bytes()
        folder = place(_name(shipped, data, texts))
        new = not folder.is_dir()
        if new:
            _write(folder, shipped, data, note(texts, now))
        tell("trying it in a process of its own")
        try:
            check(inspect(folder), PROBE_S)
        except ModelBroken:
            shutil.rmtree(folder, ignore_errors=True)
            raise
    except (TextsUnusable, ModelBroken, NotAnAcceptor) as error:
        raise NotBuilt(str(error)) from error
    except (OSError, ValueError) as error:
        raise NotBuilt(f"the graph could not be written: {error}") from error
    return Built(folder, len(graph.arcs), len(data), new)


def builds_of(data: Path, shipped: Path) -> Path:
    """Where a data folder keeps the builds for a model."""
    return data / "models" / shipped.name


def in_use(data: Path, shipped: Path) -> Path:
    """The folder to load: the current build when it is whole and belongs to the model, else that.

    Reads all files of the build once.
    """
    folder = _current(builds_of(data, shipped))
    if folder is None:
        return shipped
    try:
        wanted = inspect(shipped)
        found = inspect(folder)
    except ModelBroken:
        return shipped
    theirs = {name: found.files.get(name) for name in COPIED}
    ours = {name: wanted.files.get(name) for name in COPIED}
    return folder if wanted.ours and theirs == ours else shipped


def note(sources_digest: str, now: datetime) -> dict[str, Any]:
    """What a manifest says of its graph: from which texts and when."""
    return {"texts": sources_digest, "built": now.isoformat(timespec="seconds")}


def _name(shipped: Path, data: bytes, texts: str) -> str:
    whole = hashlib.sha256(data + texts.encode())
    for name in COPIED:
        whole.update((shipped / name).read_bytes())
    # What the card says beside the files, such as thresholds, is part of the model too.
    whole.update((shipped / MANIFEST).read_bytes())
    return whole.hexdigest()[:16]


def _write(folder: Path, shipped: Path, graph: bytes, about: dict[str, Any]) -> None:
    """Write the folder beside its place, and move it there when it is whole."""
    part = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        for name in COPIED:
            (part / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(shipped / name, part / name)
        (part / SENTENCES).write_bytes(graph)
        manifest = json.loads((shipped / MANIFEST).read_text(encoding="utf-8"))
        manifest |= {"graph": about, "files": digests(part)}
        text = json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
        (part / MANIFEST).write_text(text, encoding="utf-8")
        with contextlib.suppress(FileExistsError):
            part.rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _current(builds: Path) -> Path | None:
    folder = builds / "current"
    return folder.resolve() if folder.is_dir() else None


def _make_current(builds: Path, folder: Path) -> None:
    link = builds / f".current.{os.getpid()}"
    link.unlink(missing_ok=True)
    link.symlink_to(folder.name, target_is_directory=True)
    link.replace(builds / "current")
    folder.touch()


def _forget_old(builds: Path) -> None:
    """Remove builds from before the last ones; a model in memory needs no files."""
    named = [path for path in builds.iterdir() if path.is_dir() and not path.is_symlink()]
    named.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    current = _current(builds)
    for path in named[_KEPT:]:
        if path.resolve() != current and not path.name.startswith("."):
            shutil.rmtree(path, ignore_errors=True)
