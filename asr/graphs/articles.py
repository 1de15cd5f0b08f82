"""The texts of the articles in force, kept as a file for the graph of sentences, and its faults.

Articles live in the database, which this room does not know: whoever puts the rooms together hands
their texts over.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from asr.training.texts import strings_in, unique

_FILE = "in_force.yaml"


def folder_of(data: Path) -> Path:
    """Where a data folder keeps the texts."""
    return data / "models" / "articles"


def keep(folder: Path, articles: Iterable[Mapping[str, Any]]) -> None:
    """Write all Chinese strings of the articles, each once, in place of those before.

    Raises OSError.
    """
    plain = json.loads(json.dumps([dict(article) for article in articles], default=str))
    texts = unique(strings_in(plain))
    _write(folder / _FILE, yaml.safe_dump(texts, allow_unicode=True, width=1000))


def note_fault(data: Path, fault: str, now: datetime) -> None:
    """Keep why the last build by itself failed; an empty `fault` forgets it. Raises OSError."""
    file = _fault_file(data)
    if fault:
        _write(file, json.dumps({"fault": fault, "at": now.isoformat(timespec="seconds")}))
    else:
        file.unlink(missing_ok=True)


def last_fault(data: Path) -> str:
    """Why the last build by itself failed and when; empty when it did not."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        found = json.loads(_fault_file(data).read_text(encoding="utf-8"))
        return f"{found['fault']} ({found['at']})"
    return ""


def _fault_file(data: Path) -> Path:
    return data / "models" / "renewal.json"


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(file)
