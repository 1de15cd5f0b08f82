"""What the schemas say of the YAML files of this room, in the words of findings."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, ValidationError

from core import source
from ivr.findings import Finding


def read(path: Path) -> tuple[str, source.Source | None, list[Finding]]:
    """Return a file's text and YAML, or None with the finding that tells why not."""
    file = str(path)
    try:
        text = path.read_text(encoding="utf-8")
        return text, source.read(text), []
    except source.NotYaml as error:
        return "", None, [Finding(file, error.line, f"not YAML: {error}", "mend the line")]
    except (OSError, UnicodeDecodeError) as error:
        what = " ".join(str(error).split())
        remedy = "give a UTF-8 text file"
        return "", None, [Finding(file, 1, f"cannot be read: {what}", remedy)]


def broken(file: str, found: source.Source, schema: Mapping[str, Any], page: str) -> list[Finding]:
    """Return keys written twice and faults against the schema; `page` explains the keys."""
    twice = [
        Finding(file, found.line(path), f"{path[-1]} is written twice", "keep one of the two")
        for path in found.doubled
    ]
    errors = [
        Finding(file, found.line(tuple(error.absolute_path)), *_in_words(error, page))
        for error in Draft202012Validator(schema).iter_errors(found.data)
    ]
    return twice + errors


def _in_words(error: ValidationError, page: str) -> tuple[str, str]:
    """What is wrong and the remedy, for the kinds of fault that people make."""
    where = ".".join(map(str, error.absolute_path)) or "the file"
    rule: Any = error.schema
    if error.validator == "required":
        missing = str(error.message).split("'")[1]
        return f"{where} has no {missing}", f"add the key {missing}"
    if error.validator == "additionalProperties":
        known = ", ".join(sorted(rule.get("properties", {})))
        return f"{where}: {_brief(error.message)}", f"the keys are {known}"
    if error.validator == "enum":
        allowed = ", ".join(map(str, rule["enum"]))
        return f"{where} is {error.instance!r}", f"write one of {allowed}"
    if error.validator == "pattern":
        return f"{where}: {error.instance!r} is not allowed here", (
            f"it must match {error.validator_value}"
        )
    return f"{where}: {_brief(error.message)}", f"see {page} for this key"


def _brief(message: str) -> str:
    return message if len(message) <= 160 else message[:157] + "..."
