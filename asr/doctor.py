"""What `hotline doctor` asks of the speech model."""

from __future__ import annotations

from pathlib import Path

from asr.graphs.articles import last_fault
from asr.graphs.building import in_use
from asr.graphs.texts import Sources, TextsUnusable
from asr.model_folder import ModelBroken, ModelFolder, inspect, probe
from core.check import Check

PROBE_S = 60.0
REMEDY = "git checkout the model, or set HOTLINE_ASR_MODEL to a good one"


def check(model: Path, data: Path, sources: Sources) -> list[Check]:
    """Check the model that is in use and its graph. Blocking, some seconds."""
    used = in_use(data, model)
    try:
        folder = inspect(used)
        probe(folder, PROBE_S)
    except ModelBroken as error:
        return [Check("speech model", False, f"{error}; callers get the keypad", REMEDY)]
    found = f"{folder.name} {folder.version}, {folder.rate} Hz"
    graph = _graph(folder, used == model, sources)
    fault = last_fault(data)
    if fault and graph.ok:
        found_too = f"{graph.found}; it was not built anew: {fault}"
        graph = Check(graph.name, False, found_too, "hotline models build, and mend what it names")
    return [Check("speech model", True, found), graph]


def _graph(folder: ModelFolder, shipped: bool, sources: Sources) -> Check:
    """An older graph is no fault: words that are new to it are still heard by their sounds."""
    name = "speech graph"
    if not folder.ours:
        return Check(name, True, "the model's own; new texts do not change it")
    which = "the one that is shipped" if shipped else f"built here, {folder.path}"
    found = f"{which}, of {folder.graph.get('built', 'unknown date')}"
    try:
        same = folder.graph.get("texts") == sources.digest()
    except TextsUnusable as error:
        return Check(name, False, f"{found}; {error}", "mend the file, or its setting")
    older = "" if same else "; older than the tree, articles or words set: hotline models build"
    return Check(name, True, found + older)
