"""One service per data folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.lock import FolderInUse, FolderLock

HOLDER = """
import sys, time
from pathlib import Path
from core.lock import FolderLock
lock = FolderLock(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(600)
"""


def test_a_second_service_is_refused_and_told_who_holds_the_folder(tmp_path: Path) -> None:
    lock = FolderLock(tmp_path / "data")
    with pytest.raises(FolderInUse, match=f"in use by process {os.getpid()};.*HOTLINE_DATA"):
        FolderLock(tmp_path / "data")
    lock.release()
    lock.release()
    FolderLock(tmp_path / "data").release()


def test_a_killed_service_leaves_the_folder_free(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None and holder.stdout.readline() == "held\n"
        with pytest.raises(FolderInUse, match=f"process {holder.pid};"):
            FolderLock(tmp_path)
        holder.kill()
        holder.wait(10)
        FolderLock(tmp_path).release()
    assert (tmp_path / "hotline.lock").read_text() == f"{os.getpid()}\n"


def test_a_child_process_does_not_hold_the_folder_on(tmp_path: Path) -> None:
    lock = FolderLock(tmp_path)
    with subprocess.Popen(["sleep", "600"]) as child:
        lock.release()
        FolderLock(tmp_path).release()
        child.kill()
