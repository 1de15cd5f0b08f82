"""The service under measurement: `hotline serve` on free ports with a data folder of its own."""

from __future__ import annotations

import json
import os
import shutil
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.process import ROOT, Stuck, ended, free_port, own_cache, settle, start

START_LIMIT_S = 120
# No limit of a trunk is to be measured by mistake.
TRUNK = {
    "name": "bench",
    "addresses": ["127.0.0.0/8"],
    "trusted": True,
    "max_calls": 500,
    "calls_per_second": 1000,
}


@dataclass(frozen=True)
class Service:
    """A running service."""

    process: subprocess.Popen[bytes]
    data: Path
    sip_port: int
    http_port: int
    start_s: float

    @property
    def pid(self) -> int:
        """Of its first process."""
        return self.process.pid

    @property
    def target(self) -> str:
        """The address to call."""
        return f"sip:12349@127.0.0.1:{self.sip_port}"


@contextmanager
def running(*before: Sequence[str], **settings: str) -> Iterator[Service]:
    """Start the service with these settings (names without HOTLINE_, in any case) and end it.

    `before` are the words of `hotline` commands that are run first, for the same data folder.
    Yields once it takes calls and has nothing left to prepare. Raises Stuck.
    """
    data = Path(tempfile.mkdtemp(prefix="hotline-bench-"))
    sip, http = free_port(), free_port()
    # What the voice has once rendered is kept from run to run.
    prompts = own_cache() / "prompts"
    prompts.mkdir(exist_ok=True)
    (data / "prompts").symlink_to(prompts)
    given = {
        "data": str(data),
        "sip_port": str(sip),
        "http_port": str(http),
        "max_calls": "500",
        "drain_s": "1",
        "trunks": json.dumps([TRUNK]),
        **settings,
    }
    env = {name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")}
    env |= {f"HOTLINE_{name.upper()}": value for name, value in given.items()}
    log = (own_cache() / "service.log").open("wb")
    for words in before:
        command = [sys.executable, "-m", "hotline", *words]
        if subprocess.run(command, cwd=ROOT, env=env, stdout=log, stderr=log).returncode:
            raise Stuck(f"hotline {' '.join(words)} failed; see {log.name}")
    began = time.monotonic()
    process = start(
        [sys.executable, "-m", "hotline", "serve", "--quiet"],
        cwd=ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
    )
    try:
        _wait_until_ready(http, process)
        ready = time.monotonic() - began
        settle(process.pid)
        yield Service(process, data, sip, http, round(ready, 2))
    finally:
        ended(process, 30)
        log.close()
        shutil.rmtree(data, ignore_errors=True)


def _wait_until_ready(port: int, process: subprocess.Popen[bytes]) -> None:
    # The certificate is the service's own, and this is loopback.
    trusting = ssl._create_unverified_context()
    end = time.monotonic() + START_LIMIT_S
    while time.monotonic() < end:
        if process.poll() is not None:
            lines = (own_cache() / "service.log").read_text(errors="replace").strip().splitlines()
            why = lines[-1] if lines else f"exit code {process.returncode}"
            raise Stuck(f"the service did not start: {why}")
        try:
            url = f"https://127.0.0.1:{port}/readyz"
            with urllib.request.urlopen(url, timeout=2, context=trusting) as answer:
                if answer.status == 200:
                    return
        except OSError:
            pass
        time.sleep(0.1)
    raise Stuck(f"the service was not ready after {START_LIMIT_S} s")
