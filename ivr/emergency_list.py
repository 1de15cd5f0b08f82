"""Reads the operator's list of words of distress; a list with an error is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from core.sound import sounds
from core.source import Source
from ivr import rules
from ivr.emergency import Spotter, Weight, Word
from ivr.findings import Finding, TreeRefused

SHIPPED = Path(__file__).with_name("emergency.yaml")
SCHEMA = Path(__file__).with_name("emergency.schema.json")
FEWEST_SYLLABLES = 2


def load(path: Path = SHIPPED) -> Spotter:
    """Return the list of a YAML file. Raises TreeRefused when it has an error."""
    spotter, findings = examine(path)
    if spotter is None or any(not finding.warning for finding in findings):
        raise TreeRefused(findings)
    return spotter


def examine(path: Path = SHIPPED) -> tuple[Spotter | None, list[Finding]]:
    """Return the list, if it could be read, with all findings in the order of their lines."""
    file = str(path)
    _, read, findings = rules.read(path)
    if read is None:
        return None, findings
    findings = rules.broken(file, read, schema(), "docs/trees.md")
    if findings:
        return None, sorted(findings, key=lambda finding: finding.line)
    spotter = Spotter(
        _words(read.data),
        read.data.get("harmless", ()),
        read.data.get("company", ()),
        read.data.get("min_confidence", 0.0),
        read.data.get("whole_likeness", 1.0),
    )
    found = list(_phrases(file, read))
    if not found:
        found = list(_never_heard(file, read, spotter))
    return spotter, sorted(found, key=lambda finding: finding.line)


@cache
def schema() -> dict[str, Any]:
    """Return the JSON Schema of lists."""
    found: dict[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return found


def _words(data: dict[str, Any]) -> Iterator[Word]:
    for kind, group in data["kinds"].items():
        for weight in Weight:
            for phrase in group.get(weight.value, ()):
                yield Word(phrase, kind, weight)


def _phrases(file: str, read: Source) -> Iterator[Finding]:
    """Every phrase has a sound, is long enough, and stands once."""
    seen: set[str] = set()
    for path, phrase in _places(read.data):
        line, length = read.line(path), len(sounds(phrase))
        if not length:
            yield Finding(file, line, f"{phrase} has no sound", "write Chinese words")
        elif length < FEWEST_SYLLABLES and path[0] != "harmless":
            remedy = "write at least two syllables"
            yield Finding(file, line, f"{phrase} occurs in every other sentence", remedy)
        if phrase in seen:
            yield Finding(file, line, f"{phrase} is written twice", "keep one of the two")
        seen.add(phrase)


def _never_heard(file: str, read: Source, spotter: Spotter) -> Iterator[Finding]:
    """A word that its own list makes harmless, and a harmless phrase that holds no word."""
    lines = {phrase: read.line(path) for path, phrase in _places(read.data)}
    for word in spotter.words:
        if not spotter.hears(word):
            what = f"{word.phrase} is never heard: a harmless phrase covers it"
            yield Finding(file, lines[word.phrase], what, "remove one of the two")
    for phrase in read.data.get("harmless", ()):
        if not spotter.covers(phrase):
            what = f"the harmless phrase {phrase} holds no word of distress"
            yield Finding(file, lines[phrase], what, "remove it", warning=True)


def _places(data: dict[str, Any]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for kind, group in data["kinds"].items():
        for weight in Weight:
            for at, phrase in enumerate(group.get(weight.value, ())):
                yield ("kinds", kind, weight.value, at), phrase
    for key in ("company", "harmless"):
        for at, phrase in enumerate(data.get(key, ())):
            yield (key, at), phrase
