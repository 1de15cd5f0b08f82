"""Fetches PJSIP's source from Debian's archive, which apt verifies by Debian's signatures.

PJSIP comes as a part of the `asterisk` source package in Debian's `sid`. apt is run with lists
and a cache of its own, so that the machine's package sources stay as they are.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from common import SetupError, run, say

PACKAGE = "asterisk"
COMPONENT = re.compile(r"^asterisk_(?P<version>.+)\.orig-Xpjproject\.tar\.\w+$")
KEYRINGS = ("debian-archive-keyring.gpg", "debian-archive-keyring.pgp")
OLDEST = (2, 17)


def mirror() -> str:
    """Return the address of the Debian mirror that this machine is configured with.

    HOTLINE_DEBIAN_MIRROR goes before it, for machines that are not Debian's own.
    """
    chosen = os.environ.get("HOTLINE_DEBIAN_MIRROR")
    if chosen:
        return chosen
    wanted = "$(REPO_URI) $(RELEASE) $(COMPONENT)"
    try:
        listed = subprocess.run(
            ["apt-get", "indextargets", "--format", wanted, "Created-By: Packages"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise SetupError(f"apt does not tell which mirror this machine uses: {error}") from error
    for line in listed.splitlines():
        fields = line.split()
        # Only the main archive has `sid`; security and updates are other archives or suites.
        is_main = len(fields) == 3 and fields[2] == "main" and "-" not in fields[1]
        if is_main and fields[0].startswith("http"):
            return fields[0]
    raise SetupError("apt has no Debian mirror; name one in HOTLINE_DEBIAN_MIRROR")


def apt(folder: Path) -> list[str]:
    """Write a source list for `sid` into `folder`; return apt-get with options that use it."""
    shared = Path("/usr/share/keyrings")
    keyring = next((shared / name for name in KEYRINGS if (shared / name).is_file()), None)
    if keyring is None:
        raise SetupError("Debian's signing keys are missing; install debian-archive-keyring")
    for name in ("lists/partial", "cache/archives/partial"):
        (folder / name).mkdir(parents=True)
    listed = folder / "sources.list"
    listed.write_text(f"deb-src [signed-by={keyring}] {mirror()} sid main\n", encoding="utf-8")
    options = {
        "Dir::Etc::sourcelist": listed,
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::State::lists": folder / "lists",
        "Dir::Cache": folder / "cache",
        # The sandbox user of apt cannot write to a private folder.
        "APT::Sandbox::User": "root",
    }
    return [
        "apt-get",
        *(word for key, value in options.items() for word in ("-o", f"{key}={value}")),
    ]


def stored(folder: Path) -> Iterator[Path]:
    """Yield the tarballs kept in `folder`, the newest download first."""
    found = [path for path in folder.glob("asterisk_*") if COMPONENT.match(path.name)]
    yield from sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)


def fetch(folder: Path, log: Path) -> Path:
    """Download the newest PJSIP tarball into `folder` and return its path.

    Where the archive cannot be reached, an earlier download is used and that is said.
    """
    folder.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix="apt-", dir=folder))
    try:
        command = apt(scratch)
        say("asking Debian's archive for PJSIP's source")
        run([*command, "update"], "reading Debian's list of sources", log, cwd=scratch)
        run(
            [*command, "source", "--download-only", PACKAGE],
            "downloading PJSIP's source",
            log,
            cwd=scratch,
        )
        for path in scratch.iterdir():
            if COMPONENT.match(path.name):
                return Path(shutil.move(path, folder / path.name))
        raise SetupError("Debian's asterisk source package no longer carries PJSIP")
    except SetupError as error:
        kept = next(stored(folder), None)
        if kept is None:
            raise
        say(f"{str(error).splitlines()[0]}; using the source downloaded earlier")
        return kept
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def unpack(tarball: Path, folder: Path, log: Path) -> str:
    """Unpack the source into `folder` (its first directory level dropped).

    Returns PJSIP's version; raises SetupError where it is older than the code can use.
    """
    folder.mkdir(parents=True)
    command: list[str | Path] = ["tar", "-xf", tarball, "-C", folder, "--strip-components=1"]
    run(command, "unpacking PJSIP's source", log)
    numbers = dict(
        re.findall(
            r"export PJ_VERSION_(MAJOR|MINOR|REV)\s*:=\s*(\d*)",
            (folder / "version.mak").read_text(encoding="utf-8"),
        )
    )
    version = (int(numbers["MAJOR"]), int(numbers["MINOR"]), int(numbers.get("REV") or 0))
    if version < OLDEST:
        raise SetupError(f"PJSIP {version} is too old; {OLDEST[0]}.{OLDEST[1]} or newer is needed")
    return ".".join(map(str, version if version[2] else version[:2]))
