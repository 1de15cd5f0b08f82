"""The Python environments: `.venv`, and `.venv-train` for training speech models."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

from common import ROOT, SETUP, VENV, cache_folder, digest, is_stamped, run, say, stamp

BUILD_LOCK = SETUP / "build-requirements.lock"
LOCK = ROOT / "requirements.lock"
DEV_LOCK = ROOT / "requirements-dev.lock"
ROUTING_LOCK = SETUP / "routing-requirements.lock"
TRAIN_LIST = SETUP / "train-requirements.txt"
TRAIN_VENV = ROOT / ".venv-train"
VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"


def pip(venv: Path, *arguments: str | Path) -> None:
    """Run pip in an environment; raise SetupError with the end of its log if it fails."""
    log = cache_folder("logs") / "pip.log"
    command: list[str | Path] = [
        venv / "bin" / "python",
        "-m",
        "pip",
        "--disable-pip-version-check",
        "install",
        "--no-cache-dir",  # an environment is made once, and its packages count twice in a cache
    ]
    run([*command, *arguments], f"pip install for {venv.name}", log, cwd=ROOT)


def usable(venv: Path) -> bool:
    """Tell whether an environment is there, complete, and of this interpreter's version."""
    python = venv / "bin" / "python"
    probe = "import sys, pip; print('%d.%d' % sys.version_info[:2])"
    try:
        done = subprocess.run([python, "-c", probe], capture_output=True, text=True)
    except OSError:
        return False
    return done.stdout.strip() == VERSION


def create(venv: Path) -> None:
    """Make an empty environment, in place of one that a system upgrade has broken."""
    if usable(venv):
        return
    say(f"making {venv.name} with Python {VERSION}")
    shutil.rmtree(venv, ignore_errors=True)
    log = cache_folder("logs") / "venv.log"
    run([sys.executable, "-m", "venv", venv], f"making {venv.name}", log)
    (venv / ".gitignore").write_text("*\n", encoding="ascii")


def install_lock(venv: Path, lock: Path = LOCK) -> None:
    """Install exactly what a lock names; pip compares every file with its hash."""
    # Packages that come as source are built with the locked setuptools, not with whichever is
    # the newest today.
    pip(venv, "--require-hashes", "-r", BUILD_LOCK)
    pip(venv, "--require-hashes", "--no-build-isolation", "-r", lock)


def install() -> None:
    """Bring `.venv` in line with the lock, and make the project importable in it."""
    key = digest([LOCK, BUILD_LOCK, ROOT / "setup.cfg", ROOT / "pyproject.toml", str(ROOT)])
    if is_stamped("python", key) and (VENV / "bin" / "python").exists():
        return
    create(VENV)
    say("installing the Python packages of requirements.lock (about a minute)")
    install_lock(VENV)
    # A plain path to this folder: a package or module added later is importable at once.
    compat = ["--config-settings", "editable_mode=compat"]
    pip(VENV, "--no-deps", "--no-build-isolation", *compat, "-e", ROOT)
    stamp("python", key)


def install_tools() -> None:
    """Add what only tests, checks and measurements need to `.venv`."""
    key = digest([DEV_LOCK, LOCK, VERSION])
    if is_stamped("tools", key) and (VENV / "bin" / "pytest").exists():
        return
    say("installing the tools of requirements-dev.lock (some seconds)")
    install_lock(VENV, DEV_LOCK)
    stamp("tools", key)


def install_routing() -> None:
    """Add the street router to `.venv`."""
    key = digest([ROUTING_LOCK, VERSION])
    if is_stamped("routing", key) and list(VENV.glob("lib/python*/site-packages/valhalla")):
        return
    say("installing the street router (0.5 GB)")
    pip(VENV, "--require-hashes", "--no-deps", "-r", ROUTING_LOCK)
    stamp("routing", key)


def constraints() -> Path:
    """Write the versions of the lock to a file without hashes, and return that file."""
    names = re.findall(r"^\S+==\S+", LOCK.read_text(encoding="utf-8"), re.MULTILINE)
    path = TRAIN_VENV / "constraints.txt"
    path.write_text("\n".join(names) + "\n", encoding="utf-8")
    return path


def install_training() -> None:
    """Make `.venv-train`: the locked packages, PyTorch and the tools of the speech models."""
    key = digest([LOCK, BUILD_LOCK, TRAIN_LIST, VERSION])
    mark = TRAIN_VENV / ".setup"
    if mark.is_file() and mark.read_text(encoding="ascii") == key:
        return
    create(TRAIN_VENV)
    say("installing PyTorch and the training tools into .venv-train (some minutes, 1.5 GB)")
    install_lock(TRAIN_VENV)
    # With the lock as a constraint, no package of its is moved to another version.
    pip(TRAIN_VENV, "-r", TRAIN_LIST, "-c", constraints())
    path = next((TRAIN_VENV / "lib").glob("python*/site-packages")) / "hotline.pth"
    path.write_text(f"{ROOT}\n", encoding="utf-8")
    mark.write_text(key, encoding="ascii")
