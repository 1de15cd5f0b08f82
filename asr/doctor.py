"""What `hotline doctor` asks of the speech model."""

from __future__ import annotations

from pathlib import Path

from asr.model_folder import ModelBroken, inspect, probe
from core.check import Check

PROBE_S = 60.0
REMEDY = "git checkout the model, or set HOTLINE_ASR_MODEL to a good one"


def check(model: Path) -> Check:
    """Check that the model is whole and that Vosk can load it. Blocking, some seconds."""
    try:
        folder = inspect(model)
        probe(folder, PROBE_S)
    except ModelBroken as error:
        return Check("speech model", False, f"{error}; callers get the keypad", REMEDY)
    return Check("speech model", True, f"{folder.name} {folder.version}, {folder.rate} Hz")
