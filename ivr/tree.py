"""Reads a tree from YAML: syntax, schema, meaning; a tree with an error is refused."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from jsonschema import Draft202012Validator, ValidationError

from ivr import source
from ivr.check import check
from ivr.findings import Finding, TreeRefused
from ivr.nodes import (
    SILENCE_MS,
    AnswerNode,
    Choice,
    HangupNode,
    HoursNode,
    ListenNode,
    MessageNode,
    Node,
    QueueNode,
    Role,
    SayNode,
    Texts,
    TransferNode,
    Tree,
    Way,
)
from ivr.sentences import split

SCHEMA = Path(__file__).with_name("tree.schema.json")


def load(path: Path) -> Tree:
    """Return the tree of a YAML file. Raises TreeRefused when it has an error."""
    tree, findings = examine(path)
    if tree is None or any(not finding.warning for finding in findings):
        raise TreeRefused(findings)
    return tree


def examine(path: Path) -> tuple[Tree | None, list[Finding]]:
    """Return the tree, if it could be built, with all findings in the order of their lines."""
    file = str(path)
    try:
        text = path.read_text(encoding="utf-8")
        read = source.read(text)
    except source.NotYaml as error:
        return None, [Finding(file, error.line, f"not YAML: {error}", "mend the line")]
    except (OSError, UnicodeDecodeError) as error:
        what = " ".join(str(error).split())
        return None, [Finding(file, 1, f"cannot be read: {what}", "give a UTF-8 text file")]
    findings = _doubled(file, read) + _against_schema(file, read)
    if findings:
        return None, sorted(findings, key=lambda finding: finding.line)
    tree = _tree(read, hashlib.sha256(text.encode()).hexdigest())
    findings = check(file, read, tree)
    return tree, sorted(findings, key=lambda finding: finding.line)


@cache
def schema() -> dict[str, Any]:
    """Return the JSON Schema of trees."""
    found: dict[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return found


def _doubled(file: str, read: source.Source) -> list[Finding]:
    return [
        Finding(file, read.line(path), f"{path[-1]} is written twice", "keep one of the two")
        for path in read.doubled
    ]


def _against_schema(file: str, read: source.Source) -> list[Finding]:
    validator = Draft202012Validator(schema())
    found = []
    for error in validator.iter_errors(read.data):
        line = read.line(tuple(error.absolute_path))
        found.append(Finding(file, line, *_in_words(error)))
    return found


def _in_words(error: ValidationError) -> tuple[str, str]:
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
    return f"{where}: {_brief(error.message)}", "see docs/trees.md for this key"


def _brief(message: str) -> str:
    return message if len(message) <= 160 else message[:157] + "..."


# ---- building ----------------------------------------------------------------------------------


def _tree(read: source.Source, digest: str) -> Tree:
    data = read.data
    nodes = {name: _node(name, node) for name, node in data["nodes"].items()}
    lines = {name: read.line(("nodes", name)) for name in nodes}
    return Tree(
        name=data["tree"],
        title=data["title"],
        start=data["start"],
        give_up=data["give_up"],
        misunderstandings=data.get("misunderstandings", 2),
        anywhere=tuple(map(_choice, data["anywhere"])),
        backchannels=tuple(data.get("backchannels", ())),
        fillers=tuple(data.get("fillers", ())),
        nodes=MappingProxyType(nodes),
        titles=MappingProxyType(dict(data.get("titles", {}))),
        lines=MappingProxyType(lines),
        digest=digest,
    )


def _node(name: str, data: Mapping[str, Any]) -> Node:
    kind, texts = data["kind"], _texts(data.get("text"))
    barge_in = data.get("barge_in", True)
    match kind:
        case "say":
            return SayNode(name, texts, data["next"], barge_in)
        case "listen":
            return ListenNode(
                name,
                texts,
                choices=tuple(map(_choice, data.get("choices", ()))),
                no_input=_way(data["no_input"]),
                no_match=_way(data["no_match"]),
                otherwise=data["otherwise"],
                questions=data.get("questions", ""),
                without_speech=data.get("without_speech", ""),
                barge_in=barge_in,
                tries=data.get("tries", 2),
            )
        case "answer":
            return AnswerNode(
                name,
                confirm=_raw(data["confirm"]),
                tell=_raw(data["tell"]),
                yes=_choice({"intent": "yes", "next": name, **data["yes"]}),
                no=_choice({"intent": "no", "next": name, **data["no"]}),
                nothing=_way(data["nothing"]),
                rejected=_way(data["rejected"]),
                next=data["next"],
                wait_ms=data.get("wait_ms", 3000),
                barge_in=barge_in,
            )
        case "queue":
            return QueueNode(
                name,
                texts,
                queue=data["queue"],
                priority=data.get("priority", "normal"),
                limit_ms=data["limit_ms"],
                nobody=data["nobody"],
                closed=data.get("closed", data["nobody"]),
                done=data["done"],
            )
        case "message":
            return MessageNode(name, texts, data["limit_ms"], data["done"], data["empty"])
        case "transfer":
            return TransferNode(name, texts, data["target"], data["done"], data["failed"])
        case "hangup":
            return HangupNode(name, texts)
        case _:
            return HoursNode(name, data["open"], data["closed"])


def _choice(data: Mapping[str, Any]) -> Choice:
    return Choice(
        intent=data["intent"],
        next=data["next"],
        digit=str(data.get("digit", "")),
        says=tuple(data.get("says", ())),
        mentions=tuple(data.get("mentions", ())),
        role=Role(data.get("role", "")),
    )


def _way(data: Mapping[str, Any]) -> Way:
    return Way(data.get("next", ""), _texts(data.get("text")), data.get("after_ms", SILENCE_MS))


def _raw(value: str | list[str]) -> Texts:
    return (value,) if isinstance(value, str) else tuple(value)


def _texts(value: str | list[str] | None) -> Texts:
    if value is None:
        return ()
    return tuple(piece for text in _raw(value) for piece in split(text))
