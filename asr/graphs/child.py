"""A build of the graph of sentences in a process of its own, at low priority and bounded in CPU.

`ChildBuild.run` blocks, hence belongs in a thread. The child is this module run with -m: JSON is
its argument and the one line that it prints.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import threading
from dataclasses import asdict
from pathlib import Path

from asr.graphs.building import SHIPPED_PLAN, NotBuilt, build
from asr.graphs.plan import GraphPlan
from asr.graphs.texts import Sources
from asr.model_folder import ModelBroken, inspect, probe
from core.clock import utc_now

NICE = 15
CPU_S = 900
"""A build takes some 30 s of a core; one that takes so much more has gone wrong."""

_PROBE_S = 900.0
"""At low priority on a busy machine the new model may be a long time in loading."""


class ChildBuild:
    """Builds for a model below `builds`. `stop` may be called from any thread."""

    def __init__(self, model: Path, builds: Path, plan: GraphPlan = SHIPPED_PLAN) -> None:
        """Take the model that is set, and the folder of its builds."""
        self._model, self._builds, self._plan = model, builds, plan
        self._guard = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._stopped = False

    def run(self, sources: Sources) -> Path | None:
        """Build and make it current; None for a model that has no graph of ours, or when stopped.

        Raises NotBuilt, also when the process dies.
        """
        texts = {name: str(path) for name, path in asdict(sources).items() if path}
        folders = {"model": str(self._model), "builds": str(self._builds)}
        asked = json.dumps({**folders, "sources": texts, "plan": asdict(self._plan)})
        with self._guard:
            if self._stopped:
                return None
            child = self._child = _start(asked)
        out, err = child.communicate()
        if self._stopped:
            return None
        try:
            reply = json.loads(out)
        except ValueError:
            last = err.decode(errors="replace").strip().splitlines()[-1:]
            told = f": {last[0]}" if last else ""
            raise NotBuilt(f"the process ended with {child.returncode}{told}") from None
        if "fault" in reply:
            raise NotBuilt(str(reply["fault"]))
        return Path(reply["folder"]) if reply["folder"] else None

    def stop(self) -> None:
        """End a build that runs, and start none again."""
        with self._guard:
            self._stopped = True
            if self._child is not None:
                self._child.kill()


def _start(asked: str) -> subprocess.Popen[bytes]:
    root = str(Path(__file__).resolve().parents[2])
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    try:
        return subprocess.Popen(
            [sys.executable, "-m", "asr.graphs.child", asked],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), "OMP_NUM_THREADS": "1"},
            # A Ctrl-C at the terminal is for the service, which ends its child itself.
            start_new_session=True,
        )
    except OSError as error:
        raise NotBuilt(f"the process cannot start: {error.strerror}") from error


def main(asked: str) -> None:
    """Build, and print what came of it: {"folder": path or ""} or {"fault": sentence}."""
    os.nice(NICE)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    value = json.loads(asked)
    model, builds = Path(value["model"]), Path(value["builds"])
    sources = Sources(**{name: Path(path) for name, path in value["sources"].items()})
    try:
        if not inspect(model).ours:
            print(json.dumps({"folder": ""}))
            return
        built = build(
            model,
            sources,
            builds,
            utc_now(),
            plan=GraphPlan(**value["plan"]),
            check=lambda folder, _limit: probe(folder, _PROBE_S),
        )
    except (NotBuilt, ModelBroken) as error:
        print(json.dumps({"fault": str(error)}))
        return
    print(json.dumps({"folder": str(built.folder)}))


if __name__ == "__main__":
    main(sys.argv[1])
