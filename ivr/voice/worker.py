"""The voice in a process of its own, so that it holds up neither the reactor nor Python's lock.

`VoiceWorker` is a `Speaker` whose `render` blocks on a pipe, hence belongs in a thread. The child
is this module run with -m; it speaks JSON lines in and framed samples out:
in  {"text": "...", "speed": 1.0}
out one byte (1 samples, 0 an error sentence), four bytes of length, the body.
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
from collections.abc import Callable
from pathlib import Path
from typing import IO, BinaryIO

from ivr.voice.kokoro import PAUSE_MS, VOICE, Kokoro, name_of
from ivr.voice.port import Speaker, VoiceUnavailable

NICE = 10
RENDER_LIMIT_S = 60.0
_HEADER = struct.Struct("<BI")


class VoiceWorker:
    """Kokoro in one child process, started when first needed and again after it died."""

    def __init__(
        self,
        folder: Path,
        voice: str = VOICE,
        limit_s: float = RENDER_LIMIT_S,
        rate: float = 1.0,
        pause_ms: int = PAUSE_MS,
    ) -> None:
        """Take the voice's folder; `limit_s` is the longest render before the child is replaced.

        `rate` and `pause_ms` are those of `Kokoro`.
        """
        self.name = name_of(voice, rate, pause_ms)
        manner = [str(folder), voice, str(rate), str(pause_ms)]
        self._command = [sys.executable, "-m", "ivr.voice.worker", *manner]
        self._limit_s = limit_s
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._stopped = False

    @property
    def pid(self) -> int:
        """The child's process id, 0 when none runs."""
        return self._child.pid if self._child else 0

    def render(self, text: str, speed: float = 1.0) -> bytes:
        """As `Speaker.render`; several threads may call it and wait for each other."""
        request = json.dumps({"text": text, "speed": speed}).encode() + b"\n"
        with self._lock:
            if self._stopped:
                raise VoiceUnavailable("the voice was stopped")
            child = self._running()
            assert child.stdin and child.stdout
            try:
                child.stdin.write(request)
                child.stdin.flush()
                good, size = _HEADER.unpack(self._read(child.stdout, _HEADER.size))
                body = self._read(child.stdout, size)
            except (OSError, EOFError, TimeoutError) as error:
                self._drop()
                raise VoiceUnavailable(f"the voice process failed: {error}") from error
        if not good:
            raise VoiceUnavailable(body.decode(errors="replace"))
        return body

    def stop(self) -> None:
        """End the child. A render in progress fails with VoiceUnavailable."""
        self._stopped = True
        child = self._child
        if child is not None:
            child.kill()
        with self._lock:
            self._drop()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is not None and self._child.poll() is not None:
            self._drop()
        if self._child is None:
            root = str(Path(__file__).resolve().parents[2])
            paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
            self._child = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
                # A Ctrl-C at the terminal is for the service, which ends its child itself.
                start_new_session=True,
            )
        return self._child

    def _drop(self) -> None:
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

    def _read(self, pipe: IO[bytes], size: int) -> bytes:
        ends = time.monotonic() + self._limit_s
        data = b""
        while len(data) < size:
            left = ends - time.monotonic()
            if left <= 0 or not select.select([pipe], [], [], left)[0]:
                raise TimeoutError(f"no audio within {self._limit_s:g} s")
            more = os.read(pipe.fileno(), size - len(data))
            if not more:
                raise EOFError("it ended unexpectedly")
            data += more
        return data


def serve(load: Callable[[], Speaker], requests: BinaryIO, replies: BinaryIO) -> None:
    """Render each request until the input ends. A voice that cannot be loaded answers each so."""
    speaker: Speaker | None = None
    for line in requests:
        try:
            wanted = json.loads(line)
            speaker = speaker or load()
            good, body = 1, speaker.render(wanted["text"], wanted["speed"])
        except VoiceUnavailable as error:
            good, body = 0, str(error).encode()
        except Exception as error:
            good, body = 0, f"the text cannot be spoken: {error}".encode()
        try:
            replies.write(_HEADER.pack(good, len(body)) + body)
            replies.flush()
        except BrokenPipeError:
            # The service ended meanwhile; nobody waits for this sentence.
            os._exit(0)


if __name__ == "__main__":
    os.nice(NICE)
    # Whatever a library prints must not get between the frames.
    frames = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    files, voice, rate, pause = sys.argv[1:]
    serve(
        lambda: Kokoro(Path(files), voice, rate=float(rate), pause_ms=int(pause)),
        sys.stdin.buffer,
        frames,
    )
