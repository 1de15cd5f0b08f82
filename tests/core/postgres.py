"""A throw-away PostgreSQL on a Unix socket, run by an unprivileged user where tests are root's."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

UNPRIVILEGED = ("postgres", "nobody")


def binaries() -> Path | None:
    """The folder of initdb and pg_ctl: PATH first, then Debian's place; None when not installed."""
    folders = [*Path("/usr/lib/postgresql").glob("*/bin")]
    found = shutil.which("initdb")
    if found:
        folders.append(Path(found).resolve().parent)
    usable = [each for each in folders if (each / "initdb").exists() and (each / "pg_ctl").exists()]
    return max(usable, key=lambda folder: folder.parent.name, default=None)


@contextmanager
def running(bin_folder: Path) -> Iterator[str]:
    """Make a cluster, start it, give its SQLAlchemy URL, and remove it."""
    # Not below pytest's folder: that one is closed to other users, and its path may be too long
    # for a socket (108 bytes, unix(7)).
    with tempfile.TemporaryDirectory(prefix="pg") as name:
        folder = Path(name)
        user = _owner(folder)
        data, log = folder / "data", folder / "log"
        _run(user, bin_folder / "initdb", "-D", data, "-U", "hotline", "-A", "trust", "-E", "UTF8",
             "--no-sync")  # fmt: skip
        options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
        _run(user, bin_folder / "pg_ctl", "-D", data, "-l", log, "-w", "-o", options, "start")
        try:
            yield f"postgresql+psycopg://hotline@/postgres?host={folder}"
        finally:
            _run(user, bin_folder / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")


def _owner(folder: Path) -> str | None:
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    user = next(name for name in UNPRIVILEGED if name in names)
    shutil.chown(folder, user)
    return user


def _run(user: str | None, *command: object) -> None:
    result = subprocess.run(
        [str(part) for part in command], user=user, capture_output=True, text=True, cwd="/",
        stdin=subprocess.DEVNULL, timeout=60, check=False,
    )  # fmt: skip
    if result.returncode:
        raise RuntimeError(f"{command[0]} failed: {result.stderr[-500:]}")
