"""Asterisk in a folder of its own, to measure beside: Debian sid by debootstrap, in a chroot."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.process import Stuck, ended, own_cache, start, wait_for_sip

ETC = Path(__file__).parent / "asterisk_etc"
INSTALL_LIMIT_S = 900


class NoAsterisk(Exception):
    """It cannot be installed or run here; the message says why in one sentence."""


def installed() -> Path:
    """Return the folder with Asterisk, fetched the first time (1-2 minutes). Raises NoAsterisk."""
    root = own_cache() / "asterisk-sid"
    if (root / "usr/sbin/asterisk").exists():
        return root
    if os.geteuid() != 0:
        raise NoAsterisk(
            "Asterisk needs root here, to be unpacked by debootstrap and run in a chroot"
        )
    if shutil.which("debootstrap") is None:
        _run(["apt-get", "install", "-y", "--no-install-recommends", "debootstrap"], "debootstrap")
    print("  fetching Asterisk from Debian sid into the cache (1-2 minutes) …", flush=True)
    fresh = own_cache() / "asterisk-sid.new"
    shutil.rmtree(fresh, ignore_errors=True)
    command = [
        "debootstrap",
        "--variant=minbase",
        "--include=asterisk",
        "sid",
        str(fresh),
        _mirror(),
    ]
    _run(command, "Asterisk")
    fresh.rename(root)
    return root


def _mirror() -> str:
    """The Debian mirror that this machine's apt uses."""
    form = "$(SITE) $(ORIGIN) $(COMPONENT) $(CREATED_BY) $(RELEASE)"
    found = subprocess.run(
        ["apt-get", "indextargets", "--format", form], capture_output=True, text=True, check=False
    )
    for line in found.stdout.splitlines():
        site, *rest = line.split(" ")
        if "main" in rest and "security" not in site:
            return site
    raise NoAsterisk("apt knows no Debian mirror to fetch Asterisk from")


def _run(command: list[str], what: str) -> None:
    try:
        done = subprocess.run(
            ["nice", "-n", "10", *command],
            capture_output=True,
            text=True,
            timeout=INSTALL_LIMIT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NoAsterisk(f"{what} could not be installed: {error}") from error
    if done.returncode != 0:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["no message"]
        raise NoAsterisk(f"{what} could not be installed: {last[0]}")


@contextmanager
def running(port: int, prompt: bytes) -> Iterator[subprocess.Popen[bytes]]:
    """Run Asterisk on a SIP port; `prompt` is A-law. Yields its process. Raises NoAsterisk."""
    root = installed()
    _configure(root, port, prompt)
    log = (own_cache() / "asterisk.log").open("wb")
    process = start(
        ["chroot", str(root), "/usr/sbin/asterisk", "-f"],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
    )
    try:
        wait_for_sip(port, process)
        yield process
        _check_recordings(root)
    except Stuck as error:
        raise NoAsterisk(f"Asterisk did not start: {error}") from error
    finally:
        ended(process)
        log.close()
        shutil.rmtree(root / "bench" / "recordings", ignore_errors=True)


def _check_recordings(root: Path) -> None:
    """A side that records nothing would be cheap."""
    sizes = [file.stat().st_size for file in (root / "bench/recordings").glob("*.wav")]
    if not sizes or min(sizes) < 16_000:
        raise NoAsterisk(
            f"Asterisk recorded {len(sizes)} files, the smallest of {min(sizes, default=0)} bytes"
        )


def _configure(root: Path, port: int, prompt: bytes) -> None:
    etc = root / "etc/asterisk"
    for old in etc.glob("*.conf"):
        old.unlink()
    for new in ETC.glob("*.conf"):
        (etc / new.name).write_text(new.read_text().replace("@SIP_PORT@", str(port)))
    # Without its own name here every call waits for a name server.
    (root / "etc/hosts").write_text(f"127.0.0.1 localhost {socket.gethostname()}\n")
    (root / "bench/recordings").mkdir(parents=True, exist_ok=True)
    (root / "bench/prompt.alaw").write_bytes(prompt)
