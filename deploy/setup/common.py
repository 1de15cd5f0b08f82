"""What the set-up's steps share: errors, paths, running commands, and stamps."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

SETUP = Path(__file__).resolve().parent
ROOT = SETUP.parent.parent
VENV = ROOT / ".venv"
STAMPS = VENV / ".setup"


class SetupError(Exception):
    """A step failed; the message is what the person at the terminal needs to know."""


def say(text: str) -> None:
    """Print one line of progress, at once."""
    print(f"setup: {text}", flush=True)


def cache_folder(name: str) -> Path:
    """Return the cache folder `name` of this project, created if need be.

    It is shared by all clones of one user, so that what takes minutes is done once.
    """
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    folder = Path(base) / "hotline" / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def tail(log: Path, lines: int = 25) -> str:
    """Return the last lines of a log, for an error message."""
    try:
        text = log.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "(no log)"
    return "\n".join(text.splitlines()[-lines:])


def run(
    command: Sequence[str | Path],
    what: str,
    log: Path,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> None:
    """Run a command with its output added to `log`.

    Raises SetupError, with `what` failed and the end of the log, unless it exits with 0.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as out:
        out.write(f"\n$ {' '.join(map(str, command))}\n".encode())
        out.flush()
        try:
            code = subprocess.run(
                command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=out
            ).returncode
        except OSError as error:
            raise SetupError(f"{what} failed: {error}") from error
    if code != 0:
        raise SetupError(f"{what} failed (exit code {code}). The end of {log}:\n{tail(log)}")


def digest(parts: Iterable[str | bytes | Path]) -> str:
    """Return a short digest over texts, bytes and the contents of files."""
    total = hashlib.sha256()
    for part in parts:
        data = part.read_bytes() if isinstance(part, Path) else part
        data = data.encode() if isinstance(data, str) else data
        total.update(len(data).to_bytes(8, "big") + data)
    return total.hexdigest()[:16]


def is_stamped(step: str, key: str) -> bool:
    """Tell whether `step` was completed in this `.venv` for the same `key`."""
    try:
        return (STAMPS / step).read_text(encoding="ascii") == key
    except OSError:
        return False


def stamp(step: str, key: str) -> None:
    """Note that `step` is complete for `key`."""
    STAMPS.mkdir(parents=True, exist_ok=True)
    (STAMPS / step).write_text(key, encoding="ascii")
