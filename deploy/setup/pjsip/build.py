"""Builds PJSIP's Python binding, keeps it in the cache, and installs it into this `.venv`.

Run with the interpreter of the `.venv`; `--newest` asks Debian for a newer source even though
a build is there. Every published wheel stops at 4 calls and lacks DTLS-SRTP and Opus, which is
why the project compiles its own.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from common import SetupError, cache_folder, run, say
from pjsip import recipe
from pjsip.source import fetch, unpack


def check(folder: Path, log: Path) -> None:
    """Run the contract (a call over loopback) against the module in `folder`."""
    env = {**os.environ, "PYTHONPATH": str(folder)}
    command: list[str | Path] = [sys.executable, HERE / "contract.py"]
    run(command, "checking the new Python binding", log, cwd=folder, env=env)


def cached(folder: Path, newest: bool) -> Path:
    """Return a folder with the finished module, building it if there is none for this recipe.

    A build becomes visible only when it is complete and has kept the contract.
    """
    key = recipe.key()
    with (folder / "lock").open("w") as lock:
        # Two clones that are set up at once: the second waits and takes the first one's build.
        fcntl.flock(lock, fcntl.LOCK_EX)
        found = sorted(folder.glob(f"*-{key}"), key=lambda path: path.stat().st_mtime)
        if found and not newest:
            return found[-1]
        log = folder / "build.log"
        log.unlink(missing_ok=True)
        for left in folder.glob("build-*"):
            shutil.rmtree(left, ignore_errors=True)
        say("building PJSIP's Python binding, once per machine (about 3 minutes on two cores)")
        tarball = fetch(folder / "source", log)
        scratch = Path(tempfile.mkdtemp(prefix="build-", dir=folder))
        try:
            version = unpack(tarball, scratch / "tree", log)
            target = folder / f"{version}-{key}"
            if target.exists():
                say(f"PJSIP {version} is the newest, and is built already")
                return target
            say(f"PJSIP {version}")
            recipe.prepare(scratch / "tree")
            recipe.build(scratch / "tree", log)
            recipe.collect(scratch / "tree", scratch / "module")
            say("checking it: codecs, encryption, limits, a call over loopback")
            check(scratch / "module", log)
            (scratch / "module").rename(target)
            return target
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


def install(module: Path) -> None:
    """Copy the module into this interpreter's site-packages, each file at one stroke."""
    site = Path(sysconfig.get_path("platlib"))
    for path in module.iterdir():
        if path.suffix in (".so", ".py"):
            # Running processes keep the file that they have mapped.
            shutil.copyfile(path, site / f".{path.name}.new")
            (site / f".{path.name}.new").rename(site / path.name)
    done = subprocess.run(
        [sys.executable, "-c", "import pjsua2"], capture_output=True, text=True, cwd=site
    )
    if done.returncode != 0:
        reason = done.stderr.strip().splitlines()[-1]
        raise SetupError(f"the binding in {module} does not load ({reason}); delete that folder")


def main(arguments: list[str]) -> None:
    """Build (or take from the cache) and install."""
    module = cached(cache_folder("pjsip"), newest="--newest" in arguments)
    install(module)
    say(f"PJSIP {module.name.partition('-')[0]} is installed")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except (SetupError, OSError) as error:
        sys.exit(f"setup: {error}")
