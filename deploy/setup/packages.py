"""The Debian packages that the hotline needs: which are missing, and their installation."""

from __future__ import annotations

import glob
import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from dataclasses import dataclass

from common import SetupError, say

INSTALL = ["apt-get", "-o", "DPkg::Lock::Timeout=600", "install", "-y", "--no-install-recommends"]
UPDATE = ["apt-get", "-o", "DPkg::Lock::Timeout=600", "update"]


@dataclass(frozen=True)
class Package:
    """One Debian package, why it is needed, and how to tell that it is there."""

    name: str
    why: str
    present: Callable[[], bool]


def command(*names: str) -> Callable[[], bool]:
    """Return a test for all these commands."""
    return lambda: all(shutil.which(name) for name in names)


def file(*patterns: str) -> Callable[[], bool]:
    """Return a test for one file that matches any of these patterns."""
    return lambda: any(glob.glob(pattern) for pattern in patterns)


def header(name: str) -> Callable[[], bool]:
    """Return a test for a C header where compilers look without being told."""
    return file(*(f"{place}/{name}" for place in ("/usr/include", "/usr/include/*-linux-gnu")))


def python_header() -> bool:
    """Tell whether this interpreter can compile modules."""
    return os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h"))


def venv() -> bool:
    """Tell whether this interpreter can make virtual environments that have pip."""
    return importlib.util.find_spec("ensurepip") is not None


def postgres() -> bool:
    """Tell whether a PostgreSQL server's programs are there, on PATH or in Debian's place."""
    return bool(shutil.which("initdb") or glob.glob("/usr/lib/postgresql/*/bin/initdb"))


VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
BUILD = [
    Package(f"python{VERSION}-venv", "makes the .venv", venv),
    Package(f"python{VERSION}-dev", "Python's headers, for the SIP binding", python_header),
    Package("gcc", "compiles the SIP library", command("gcc")),
    Package("g++", "compiles the SIP binding", command("g++")),
    Package("libc6-dev", "C headers, for the SIP library", header("stdlib.h")),
    Package("make", "builds the SIP library", command("make")),
    Package("swig", "writes the SIP library's Python binding", command("swig")),
    Package("xz-utils", "unpacks the SIP library's source", command("xz")),
    Package("dpkg-dev", "lets apt fetch the SIP library's source", command("dpkg-source")),
    Package("libssl-dev", "TLS for SIP, DTLS for browsers", header("openssl/ssl.h")),
    Package("libsrtp2-dev", "encrypted audio", header("srtp2/srtp.h")),
    Package("libopus-dev", "the Opus codec of browsers", header("opus/opus.h")),
    Package("libspeex-dev", "the Speex codec", header("speex/speex.h")),
    Package("libspeexdsp-dev", "echo and noise handling", header("speex/speex_echo.h")),
    Package("libgsm1-dev", "the GSM codec", file("/usr/include/gsm.h", "/usr/include/gsm/gsm.h")),
    Package("libsamplerate0-dev", "converts sampling rates", header("samplerate.h")),
    Package("uuid-dev", "call identifiers", header("uuid/uuid.h")),
]
RUN = [
    Package("redis-server", "live state of calls, agents and queues", command("redis-server")),
    Package("graphviz", "draws dialogue trees and state machines", command("dot")),
    Package("npm", "fetches the console's browser libraries", command("npm")),
]
ESPEAK = Package("espeak-ng", "a second crowd of synthetic speakers", command("espeak-ng"))
AMR = Package(
    "libopencore-amrnb0",
    "the codec of mobile telephones, to train speech models on",
    file("/usr/lib/*/libopencore-amrnb.so.0"),
)
TEST = [
    ESPEAK,
    AMR,
    Package("sip-tester", "sipp, an independent SIP peer", command("sipp")),
    Package("chromium", "the agent's browser", command("chromium")),
    Package("fonts-noto-cjk", "Chinese on screenshots", file("/usr/share/fonts/*/noto/*CJK*")),
    Package("postgresql", "the second database that is supported", postgres),
]
BENCH = [Package("sip-tester", "sipp, which places the calls", command("sipp")), ESPEAK]
TRAIN = [
    Package("libfst-dev", "graphs of the speech recogniser", header("fst/fstlib.h")),
    AMR,
    ESPEAK,
]
GROUPS = {
    "run": [*BUILD, *RUN],
    "routing": [*BUILD, *RUN],
    "dev": [*BUILD, *RUN],
    "test": [*BUILD, *RUN, *TEST],
    "bench": [*BUILD, *RUN, *BENCH],
    "train": [*BUILD, *RUN, *TRAIN],
}


def missing(purpose: str) -> list[Package]:
    """Return the packages of a purpose that this machine lacks."""
    return [package for package in GROUPS[purpose] if not package.present()]


def as_root() -> list[str] | None:
    """Return what to put before a command to run it as root; None where that is not allowed."""
    if os.geteuid() == 0:
        return []
    if not shutil.which("sudo"):
        return None
    if sys.stdin.isatty():
        return ["sudo"]
    asked = subprocess.run(["sudo", "-n", "true"], capture_output=True)
    return ["sudo", "-n"] if asked.returncode == 0 else None


def install(purpose: str) -> None:
    """Install what is missing, saying what and why.

    Raises SetupError, with the command for an administrator, where it may not or cannot.
    """
    lacking = missing(purpose)
    if not lacking:
        return
    for package in lacking:
        say(f"missing: {package.name} ({package.why})")
    names = [package.name for package in lacking]
    by_hand = f"ask an administrator to run: apt-get install {' '.join(names)}"
    if not shutil.which("apt-get"):
        raise SetupError(f"this is not Debian; install what these contain: {' '.join(names)}")
    prefix = as_root()
    if prefix is None:
        raise SetupError(f"packages are missing and this user may not install them; {by_hand}")
    # RUNLEVEL=1 keeps Debian from starting the servers: the hotline starts its own, in private.
    prefix = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "RUNLEVEL=1"]
    say(f"installing {len(names)} packages with apt-get")
    if subprocess.run([*prefix, *INSTALL, *names], stdout=subprocess.DEVNULL).returncode != 0:
        say("refreshing apt's lists, and once more")
        subprocess.run([*prefix, *UPDATE], stdout=subprocess.DEVNULL)
        again = subprocess.run([*prefix, *INSTALL, *names], stdout=subprocess.DEVNULL)
        if again.returncode != 0:
            raise SetupError(f"apt-get could not install the packages; {by_hand}")
    still = [package.name for package in missing(purpose)]
    if still:
        raise SetupError(f"installed, but still not found: {' '.join(still)}")
