"""A far end that is not ours: sipp, with its built-in scenario or one from this folder."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThread

from tests.conftest import free_port

HERE = Path(__file__).parent
PORT_TRIES = 5
"""sipp takes several ports around those it is told, and gives up when another program has one."""


@dataclass(frozen=True)
class FarEnd:
    """A running sipp. `target` is the address to call."""

    target: str
    process: subprocess.Popen[bytes]

    def verdict(self) -> Deferred[int]:
        """sipp's exit code: 0 when its calls went by the scenario, else it did not like ours."""
        return deferToThread(self.process.wait, 15)


Sipp = Callable[..., FarEnd]


@pytest.fixture
def reactor() -> Any:
    """The running reactor."""
    from twisted.internet import reactor as running

    return running


@pytest.fixture
def sipp(tmp_path: Path) -> Iterator[Sipp]:
    """Start sipp as a called party: `sipp("busy.xml")` plays a scenario of this folder, `sipp()`
    the built-in one, for `calls` calls. Audio is echoed to whoever sends it, unless told not
    to. sipp runs in the test's `tmp_path`.
    """
    binary = shutil.which("sipp")
    if binary is None:
        pytest.skip("sipp is not installed (Debian package sip-tester)")
    running: list[subprocess.Popen[bytes]] = []

    def start(scenario: str = "", calls: int = 1, echo: bool = True) -> FarEnd:
        what = ["-sf", str(HERE / scenario)] if scenario else ["-sn", "uas"]
        for _ in range(PORT_TRIES):
            port, media = free_port(), free_port() // 4 * 4
            where = ["-i", "127.0.0.1", "-p", str(port), "-mi", "127.0.0.1", "-mp", str(media)]
            process = subprocess.Popen(
                [binary, *what, *where, *["-rtp_echo"][: int(echo)], "-nostdin", "-m", str(calls)],
                cwd=tmp_path,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                stdin=subprocess.DEVNULL,
            )
            running.append(process)
            if _port_opened(port, process):
                return FarEnd(f"sip:12349@127.0.0.1:{port}", process)
        raise AssertionError("sipp did not open its port")

    yield start
    for process in running:
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
        process.wait()


def _port_opened(port: int, process: subprocess.Popen[bytes]) -> bool:
    """Wait until the kernel's table shows sipp's socket; false when sipp gave up before."""
    wanted, end = f":{port:04X} ", time.monotonic() + 10
    while wanted not in Path("/proc/net/udp").read_text():
        if process.poll() is not None:
            return False
        assert time.monotonic() < end, "sipp did not open its port"
        time.sleep(0.02)
    return True
