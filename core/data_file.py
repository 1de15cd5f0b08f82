"""A data file in YAML, held against its JSON schema: a fault names the file's line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NoReturn

from jsonschema import Draft202012Validator

from core.source import NotYaml, Source, read
from core.source import Path as Where


class DataFault(Exception):
    """A data file cannot be used; the message is `file:line: what is wrong`."""


def load(file: Path, schema: Path) -> Source:
    """The file's data with the line of every value. Raises DataFault with the first fault."""
    try:
        found = read(file.read_text(encoding="utf-8"))
    except NotYaml as error:
        raise DataFault(f"{file}:{error.line}: not YAML: {error}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise DataFault(f"{file}:1: cannot be read: {' '.join(str(error).split())}") from error
    for path in found.doubled:
        refuse(file, found, path, f"{path[-1]} is written twice")
    rules = Draft202012Validator(json.loads(schema.read_text(encoding="utf-8")))
    for broken in rules.iter_errors(found.data):
        where = ".".join(map(str, broken.absolute_path)) or "the file"
        refuse(file, found, tuple(broken.absolute_path), f"{where}: {broken.message[:160]}")
    return found


def refuse(file: Path, found: Source, path: Where, what: str) -> NoReturn:
    """Raise DataFault for the value at `path`."""
    raise DataFault(f"{file}:{found.line(path)}: {what}")
