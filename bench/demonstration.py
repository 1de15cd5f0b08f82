"""Records the calls of docs/demonstration.md: `python -m bench.demonstration`, then `make docs`."""

from __future__ import annotations

import subprocess
import sys

from bench import service
from bench.process import ROOT
from docs.demonstration import FOLDER, SCENES

LIMIT_S = 90


def main() -> int:
    """Start a service of its own, make the calls, write their lines; return 0, or 1 on a fault."""
    FOLDER.mkdir(exist_ok=True)
    with service.running() as line:
        for scene in SCENES:
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
                return 1
            (FOLDER / f"{scene.name}.jsonl").write_text(done.stdout, encoding="utf-8")
            print(f"recorded {scene.name}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
