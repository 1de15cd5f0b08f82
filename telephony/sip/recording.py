"""Records a leg into two aligned WAV files: what its far end says, and what it hears."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pjsua2 as pj

from telephony.sip.endpoint import Endpoint
from telephony.sip.native import log, reason_of
from telephony.sip.wiring import Wiring

CLOSING_LIMIT_S = 1.0
"""After this a file counts as closed even though the library has not completed its header."""


class Recording:
    """One pair of files, from its making to `close`.

    Port 0 of the bridge, which is silent, feeds both: a recorder that nobody feeds writes nothing,
    and positions in the file would no longer be times.
    """

    def __init__(self, endpoint: Endpoint, wiring: Wiring, said: Path, heard: Path) -> None:
        """Start recording at once; raises OSError where a file cannot be made."""
        self._endpoint = endpoint
        self._wiring = wiring
        self._paths = (Path(said), Path(heard))
        self._recorders: list[Any] = []
        self._hidden = False
        try:
            for path in self._paths:
                recorder = pj.AudioMediaRecorder()
                recorder.createRecorder(str(path))
                self._recorders.append(recorder)
        except pj.Error as error:
            self._destroy()
            raise OSError(f"{path} cannot be recorded: {reason_of(error)}") from error
        for recorder in self._recorders:
            endpoint.silence.startTransmit(recorder)
        wiring.add_ear(self._recorders[0])
        wiring.record_heard(self._recorders[1])

    def hide(self, on: bool) -> None:
        """Let silence take the place of what the far end says, or no longer."""
        if not self._recorders or on == self._hidden:
            return
        self._hidden = on
        if on:
            self._wiring.remove_ear(self._recorders[0])
        else:
            self._wiring.add_ear(self._recorders[0])

    def close(self, done: Callable[[], None]) -> None:
        """End it; `done` is called once when both files are complete on disk."""
        if self._recorders:
            self.hide(True)
            self._wiring.record_heard(None)
        self._destroy()
        Closing(self._endpoint, self._paths, done)

    def _destroy(self) -> None:
        for recorder in self._recorders:
            recorder.__swig_destroy__(recorder)
        self._recorders.clear()


class Closing:
    """Waits until the media thread has written the last samples and the headers of some files."""

    def __init__(
        self, endpoint: Endpoint, paths: tuple[Path, ...], done: Callable[[], None]
    ) -> None:
        self._paths = paths
        self._done = done
        self._endpoint = endpoint
        self._limit = endpoint.reactor.seconds() + CLOSING_LIMIT_S
        endpoint.each_poll(self._look)

    def _look(self) -> None:
        late = self._endpoint.reactor.seconds() >= self._limit
        if not late and not all(complete(path) for path in self._paths):
            return
        if late:
            log.error("a recording was not completed: {path}", path=str(self._paths[0]))
        self._endpoint.not_each_poll(self._look)
        self._done()


def complete(path: Path) -> bool:
    """True where the header of a recording says as many bytes as there are."""
    try:
        with path.open("rb") as file:
            header = file.read(44)
            size = file.seek(0, 2)
    except OSError:
        return False
    if len(header) < 44:
        return False
    riff, data = struct.unpack("<4xI32xI", header)
    return bool(riff == size - 8 and data == size - 44)
