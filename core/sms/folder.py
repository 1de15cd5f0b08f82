"""Writes text messages into a folder instead of sending them: for trials and tests."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred

from core.sms.port import Accepted, Outcome, Outgoing, Unavailable


class FolderSms:
    """Implements `core.sms.port.Sms`: a file ID.json a message, readable to its owner alone."""

    def __init__(self, folder: Path, in_thread: Callable[..., Deferred[Any]]) -> None:
        """Take the folder, made when it is needed."""
        self._folder, self._in_thread = folder, in_thread

    def send(self, message: Outgoing) -> Deferred[Outcome]:
        """Write a message; see the port."""
        return self._in_thread(self._write, message)

    def _write(self, message: Outgoing) -> Outcome:
        file = self._folder / f"{message.id}.json"
        fields = {"id": message.id, "to": message.number, "text": message.text}
        data = json.dumps({**fields, "parts": message.parts}, ensure_ascii=False, indent=1)
        # Whole before its name exists: whoever watches the folder reads no half of one.
        new = file.with_suffix(".new")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            if file.exists():
                return Accepted(file.name)
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
                out.write(data.encode(errors="replace"))
                out.flush()
                os.fsync(out.fileno())
            new.rename(file)
        except OSError as error:
            return Unavailable(f"{self._folder}: {error.strerror}")
        return Accepted(file.name)
