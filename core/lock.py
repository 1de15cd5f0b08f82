"""One service per data folder."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


class FolderInUse(Exception):
    """Another service holds the folder; the message names it."""


class FolderLock:
    """Holds an advisory lock on `<folder>/hotline.lock`; the kernel frees it with the process."""

    def __init__(self, folder: Path) -> None:
        """Take the lock. Raises FolderInUse, OSError."""
        folder.mkdir(parents=True, exist_ok=True)
        self._handle = os.open(folder / "hotline.lock", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.read(self._handle, 32).decode(errors="replace").strip()
            os.close(self._handle)
            raise FolderInUse(
                f"the data folder {folder} is in use by process {owner or 'unknown'}; stop it or "
                "set HOTLINE_DATA to another folder"
            ) from None
        os.ftruncate(self._handle, 0)
        os.write(self._handle, f"{os.getpid()}\n".encode())

    def release(self) -> None:
        """Free the folder. Safe to call twice."""
        handle, self._handle = self._handle, -1
        if handle >= 0:
            os.close(handle)
