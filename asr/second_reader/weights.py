"""Which files Whisper needs, and whether a folder holds exactly these.

Whisper base by OpenAI (MIT), converted for CTranslate2 by Systran (`faster-whisper-base`).
"""

from __future__ import annotations

import hashlib
from pathlib import Path

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
"""Each file's size in bytes and SHA-256."""


def fault(folder: Path) -> str:
    """Say in one sentence which file is absent or of the wrong size; empty when all are there."""
    for name, (size, _) in FILES.items():
        path = folder / name
        if not path.is_file():
            return f"{path} is missing; `make setup` installs the second reader"
        if path.stat().st_size != size:
            return f"{path} is damaged; remove it and run `make setup`"
    return ""


def altered(folder: Path) -> str:
    """As `fault`, and compares every file with its SHA-256: some 0.3 s."""
    wrong = fault(folder)
    if wrong:
        return wrong
    for name, (_, sha256) in FILES.items():
        with (folder / name).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                return f"{folder / name} is not the file we know; remove it and run `make setup`"
    return ""
