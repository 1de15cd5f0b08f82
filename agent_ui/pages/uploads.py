"""Files that come in: set aside until their sender has seen what they would do, then taken up."""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path

from fastapi import UploadFile
from starlette.exceptions import HTTPException
from starlette.responses import Response

from agent_ui.accounts.login import Who
from agent_ui.console import Console
from core.spreadsheet import LARGEST

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FAULTS_SHOWN = 200


def received(file: UploadFile) -> tuple[str, bytes]:
    """The name and content of a file, cut off just beyond what is read at most."""
    return Path(file.filename or "").name[:100], file.file.read(LARGEST + 1)


def set_aside(console: Console, who: Who, name: str, content: bytes) -> str:
    """Keep a file until the user has looked at it; only the last one of each user."""
    folder = _folder(console)
    folder.mkdir(parents=True, exist_ok=True)
    token = secrets.token_hex(8)
    mine = _mine(who)
    for old in folder.glob(f"{mine}-*"):
        old.unlink(missing_ok=True)
    (folder / f"{mine}-{token}{Path(name).suffix.lower()}").write_bytes(content)
    return token


def taken_up(console: Console, who: Who, token: str) -> Path:
    """The file that was set aside. Raises HTTPException when it is not there any more."""
    if token.isalnum():
        for file in _folder(console).glob(f"{_mine(who)}-{token}.*"):
            return file
    raise HTTPException(400)


def download(content: bytes, media: str, name: str) -> Response:
    """A file to be saved under a name."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media, headers=headers)


def _mine(who: Who) -> str:
    return hashlib.sha256(who.name.encode()).hexdigest()[:16]


def _folder(console: Console) -> Path:
    return console.settings.data / "imports"
