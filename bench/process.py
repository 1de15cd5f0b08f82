"""Child processes of the bench: caches, CPU of a process tree, waiting and ending."""

from __future__ import annotations

import ctypes
import os
import secrets
import signal
import socket
import statistics
import subprocess
import time
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parent.parent


class Stuck(Exception):
    """A process did not do what it was started for; the message says what."""


def start(command: list[str], **options: Any) -> subprocess.Popen[bytes]:
    """Start a child that gets SIGTERM when the bench dies in whatever way."""
    return subprocess.Popen(command, preexec_fn=_die_with_parent, **options)


def _die_with_parent() -> None:
    # prctl(PR_SET_PDEATHSIG): Python has no other way to reach it.
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def own_cache() -> Path:
    """The bench's folder in the user's cache, made when missing."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    folder = Path(base) / "hotline" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def free_port() -> int:
    """A port that is free now for UDP and TCP, and so is the next one."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
            one.bind(("127.0.0.1", 0))
            port = int(one.getsockname()[1])
        if port % 2 == 0 and port < 65_000 and all(_free(port + n) for n in (0, 1)):
            return port


def _free(port: int) -> bool:
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True


def tree_cpu(pid: int) -> tuple[float, float]:
    """User and system seconds that a process and all its descendants have used, ended ones too."""
    user = system = 0.0
    try:
        root = psutil.Process(pid)
        members = [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess as error:
        raise Stuck("the measured process ended") from error
    for member in members:
        try:
            times = member.cpu_times()
        except psutil.NoSuchProcess:
            continue
        # Children that came and went count with the one that waited for them.
        user += times.user + times.children_user
        system += times.system + times.children_system
    return user, system


def tree_memory_mb(pid: int) -> int:
    """Resident memory of a process tree in MB."""
    root = psutil.Process(pid)
    return sum(p.memory_info().rss for p in [root, *root.children(recursive=True)]) // 2**20


def cpu_percent(pid: int, seconds: float, windows: int = 1) -> float:
    """CPU of a process tree in % of one core: the median of so many windows of `seconds`."""
    found = []
    for _ in range(windows):
        before, start = sum(tree_cpu(pid)), time.monotonic()
        time.sleep(seconds)
        found.append(100 * (sum(tree_cpu(pid)) - before) / (time.monotonic() - start))
    return statistics.median(found)


def settle(pid: int, below: float = 6.0, limit_s: float = 1800) -> None:
    """Wait until a process tree uses less than `below` % of a core over two seconds."""
    end, told = time.monotonic() + limit_s, False
    while cpu_percent(pid, 2) > below:
        if not told:
            print("  waiting until the service has prepared its prompts …", flush=True)
            told = True
        if time.monotonic() > end:
            raise Stuck(f"the service was still busy after {limit_s:g} s")


def wait_for_sip(port: int, process: subprocess.Popen[bytes], limit_s: float = 30) -> None:
    """Wait until OPTIONS is answered on a SIP port. Raises Stuck."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind(("127.0.0.1", 0))
        line.settimeout(0.2)
        me = f"127.0.0.1:{line.getsockname()[1]}"
        end = time.monotonic() + limit_s
        while time.monotonic() < end:
            if process.poll() is not None:
                raise Stuck(f"it ended with code {process.returncode}")
            token = secrets.token_hex(6)
            line.sendto(
                f"OPTIONS sip:bench@127.0.0.1:{port} SIP/2.0\r\n"
                f"Via: SIP/2.0/UDP {me};branch=z9hG4bK{token}\r\nMax-Forwards: 70\r\n"
                f"From: <sip:bench@{me}>;tag={token}\r\nTo: <sip:bench@127.0.0.1>\r\n"
                f"Call-ID: {token}\r\nCSeq: 1 OPTIONS\r\nContact: <sip:bench@{me}>\r\n"
                "Content-Length: 0\r\n\r\n".encode(),
                ("127.0.0.1", port),
            )
            try:
                line.recv(4096)
                return
            except TimeoutError:
                continue
            except ConnectionRefusedError:
                time.sleep(0.1)
    raise Stuck(f"SIP port {port} did not answer within {limit_s:g} s")


def ended(process: subprocess.Popen[bytes], patience_s: float = 15) -> None:
    """End a process by SIGTERM, by SIGKILL when that does not help."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(patience_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def percentiles(values: list[float]) -> dict[str, float]:
    """n, p50, p95, p99 and max of some values, rounded to 0.1."""
    if not values:
        return {"n": 0}
    ordered = sorted(values)

    def at(share: float) -> float:
        return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1)

    return {
        "n": len(ordered),
        "p50": at(0.50),
        "p95": at(0.95),
        "p99": at(0.99),
        "max": round(ordered[-1], 1),
    }
