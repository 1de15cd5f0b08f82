"""Load from outside: sipp for the signalling, rtppeer.c for the audio of many callers."""

from __future__ import annotations

import csv
import json
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.process import Stuck, ended, free_port, own_cache, start

HERE = Path(__file__).parent
FIRST_RTP_PORT = 30_000


class NoLoad(Exception):
    """sipp or a compiler is missing; the message is one sentence."""


@dataclass(frozen=True)
class Peer:
    """The running RTP side."""

    process: subprocess.Popen[bytes]
    control: int

    def reset(self) -> None:
        """Begin to count anew."""
        self._ask(b"reset")

    def report(self) -> dict[str, Any]:
        """What arrived since `reset`: packets per second and leg, late and lost ones."""
        found: dict[str, Any] = json.loads(self._ask(b"report"))
        return found

    def _ask(self, what: bytes) -> bytes:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
            line.settimeout(5)
            line.sendto(what, ("127.0.0.1", self.control))
            return line.recv(2048)


@contextmanager
def rtp_peer(legs: int, audio: bytes) -> Iterator[Peer]:
    """Run the RTP side of `legs` callers that send A-law `audio` round and round."""
    program = _compiled()
    control = free_port()
    file = own_cache() / "peer.alaw"
    file.write_bytes(audio)
    process = start([str(program), str(FIRST_RTP_PORT), str(legs), str(file), str(control)])
    peer = Peer(process, control)
    try:
        for attempt in range(20):
            try:
                peer.reset()
                break
            except OSError as error:
                if attempt == 19 or process.poll() is not None:
                    raise Stuck("the RTP peer did not start") from error
        yield peer
    finally:
        ended(process)


def _compiled() -> Path:
    source, program = HERE / "rtppeer.c", own_cache() / "rtppeer"
    if program.exists() and program.stat().st_mtime >= source.stat().st_mtime:
        return program
    if shutil.which("gcc") is None:
        raise NoLoad("gcc is missing (Debian package gcc), so the callers' audio cannot be sent")
    subprocess.run(["gcc", "-O2", "-o", str(program), str(source)], check=True)
    return program


@dataclass
class Load:
    """A running sipp that places calls."""

    process: subprocess.Popen[bytes]
    folder: Path
    calls: int

    def wait(self, limit_s: float) -> dict[str, Any]:
        """Wait for its end; returns calls made and failed, and the ms from INVITE to 200."""
        try:
            self.process.wait(limit_s)
        except subprocess.TimeoutExpired:
            ended(self.process)
        last = self._last_row()
        return {
            "calls": self.calls,
            "successful": int(last.get("SuccessfulCall(C)", 0)),
            "failed": int(last.get("FailedCall(C)", 0)),
            "retransmissions": int(last.get("Retransmissions(C)", 0)),
            "answer_ms": self._answer_times(),
        }

    def _last_row(self) -> dict[str, str]:
        rows = list(csv.DictReader((self.folder / "stat.csv").open(), delimiter=";"))
        return rows[-1] if rows else {}

    def _answer_times(self) -> list[float]:
        found: list[float] = []
        for file in self.folder.glob("*_rtt.csv"):
            for line in file.read_text().splitlines()[1:]:
                fields = line.split(";")
                if len(fields) > 1:
                    found.append(float(fields[1]))
        return found


@contextmanager
def calls(
    port: int, number: str, count: int, rate: float, hold_s: float, first_leg: int | None = 0
) -> Iterator[Load]:
    """Place `count` calls to `number` on a SIP port, `rate` a second, each held `hold_s` seconds.

    Call n has the RTP of leg `first_leg` + n; with None all share leg 0.
    """
    if shutil.which("sipp") is None:
        raise NoLoad("sipp is missing (Debian package sip-tester)")
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as name:
        folder = Path(name)
        legs = [0] if first_leg is None else range(first_leg, first_leg + count)
        rows = [f"{FIRST_RTP_PORT + 2 * leg};{number}\n" for leg in legs]
        (folder / "calls.csv").write_text("SEQUENTIAL\n" + "".join(rows))
        shutil.copy(HERE / "scenarios" / "call.xml", folder)
        args = ["sipp", f"127.0.0.1:{port}", "-i", "127.0.0.1", "-p", str(free_port())]
        args += ["-sf", "call.xml", "-inf", "calls.csv", "-m", str(count), "-l", str(count + 10)]
        args += ["-r", str(rate), "-d", str(int(hold_s * 1000)), "-nostdin", "-timer_resol", "1"]
        args += ["-trace_rtt", "-rtt_freq", "1", "-trace_stat", "-stf", "stat.csv", "-fd", "1"]
        quiet = subprocess.DEVNULL
        process = start(args, cwd=folder, stdin=quiet, stdout=quiet, stderr=quiet)
        try:
            yield Load(process, folder, count)
        finally:
            ended(process)
