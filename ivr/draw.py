"""Draws a tree as SVG with Graphviz, on request with what happened in it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping

from ivr.graph import ways
from ivr.nodes import (
    AnswerNode,
    CallBackNode,
    CallerNode,
    CaseStatusNode,
    DigitsNode,
    DirectionsNode,
    HangupNode,
    HoursNode,
    ListenNode,
    MessageNode,
    MoreNode,
    Node,
    QueueNode,
    Role,
    SayNode,
    ServicePlacesNode,
    SmsNode,
    TransferNode,
    Tree,
)

DRAW_LIMIT_S = 20
LINE = 14
LINES = 3

_KINDS: dict[type, tuple[str, str, str]] = {
    SayNode: ("播报", "box", "#e8eef7"),
    ListenNode: ("听取", "box", "#fff4d6"),
    AnswerNode: ("解答", "box", "#e3f4e1"),
    MoreNode: ("补充", "box", "#e3f4e1"),
    DigitsNode: ("收号", "box", "#fff4d6"),
    DirectionsNode: ("指路", "box", "#e3f4e1"),
    CaseStatusNode: ("办件", "box", "#e3f4e1"),
    ServicePlacesNode: ("网点", "box", "#e3f4e1"),
    QueueNode: ("排队", "box", "#fde2d9"),
    MessageNode: ("留言", "box", "#efe3f7"),
    TransferNode: ("转接", "box", "#fde2d9"),
    HangupNode: ("结束", "box", "#e6e6e6"),
    HoursNode: ("时间", "diamond", "#ffffff"),
    SmsNode: ("短信", "box", "#e3f4e1"),
    CallBackNode: ("预约", "box", "#fde2d9"),
    CallerNode: ("来电", "diamond", "#ffffff"),
}

_PARTS = {"again": "再说一遍答复", "long": "详细内容", "materials": "要带什么", "place": "去哪里办"}


class DrawUnavailable(Exception):
    """The drawing program is missing or failed; the message says what to do."""


def draw(tree: Tree, counts: Mapping[str, int] | None = None) -> str:
    """Return the tree as SVG text; `counts` (node to number of visits) are shown on the nodes.

    Blocking (some 100 ms). Raises DrawUnavailable.
    """
    dot = shutil.which("dot")
    if dot is None:
        raise DrawUnavailable("the program dot is missing; install the package graphviz")
    try:
        done = subprocess.run(
            [dot, "-Tsvg"],
            input=source(tree, counts).encode(),
            capture_output=True,
            timeout=DRAW_LIMIT_S,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise DrawUnavailable(f"the program dot failed: {error}") from error
    if done.returncode:
        raise DrawUnavailable(f"the program dot failed: {done.stderr.decode(errors='replace')}")
    return done.stdout.decode()


def source(tree: Tree, counts: Mapping[str, int] | None = None) -> str:
    """Return the tree in Graphviz's language."""
    lines = [
        "digraph tree {",
        "rankdir=TB; ranksep=0.45; nodesep=0.3; bgcolor=transparent;",
        'node [style="filled,rounded", fontname="Noto Sans CJK SC,sans-serif", fontsize=11,'
        ' color="#667788", margin="0.15,0.08"];',
        'edge [fontname="Noto Sans CJK SC,sans-serif", fontsize=9, color="#667788",'
        ' fontcolor="#445566"];',
        f"label={_quoted(tree.title)}; labelloc=t;",
        'fontname="Noto Sans CJK SC,sans-serif"; fontsize=14;',
        'call [label="来电", shape=circle, fillcolor="#ffffff", style=filled, id="call"];',
        f"call -> {_quoted(tree.start)};",
        'anywhere [label="任何时候", shape=hexagon, fillcolor="#ffffff", style=filled];',
    ]
    for choice in tree.anywhere:
        label = " ".join(filter(None, (choice.digit, (choice.says or ("",))[0])))
        look = "" if choice.role is Role.NONE else ", penwidth=2"
        lines.append(
            f"anywhere -> {_quoted(choice.next)} [label={_quoted(label)}, style=dashed{look}];"
        )
    lines += _asked_back(tree)
    for node in tree.nodes.values():
        lines.append(_node(node, counts))
        merged: dict[str, list[str]] = {}
        for way in ways(node):
            merged.setdefault(way.target, []).append(way.label)
        for target, labels in merged.items():
            label = "\n".join(dict.fromkeys(filter(None, labels)))
            lines.append(f"{_quoted(node.name)} -> {_quoted(target)} [label={_quoted(label)}];")
    lines.append("}")
    return "\n".join(lines)


def _asked_back(tree: Tree) -> list[str]:
    """How words of distress lead to the emergency; no name of a node holds a hyphen."""
    alarm, asked = tree.choice(Role.EMERGENCY), tree.ask_back
    if alarm is None or not tree.distress.words:
        return []
    target = _quoted(alarm.next)
    if asked is None:
        return [f'anywhere -> {target} [label="呼救词", style=dashed, penwidth=2];']
    label = "\n".join(["反问", *_wrapped("".join(asked.texts))])
    return [
        f'"asked-back" [label={_quoted(label)}, shape=box, fillcolor="#fde2d9"];',
        'anywhere -> "asked-back" [label="一个呼救词", style=dashed, penwidth=2];',
        f'anywhere -> {target} [label="两个不同的呼救词", style=dashed, penwidth=2];',
        f'"asked-back" -> {target} [label="没有明确说不"];',
    ]


def _node(node: Node, counts: Mapping[str, int] | None) -> str:
    kind, shape, colour = _KINDS[type(node)]
    head = f"{kind} {node.name}"
    if counts is not None:
        head += f"  {counts.get(node.name, 0)}次"
    label = "\n".join([head, *_wrapped(_words(node))])
    return (
        f"{_quoted(node.name)} [label={_quoted(label)}, shape={shape}, fillcolor={_quoted(colour)},"
        f" id={_quoted('node-' + node.name)}];"
    )


def _words(node: Node) -> str:
    if isinstance(node, HoursNode):
        return "是否工作时间"
    if isinstance(node, CallerNode):
        return "来电号码是否可知"
    if isinstance(node, AnswerNode):
        return "按所问查政策知识库"
    if isinstance(node, SmsNode):
        return "把答复或路线发到手机"
    if isinstance(node, CallBackNode):
        return "轮到时打回去，位置保留"
    if isinstance(node, MoreNode):
        return _PARTS[node.part]
    if isinstance(node, QueueNode) and node.priority == "emergency":
        return "紧急优先。" + "".join(node.texts)
    return "".join(node.texts)


def _wrapped(text: str) -> list[str]:
    lines: list[str] = []
    for char in text:
        # No line begins with punctuation.
        if lines and (len(lines[-1]) < LINE or not char.isalnum()):
            lines[-1] += char
        else:
            lines.append(char)
    if len(lines) > LINES:
        lines = [*lines[: LINES - 1], lines[LINES - 1][: LINE - 1] + "…"]
    return lines


def _quoted(text: str) -> str:
    text = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{text}"'
