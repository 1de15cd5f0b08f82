"""Reads a tree from YAML: syntax, schema, meaning; a tree with an error is refused."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from core import source
from core.asker import CONDITIONS
from ivr import emergency_list, rules
from ivr.check import check
from ivr.emergency import Spotter
from ivr.findings import Finding, TreeRefused
from ivr.nodes import (
    CALL_BACK_STATUS,
    SILENCE_MS,
    SMS_STATUS,
    AnswerNode,
    AskBack,
    CallBackNode,
    CallerNode,
    CaseStatusNode,
    Choice,
    Conditions,
    DigitsNode,
    DirectionsNode,
    ElderMode,
    HangupNode,
    HoursNode,
    ListenNode,
    Meanwhile,
    MessageNode,
    MoreNode,
    Node,
    QueueNode,
    Role,
    SayNode,
    ServicePlacesNode,
    SmsNode,
    Texts,
    TransferNode,
    Tree,
    Way,
)
from ivr.sentences import split

SCHEMA = Path(__file__).with_name("tree.schema.json")


def load(path: Path, words: Path = emergency_list.SHIPPED) -> Tree:
    """Return the tree of a YAML file that listens for `words` of distress.

    Raises TreeRefused when one of the two files has an error.
    """
    tree, findings = examine(path, words)
    if tree is None or any(not finding.warning for finding in findings):
        raise TreeRefused(findings)
    return tree


def examine(path: Path, words: Path = emergency_list.SHIPPED) -> tuple[Tree | None, list[Finding]]:
    """Return the tree, if it could be built, with all findings in the order of their lines.

    Those on the file of `words` come last.
    """
    file = str(path)
    distress, wrong_words = emergency_list.examine(words)
    text, read, findings = rules.read(path)
    if read is None:
        return None, findings + wrong_words
    findings = rules.broken(file, read, schema(), "docs/trees.md")
    if findings or distress is None:
        return None, sorted(findings, key=lambda finding: finding.line) + wrong_words
    tree = _tree(read, hashlib.sha256(text.encode()).hexdigest(), distress)
    findings = check(file, read, tree)
    return tree, sorted(findings, key=lambda finding: finding.line) + wrong_words


@cache
def schema() -> dict[str, Any]:
    """Return the JSON Schema of trees."""
    found: dict[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return found


# ---- building ----------------------------------------------------------------------------------


def _tree(read: source.Source, digest: str, distress: Spotter) -> Tree:
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
        distress=distress,
        ask_back=_ask_back(data["emergency"]) if "emergency" in data else None,
        wait_texts=_texts(data.get("wait")),
        elder=_elder(data["elder"], data["nodes"]) if "elder" in data else None,
    )


def _ask_back(data: Mapping[str, Any]) -> AskBack:
    no = _choice({"intent": "no", "next": "", **data["no"]})
    return AskBack(_texts(data["ask"]), no, data.get("silence_ms", 3000))


def _elder(data: Mapping[str, Any], nodes: Mapping[str, Any]) -> ElderMode:
    instead = {}
    for name, node in nodes.items():
        if "elder" in node:
            # What an answer tells is cut into sentences once it is filled in.
            read = _raw if node["kind"] == "answer" else _texts
            instead[name] = read(node["elder"])
    plain = {
        key: data[key]
        for key in (
            "age", "slow_ms", "slow_answers", "pace", "patience", "end_of_speech_ms",
            "misunderstandings",
        )
        if key in data
    }  # fmt: skip
    return ElderMode(
        asked=_choice({"intent": "slower", "next": "", **data["asked"]}),
        old=_choice({"intent": "old", "next": "", **data["old"]}),
        told=_texts(data.get("told")),
        texts=MappingProxyType(instead),
        **plain,
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
                conditions=_conditions(data.get("conditions", {})),
                caveat=_texts(data.get("caveat")),
            )
        case "more":
            return MoreNode(name, texts, data["part"], data["next"], barge_in)
        case "digits":
            return DigitsNode(
                name,
                texts,
                number=str(data["number"]),
                called=data.get("called", "号码"),
                note=data.get("note", ""),
                done=data["done"],
                otherwise=data["otherwise"],
                no_input=_way(data.get("no_input", {})),
                tries=data.get("tries", 3),
                barge_in=barge_in,
            )
        case "directions":
            return DirectionsNode(
                name,
                texts,
                origin=_texts(data["origin"]),
                unavailable=_way(data["unavailable"]),
                next=data["next"],
                otherwise=data["otherwise"],
                wait_ms=data.get("wait_ms", 6000),
                barge_in=barge_in,
            )
        case "sms":
            return SmsNode(
                name,
                said=MappingProxyType({status: _texts(data[status]) for status in SMS_STATUS}),
                number=data["number"],
                next=data["next"],
                offer=_texts(data.get("offer")),
                wait_ms=data.get("wait_ms", 8000),
                barge_in=barge_in,
            )
        case "case_status":
            return CaseStatusNode(
                name,
                texts,
                last_four=_texts(data["last_four"]),
                born=_texts(data["born"]),
                statuses=MappingProxyType(
                    {status: _texts(text) for status, text in data["statuses"].items()}
                ),
                unavailable=_way(data["unavailable"]),
                next=data["next"],
                otherwise=data["otherwise"],
                length=data.get("length", 0),
                wait_ms=data.get("wait_ms", 6000),
                barge_in=barge_in,
            )
        case "service_places":
            return ServicePlacesNode(
                name,
                texts,
                where=_texts(data["where"]),
                unavailable=_way(data["unavailable"]),
                nothing=_way(data["nothing"]),
                directions=data["directions"],
                next=data["next"],
                otherwise=data["otherwise"],
                wait_ms=data.get("wait_ms", 6000),
                barge_in=barge_in,
            )
        case "caller":
            return CallerNode(name, data["known"], data["withheld"])
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
                skill=data.get("skill", ""),
                standing=data.get("standing", False),
                meanwhile=tuple(map(_meanwhile, data.get("meanwhile", ()))),
                back=_texts(data.get("back")),
            )
        case "call_back":
            return CallBackNode(
                name,
                said=MappingProxyType(
                    {status: _texts(data[status]) for status in CALL_BACK_STATUS}
                ),
                number=data["number"],
                next=data["next"],
                done=data["done"],
                answered=data["answered"],
                wait_ms=data.get("wait_ms", 4000),
                barge_in=barge_in,
            )
        case "message":
            return MessageNode(name, texts, data["limit_ms"], data["done"], data["empty"])
        case "transfer":
            return TransferNode(name, texts, data["target"], data["done"], data["failed"])
        case "hangup":
            return HangupNode(name, texts)
        case _:
            return HoursNode(name, data["open"], data["closed"])


def _conditions(data: Mapping[str, Any]) -> Conditions:
    asked = {name: data[name] for name in CONDITIONS if name in data}
    return Conditions(
        first=MappingProxyType({name: _texts(each["text"]) for name, each in asked.items()}),
        again=MappingProxyType({name: _texts(each["again"]) for name, each in asked.items()}),
        unknown=_texts(data.get("unknown")),
    )


def _choice(data: Mapping[str, Any]) -> Choice:
    return Choice(
        intent=data.get("intent", ""),
        next=data["next"],
        digit=str(data.get("digit", "")),
        says=tuple(data.get("says", ())),
        mentions=tuple(data.get("mentions", ())),
        role=Role(data.get("role", "")),
        whole=data.get("whole", False),
    )


def _meanwhile(data: Mapping[str, Any]) -> Meanwhile:
    choice = {key: value for key, value in data.items() if key != "offer"}
    return Meanwhile(_choice(choice), _texts(data["offer"]))


def _way(data: Mapping[str, Any]) -> Way:
    return Way(
        data.get("next", ""),
        _texts(data.get("text")),
        data.get("after_ms", SILENCE_MS),
        _texts(data.get("elder")),
    )


def _raw(value: str | list[str]) -> Texts:
    return (value,) if isinstance(value, str) else tuple(value)


def _texts(value: str | list[str] | None) -> Texts:
    if value is None:
        return ()
    return tuple(piece for text in _raw(value) for piece in split(text))
