"""Whisper in a process of its own, so that it holds up neither the reactor nor Python's lock.

`ReaderWorker` blocks, hence belongs in a thread. The child is this module run with -m. Both ways
frames are four bytes of length and the body: in samples, out JSON; the first one out says whether
the model is loaded.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import struct
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, BinaryIO

from asr.second_reader.port import Reading

NICE = 5
_HEADER = struct.Struct("<I")
# What a pipe that is ready takes at once without blocking (PIPE_BUF of Linux).
_PIECE = 4096


class WorkerFailed(Exception):
    """The process could not be started, died, or hung; the message is one sentence."""


class ReaderWorker:
    """One child process. `load` and `read` are for one thread; `kill` may be called from any."""

    def __init__(
        self, folder: Path, load_limit_s: float = 60.0, read_limit_s: float = 15.0
    ) -> None:
        """Take the folder of the weights; a child that exceeds a limit is killed."""
        self._command = [sys.executable, "-m", "asr.second_reader.worker", str(folder)]
        self._load_limit_s, self._read_limit_s = load_limit_s, read_limit_s
        self._guard = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._stopped = False

    @property
    def pid(self) -> int:
        """The child's process id, 0 when none runs."""
        child = self._child
        return child.pid if child else 0

    def load(self) -> None:
        """Start the child and wait until it has loaded the model. Raises WorkerFailed."""
        self.reap()
        with self._guard:
            if self._stopped:
                raise WorkerFailed("the second reader was stopped")
            self._child = _start(self._command)
        self._ask(None, self._load_limit_s)

    def read(self, pcm: bytes) -> Reading:
        """Read 8 kHz 16-bit samples. Raises WorkerFailed."""
        reply = self._ask(pcm, self._read_limit_s)
        return Reading(str(reply["text"]), float(reply["confidence"]))

    def kill(self) -> None:
        """End the child for good; `load` or `read` in progress fails. Call `reap` afterwards."""
        with self._guard:
            self._stopped = True
            if self._child is not None:
                self._child.kill()

    def reap(self) -> None:
        """Clean up after the child, ending it if it still runs."""
        with self._guard:
            child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe:
                # What was not written is for a dead child.
                with contextlib.suppress(OSError):
                    pipe.close()

    def _ask(self, pcm: bytes | None, limit_s: float) -> dict[str, Any]:
        child = self._child
        if child is None:
            raise WorkerFailed("the second reader's process is not running")
        assert child.stdin and child.stdout
        ends = time.monotonic() + limit_s
        try:
            if pcm is not None:
                _write(child.stdin, _HEADER.pack(len(pcm)) + pcm, ends)
            (size,) = _HEADER.unpack(_take(child.stdout, _HEADER.size, ends))
            reply: dict[str, Any] = json.loads(_take(child.stdout, size, ends))
        except (OSError, EOFError, TimeoutError, ValueError) as error:
            self.reap()
            raise WorkerFailed(f"the second reader's process failed: {error}") from error
        if "fault" in reply:
            self.reap()
            raise WorkerFailed(str(reply["fault"]))
        return reply


def _start(command: list[str]) -> subprocess.Popen[bytes]:
    root = str(Path(__file__).resolve().parents[2])
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(paths),
        "OMP_NUM_THREADS": "1",
        "HF_HUB_OFFLINE": "1",
    }
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            # A Ctrl-C at the terminal is for the service, which ends its child itself.
            start_new_session=True,
        )
    except OSError as error:
        raise WorkerFailed(f"the second reader's process cannot start: {error}") from error


def _write(pipe: IO[bytes], data: bytes, ends: float) -> None:
    at = 0
    while at < len(data):
        left = ends - time.monotonic()
        if left <= 0 or not select.select([], [pipe], [], left)[1]:
            raise TimeoutError("it takes no audio")
        at += os.write(pipe.fileno(), data[at : at + _PIECE])


def _take(pipe: IO[bytes], size: int, ends: float) -> bytes:
    data = b""
    while len(data) < size:
        left = ends - time.monotonic()
        if left <= 0 or not select.select([pipe], [], [], left)[0]:
            raise TimeoutError("it does not answer in time")
        more = os.read(pipe.fileno(), size - len(data))
        if not more:
            raise EOFError("it ended unexpectedly")
        data += more
    return data


def serve(folder: Path, requests: BinaryIO, replies: BinaryIO) -> None:
    """Load the model, then read each utterance until the input ends."""
    from asr.second_reader.whisper import Whisper

    def reply(body: dict[str, Any]) -> None:
        data = json.dumps(body, ensure_ascii=False).encode()
        replies.write(_HEADER.pack(len(data)) + data)
        replies.flush()

    try:
        whisper = Whisper(folder)
    except Exception as error:
        reply({"fault": str(error)})
        return
    reply({"loaded": True})
    while len(header := requests.read(_HEADER.size)) == _HEADER.size:
        pcm = requests.read(*_HEADER.unpack(header))
        try:
            reply(asdict(whisper.read(pcm)))
        except BrokenPipeError:
            # The service ended meanwhile; nobody waits for this reading.
            os._exit(0)
        except Exception as error:
            reply({"fault": f"the second reader failed: {error!r}"})


if __name__ == "__main__":
    os.nice(NICE)
    # Whatever a library prints must not get between the frames.
    frames = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    serve(Path(sys.argv[1]), sys.stdin.buffer, frames)
