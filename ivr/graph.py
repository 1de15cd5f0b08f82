"""The tree as a graph: which ways lead out of a node, what is reachable, where silence circles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ivr.nodes import (
    AnswerNode,
    CallBackNode,
    CallerNode,
    CaseStatusNode,
    DigitsNode,
    DirectionsNode,
    HoursNode,
    ListenNode,
    MessageNode,
    MoreNode,
    Node,
    QueueNode,
    SayNode,
    ServicePlacesNode,
    SmsNode,
    TransferNode,
    Tree,
)


@dataclass(frozen=True, slots=True)
class Exit:
    """One way out of a node.

    `path` is where it is written inside the node, `silent` whether the call takes it without any
    key or word of the caller, `label` what an arrow in a drawing says.
    """

    target: str
    path: tuple[str | int, ...]
    silent: bool
    label: str = ""


def ways(node: Node) -> list[Exit]:
    """Return the ways out of a node, in the order in which they are written down."""
    return [way for way in _ways(node) if way.target]


def _ways(node: Node) -> Iterator[Exit]:
    match node:
        case SayNode():
            yield Exit(node.next, ("next",), True)
        case HoursNode():
            yield Exit(node.open, ("open",), True, "工作时间")
            yield Exit(node.closed, ("closed",), True, "非工作时间")
        case ListenNode():
            for number, choice in enumerate(node.choices):
                label = " ".join(filter(None, (choice.digit, (choice.says or ("",))[0])))
                yield Exit(choice.next, ("choices", number, "next"), False, label)
            yield Exit(node.questions, ("questions",), False, "提问")
            yield Exit(node.no_input.next, ("no_input", "next"), True, "没有出声")
            yield Exit(node.no_match.next, ("no_match", "next"), False, "没听懂")
            yield Exit(node.otherwise, ("otherwise",), True, "多次未果")
            yield Exit(node.without_speech, ("without_speech",), True, "识别不可用")
        case AnswerNode():
            yield Exit(node.next, ("next",), True, "已回答")
            yield Exit(node.nothing.next, ("nothing", "next"), True, "没有答案")
            yield Exit(node.rejected.next, ("rejected", "next"), False, "不是")
        case MoreNode():
            yield Exit(node.next, ("next",), True)
        case DigitsNode():
            yield Exit(node.done, ("done",), False, "已核对")
            yield Exit(node.no_input.next, ("no_input", "next"), True, "没有出声")
            yield Exit(node.otherwise, ("otherwise",), True, "多次未果")
        case DirectionsNode():
            yield Exit(node.next, ("next",), False, "已指路")
            yield Exit(node.unavailable.next, ("unavailable", "next"), True, "没有地名库")
            yield Exit(node.otherwise, ("otherwise",), True, "多次未果")
        case SmsNode():
            yield Exit(node.next, ("next",), True)
            # Where a number is asked for the way back here ends at `next`.
            yield Exit(node.number, ("number",), False, "另报号码")
        case CaseStatusNode():
            yield Exit(node.next, ("next",), False, "已查到")
            yield Exit(node.unavailable.next, ("unavailable", "next"), True, "不能查询")
            yield Exit(node.otherwise, ("otherwise",), True, "没有查到")
        case ServicePlacesNode():
            yield Exit(node.next, ("next",), False, "已告知")
            yield Exit(node.directions, ("directions",), False, "怎么走")
            yield Exit(node.nothing.next, ("nothing", "next"), False, "没有这种网点")
            yield Exit(node.unavailable.next, ("unavailable", "next"), True, "没有网点表")
            yield Exit(node.otherwise, ("otherwise",), True, "多次未果")
        case CallerNode():
            yield Exit(node.known, ("known",), True, "来电有号码")
            yield Exit(node.withheld, ("withheld",), True, "来电无号码")
        case QueueNode():
            yield Exit(node.done, ("done",), True, "通话结束")
            yield Exit(node.nobody, ("nobody",), True, "无人接听")
            if node.closed != node.nobody:
                yield Exit(node.closed, ("closed",), True, "已下班")
            for number, each in enumerate(node.meanwhile):
                label = " ".join(filter(None, (each.choice.digit, (each.choice.says or ("",))[0])))
                yield Exit(each.choice.next, ("meanwhile", number, "next"), False, label)
        case CallBackNode():
            yield Exit(node.next, ("next",), True, "打原号码")
            yield Exit(node.number, ("number",), False, "另报号码")
            yield Exit(node.done, ("done",), False, "打新号码")
            yield Exit(node.answered, ("answered",), False, "打回去接通")
        case MessageNode():
            yield Exit(node.done, ("done",), True, "已留言")
            if node.empty != node.done:
                yield Exit(node.empty, ("empty",), True, "没有留言")
        case TransferNode():
            yield Exit(node.done, ("done",), True, "通话结束")
            yield Exit(node.failed, ("failed",), True, "转接失败")


def reachable(tree: Tree) -> set[str]:
    """Return the nodes that some call can enter."""
    waiting = [tree.start, tree.give_up, *(choice.next for choice in tree.anywhere)]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += [way.target for way in ways(tree.nodes[name])]
    return seen


def silent_loop(tree: Tree) -> list[str]:
    """Return the nodes of a loop that a call can go round without the caller, else nothing."""
    done: set[str] = set()
    for first in tree.nodes:
        trail: list[str] = []
        loop = _follow(tree, first, trail, done)
        if loop:
            return loop
    return []


def _follow(tree: Tree, name: str, trail: list[str], done: set[str]) -> list[str]:
    if name in trail:
        return trail[trail.index(name) :]
    if name in done:
        return []
    trail.append(name)
    for way in ways(tree.nodes[name]):
        if way.silent:
            loop = _follow(tree, way.target, trail, done)
            if loop:
                return loop
    trail.pop()
    done.add(name)
    return []
