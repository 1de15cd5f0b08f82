"""Records the calls of docs/demonstration.md: `python -m bench.demonstration`, then `make docs`.

With names of scenes only these are recorded; those that need places are left out where the shared
extract of Futian is absent (HOTLINE_SHARED).
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench import service
from bench.process import ROOT
from bench.walker import extract
from docs.demonstration import FOLDER, SCENES, Scene

LIMIT_S = 240


def main(names: Sequence[str]) -> int:
    """Record the scenes, all without names; return 0, or 1 on a fault."""
    FOLDER.mkdir(exist_ok=True)
    wanted = [scene for scene in SCENES if not names or scene.name in names]
    plain = [scene for scene in wanted if not scene.places]
    placed = [scene for scene in wanted if scene.places]
    if plain:
        with service.running() as line:
            if not _recorded(line, plain):
                return 1
    return _with_places(placed) if placed else 0


def _with_places(scenes: Sequence[Scene]) -> int:
    try:
        streets = str(extract())
    except FileNotFoundError as absent:
        print(f"left out: {absent}", file=sys.stderr)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        phrases = Path(folder) / "names.txt"
        phrases.touch()
        commands = (
            ("places", "import", streets, "--area", "440304"),
            ("places", "build-routes", streets),
            ("places", "phrases", str(phrases)),
            ("models", "build"),
        )
        with service.running(*commands, asr_phrases=str(phrases)) as line:
            return 0 if _recorded(line, scenes) else 1


def _recorded(line: service.Service, scenes: Sequence[Scene]) -> bool:
    for scene in scenes:
        command = [sys.executable, "-m", "hotline", "call", line.target, "--json"]
        done = subprocess.run(
            [*command, *scene.arguments],
            capture_output=True,
            text=True,
            cwd=ROOT,
            timeout=LIMIT_S,
        )
        if done.returncode != 0:
            print(f"{scene.name}: {done.stderr.strip()[-300:]}", file=sys.stderr)
            return False
        (FOLDER / f"{scene.name}.jsonl").write_text(done.stdout, encoding="utf-8")
        print(f"recorded {scene.name}", flush=True)
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
