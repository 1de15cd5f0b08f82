"""What `hotline doctor` asks of the tree, the prompts and the voice."""

from __future__ import annotations

from pathlib import Path

from core.check import Check
from ivr.tree import examine
from ivr.voice import kokoro
from ivr.voice.build import PROMPTS
from ivr.voice.prompts import read_index


def checks(tree: Path, words: Path, voice_folder: Path, voice: str) -> list[Check]:
    """Check that the tree is accepted, its sentences are at hand, and a voice can say the rest."""
    found, findings = examine(tree, words)
    faults = [str(finding) for finding in findings if not finding.warning]
    if found is None or faults:
        worst = faults[0] if faults else "it cannot be read"
        return [Check("tree", False, worst, f"mend it: hotline tree check --words {words} {tree}")]
    missing = [text for text in found.fixed_texts() if text not in read_index(PROMPTS)]
    silent = kokoro.fault(voice_folder, voice)
    said = f"{len(found.fixed_texts())} sentences, {len(missing)} not among the committed prompts"
    return [
        Check("tree", True, f"{tree.name}: {len(found.nodes)} nodes"),
        Check("prompts", not missing or not silent, said, "make setup installs the voice"),
        Check("voice", not silent, silent or f"Kokoro, {voice}", "make setup installs the voice"),
    ]
