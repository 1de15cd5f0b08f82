"""Finds what is wrong with a tree beyond its schema: ways that lead nowhere, loops, silence."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from core.source import Source
from ivr.findings import Finding
from ivr.graph import reachable, silent_loop, ways
from ivr.nodes import (
    AnswerNode,
    CallBackNode,
    CallerNode,
    CaseStatusNode,
    Choice,
    DigitsNode,
    DirectionsNode,
    HoursNode,
    ListenNode,
    Node,
    QueueNode,
    Role,
    ServicePlacesNode,
    SmsNode,
    Texts,
    Tree,
    Way,
)

TAKEN_NOTES = {
    "intent", "question", "unanswered", "reread", "reread_missed", "topic", "article",
    "asked_back", "asked_back_no", "emergency", "elder", "language", "sms", "disposition",
    "asked", "area", "age", "household", "case", "case_asked", "case_check",
    "call_back",
}  # fmt: skip
"""Notes with a meaning of their own (`ivr.events.Note`)."""

PLACEHOLDERS = {"title", "spoken", "source"}
_PLACEHOLDER = re.compile(r"\{(\w*)\}")

Report = Callable[..., Finding]


def check(file: str, source: Source, tree: Tree) -> list[Finding]:
    """Return the findings on a tree whose YAML obeys the schema; empty when it is sound."""

    def at(*path: str | int, what: str, remedy: str) -> Finding:
        return Finding(file, source.line(path), what, remedy)

    found = [*_targets(at, tree)]
    found += _choices(at, tree)
    found += _ask_back(at, tree)
    found += _elder(at, source, tree)
    found += _sms(at, tree)
    found += _call_back(at, tree)
    for node in tree.nodes.values():
        found += _texts(at, node)
        found += _listening(at, tree, node)
    if not found:
        found += _shape(at, tree)
    return found


def _targets(at: Report, tree: Tree) -> Iterator[Finding]:
    """Every name that is gone to exists and is a node that can be entered that way."""
    for key in ("start", "give_up"):
        if getattr(tree, key) not in tree.nodes:
            yield at(key, what=_unknown(getattr(tree, key)), remedy=_nearest(tree))
    for number, choice in enumerate(tree.anywhere):
        if choice.next not in tree.nodes:
            yield at(
                "anywhere",
                number,
                "next",
                what=_unknown(choice.next),
                remedy=_nearest(tree),
            )
    for name, node in tree.nodes.items():
        for way in ways(node):
            path = ("nodes", name, *way.path)
            if way.target not in tree.nodes:
                yield at(*path, what=_unknown(way.target), remedy=_nearest(tree))
                continue
            is_answer = isinstance(tree.nodes[way.target], AnswerNode)
            if way.path == ("questions",) and not is_answer:
                yield at(
                    *path,
                    what=f"questions go to {way.target}, which is not an answer node",
                    remedy="name a node of kind answer",
                )
            elif is_answer and way.path != ("questions",):
                yield at(
                    *path,
                    what=f"{way.target} is an answer node but no question leads there this way",
                    remedy="go to a listen node whose questions name it",
                )


def _choices(at: Report, tree: Tree) -> Iterator[Finding]:
    roles = [choice.role for choice in tree.anywhere]
    for role in (Role.PERSON, Role.EMERGENCY):
        if roles.count(role) != 1:
            yield at(
                "anywhere",
                what=f"{roles.count(role)} choices of anywhere have the role {role.value}",
                remedy="give it to exactly one of them",
            )
    for number, choice in enumerate(tree.anywhere):
        if choice.role is Role.PERSON and choice.digit != "0":
            yield at(
                "anywhere",
                number,
                what="the way to a person is not on the key 0",
                remedy="write digit: 0",
            )
        if choice.role is not Role.PERSON and choice.digit == "0":
            yield at(
                "anywhere",
                number,
                what="0 does not lead to a person",
                remedy="use another key",
            )
    yield from _doubled(at, ("anywhere",), tree.anywhere)
    for name, node in tree.nodes.items():
        if isinstance(node, ListenNode):
            yield from _doubled(at, ("nodes", name, "choices"), node.choices)
            for number, choice in enumerate(node.choices):
                path = ("nodes", name, "choices", number)
                if choice.digit == "0":
                    yield at(*path, what="0 belongs to people", remedy="use another key")
                if choice.role is not Role.NONE:
                    yield at(
                        *path,
                        what="a role holds under anywhere only",
                        remedy="remove the role",
                    )
        elif isinstance(node, AnswerNode):
            yield from _yes_no(at, name, node)


def _ask_back(at: Report, tree: Tree) -> Iterator[Finding]:
    """The question on a word of distress says something and has a no that takes no other key."""
    asked = tree.ask_back
    if asked is None:
        return
    if not asked.texts:
        remedy = "write the words to be spoken as ask"
        yield at("emergency", "ask", what="emergency asks nothing", remedy=remedy)
    if any("{" in text for text in asked.texts):
        what = "a placeholder stands outside an answer node"
        yield at("emergency", "ask", what=what, remedy="write the words themselves")
    if not asked.no.says:
        yield at("emergency", "no", what="no has no phrase", remedy="fill its says")
    alarm = tree.choice(Role.EMERGENCY)
    if asked.no.digit and asked.no.digit in ("0", alarm.digit if alarm else ""):
        what = f"the key {asked.no.digit} calls for help and cannot mean no"
        yield at("emergency", "no", what=what, remedy="use another key")
    for phrase in asked.no.says:
        if tree.distress.spot(phrase):
            what = f"the no {phrase} holds a word of distress"
            yield at("emergency", "no", what=what, remedy="write it without the word")


def _elder(at: Report, source: Source, tree: Tree) -> Iterator[Finding]:
    """Elder mode can be asked for, by a key of its own, and what is said in it can be said."""
    mode = tree.elder
    for name, node in source.data["nodes"].items():
        if "elder" in node and mode is None:
            what = f"{name} has words for elder mode, which the tree has not"
            yield at("nodes", name, "elder", what=what, remedy="write elder at the top, too")
        texts = mode.texts.get(name, ()) if mode else ()
        known = PLACEHOLDERS if node["kind"] == "answer" else set()
        if any(set(_PLACEHOLDER.findall(text)) - known for text in texts):
            what = "a placeholder stands where nothing fills it"
            yield at("nodes", name, "elder", what=what, remedy="write the words themselves")
    if mode is None:
        return
    if not (mode.asked.says or mode.asked.mentions or mode.asked.digit):
        remedy = "give it says, mentions or a digit"
        yield at("elder", "asked", what="nothing asks for elder mode", remedy=remedy)
    if mode.asked.digit and mode.asked.digit in {choice.digit for choice in tree.anywhere}:
        what = f"the digit {mode.asked.digit} is given twice"
        yield at("elder", "asked", what=what, remedy="give each choice a digit of its own")
    phrases = (*mode.asked.says, *mode.asked.mentions, *mode.old.says, *mode.old.mentions)
    for phrase in phrases:
        if tree.distress.spot(phrase):
            what = f"{phrase} holds a word of distress"
            yield at("elder", what=what, remedy="write it without the word")


def _yes_no(at: Report, name: str, node: AnswerNode) -> Iterator[Finding]:
    for key, choice in (("yes", node.yes), ("no", node.no)):
        if not choice.says:
            yield at("nodes", name, key, what=f"{key} has no phrase", remedy="fill its says")
        if choice.digit == "0":
            yield at("nodes", name, key, what="0 belongs to people", remedy="use another key")
    if node.yes.digit and node.yes.digit == node.no.digit:
        yield at(
            "nodes",
            name,
            "no",
            what=f"the digit {node.no.digit} is given twice",
            remedy="give each choice a digit of its own",
        )


def _doubled(
    at: Report, path: tuple[str | int, ...], choices: tuple[Choice, ...]
) -> Iterator[Finding]:
    digits: set[str] = set()
    phrases: set[str] = set()
    for number, choice in enumerate(choices):
        here = (*path, number)
        if choice.digit and choice.digit in digits:
            yield at(
                *here,
                what=f"the digit {choice.digit} is given twice",
                remedy="give each choice a digit of its own",
            )
        digits.add(choice.digit)
        for phrase in dict.fromkeys((*choice.says, *choice.mentions)):
            if phrase in phrases:
                yield at(
                    *here,
                    what=f"the phrase {phrase} belongs to two choices",
                    remedy="keep it at one of them",
                )
            phrases.add(phrase)
        if not (choice.digit or choice.says or choice.mentions):
            yield at(
                *here,
                what=f"nothing leads to the choice {choice.intent}",
                remedy="give it a digit, says or mentions",
            )


def _texts(at: Report, node: Node) -> Iterator[Finding]:
    """Whoever speaks has something to say, and templates name what exists."""
    if isinstance(node, HoursNode | CallerNode):
        return
    if isinstance(node, CallBackNode):
        for status, texts in node.said.items():
            if not texts:
                yield _silent(at, node.name, status)
        return
    if isinstance(node, SmsNode):
        yield from _sms_texts(at, node)
        return
    if isinstance(node, AnswerNode):
        for key in ("confirm", "tell"):
            for template in getattr(node, key):
                for name in _PLACEHOLDER.findall(template):
                    if name not in PLACEHOLDERS:
                        yield at(
                            "nodes",
                            node.name,
                            key,
                            what=f"there is no {{{name}}}",
                            remedy="write {title}, {spoken} or {source}",
                        )
            if not any(template.strip() for template in getattr(node, key)):
                yield _silent(at, node.name, key)
        for key, texts in (("conditions", node.conditions.texts()), ("caveat", node.caveat)):
            if any("{" in text for text in texts):
                what = "a placeholder stands where nothing fills it"
                yield at("nodes", node.name, key, what=what, remedy="write the words themselves")
        for template_key, wanted in (("confirm", "{title}"), ("tell", "{spoken}")):
            if not any(wanted in template for template in getattr(node, template_key)):
                yield at(
                    "nodes",
                    node.name,
                    template_key,
                    what=f"{template_key} does not say {wanted}",
                    remedy=f"write {wanted} where it belongs",
                )
        return
    if not node.texts and not isinstance(node, QueueNode):
        yield _silent(at, node.name, "text")
    if isinstance(node, CaseStatusNode):
        yield from _case_texts(at, node)
    for text in node.texts:
        if "{" in text:
            yield at(
                "nodes",
                node.name,
                "text",
                what="a placeholder stands outside an answer node",
                remedy="write the words themselves",
            )


def _sms_texts(at: Report, node: SmsNode) -> Iterator[Finding]:
    for status, texts in {**node.said, "offer": node.offer}.items():
        if status != "offer" and not texts:
            yield _silent(at, node.name, status)
        known = {"cap"} if status == "capped" else set()
        if any(set(_PLACEHOLDER.findall(text)) - known for text in texts):
            what = "a placeholder stands where nothing fills it"
            yield at("nodes", node.name, status, what=what, remedy="write the words themselves")


def _sms(at: Report, tree: Tree) -> Iterator[Finding]:
    """One node sends texts, and the one that asks for a number leads back to it."""
    senders = [node for node in tree.nodes.values() if isinstance(node, SmsNode)]
    for node in senders[1:]:
        what = f"{senders[0].name} sends texts already"
        yield at("nodes", node.name, what=what, remedy="lead there instead")
    for node in senders[:1]:
        asks = tree.nodes.get(node.number)
        back = isinstance(asks, DigitsNode) and {
            asks.done, asks.otherwise, asks.no_input.next or node.name
        } == {node.name}  # fmt: skip
        if not (back and isinstance(asks, DigitsNode) and asks.number == "mobile"):
            what = f"{node.number} does not ask for the number that {node.name} needs"
            remedy = f"make it a digits node of mobile numbers that leads to {node.name} only"
            yield at("nodes", node.name, "number", what=what, remedy=remedy)


def _call_back(at: Report, tree: Tree) -> Iterator[Finding]:
    """One node books call-backs; its number leads back to it, and the call begins in a queue."""
    nodes = [node for node in tree.nodes.values() if isinstance(node, CallBackNode)]
    for node in nodes[1:]:
        what = f"{nodes[0].name} books call-backs already"
        yield at("nodes", node.name, what=what, remedy="lead there instead")
    for node in nodes[:1]:
        asks = tree.nodes.get(node.number)
        if not (isinstance(asks, DigitsNode) and asks.number in ("phone", "mobile")):
            what = f"{node.number} does not ask for the number that {node.name} needs"
            remedy = "name a digits node of telephone numbers"
            yield at("nodes", node.name, "number", what=what, remedy=remedy)
        elif asks.done != node.name:
            what = f"the number of {node.number} does not lead back to {node.name}"
            yield at("nodes", asks.name, "done", what=what, remedy=f"write done: {node.name}")
        if not isinstance(tree.nodes.get(node.answered), QueueNode):
            what = f"who answers is led to {node.answered}, where nobody is waited for"
            yield at("nodes", node.name, "answered", what=what, remedy="name a queue node")
    for waits in tree.nodes.values():
        if isinstance(waits, QueueNode) and waits.meanwhile:
            path = ("nodes", waits.name, "meanwhile")
            yield from _doubled(at, path, tuple(each.choice for each in waits.meanwhile))
            alarm = tree.choice(Role.EMERGENCY)
            for number, each in enumerate(waits.meanwhile):
                if each.choice.digit in ("0", alarm.digit if alarm else "0"):
                    what = f"the key {each.choice.digit} has a meaning of its own in a queue"
                    yield at(*path, number, what=what, remedy="use another key")


def _case_texts(at: Report, node: CaseStatusNode) -> Iterator[Finding]:
    """Both questions and every status say something, in words of their own."""
    said: dict[tuple[str, ...], Texts] = {("last_four",): node.last_four, ("born",): node.born}
    said |= {("statuses", status): texts for status, texts in node.statuses.items()}
    for path, texts in said.items():
        if not texts:
            yield _silent(at, node.name, *path)
        if any("{" in text for text in texts):
            what = "a placeholder stands outside an answer node"
            yield at("nodes", node.name, *path, what=what, remedy="write the words themselves")


def _silent(at: Report, name: str, *path: str) -> Finding:
    return at(
        "nodes",
        name,
        *path,
        what=f"{name} has no prompt: its {path[-1]} says nothing",
        remedy=f"write the words to be spoken as {path[-1]}",
    )


def _listening(at: Report, tree: Tree, node: Node) -> Iterator[Finding]:
    if isinstance(node, DigitsNode) and node.note in TAKEN_NOTES:
        yield at(
            "nodes",
            node.name,
            "note",
            what=f"the note {node.note} is the dialogue's own",
            remedy="write another name, such as callback",
        )
    if isinstance(node, ServicePlacesNode):
        way = tree.nodes.get(node.directions)
        if way is not None and not isinstance(way, DirectionsNode):
            yield at(
                "nodes",
                node.name,
                "directions",
                what=f"{node.directions} shows no way",
                remedy="name a node of kind directions",
            )
    if not isinstance(node, ListenNode):
        return
    if not (node.choices or node.questions):
        yield at(
            "nodes",
            node.name,
            what=f"{node.name} listens but understands nothing",
            remedy="give it choices or questions",
        )
    if _nowhere(node.no_match):
        yield at(
            "nodes",
            node.name,
            "no_match",
            what=f"{node.name} has no way for what it does not understand",
            remedy="give no_match a text, a next, or both",
        )
    if node.without_speech == node.name:
        yield at(
            "nodes",
            node.name,
            "without_speech",
            what="without_speech leads to the node itself",
            remedy="leave it out or name another node",
        )


def _nowhere(way: Way) -> bool:
    return not way.next and not way.texts


def _shape(at: Report, tree: Tree) -> Iterator[Finding]:
    """Faults of the whole graph, looked for once every target exists."""
    for name in tree.nodes.keys() - reachable(tree):
        yield at(
            "nodes",
            name,
            what=f"nothing leads to {name}",
            remedy="remove it or lead a way there",
        )
    loop = silent_loop(tree)
    if loop:
        yield at(
            "nodes",
            loop[0],
            what=f"a loop that no caller can leave by silence: {' → '.join([*loop, loop[0]])}",
            remedy="lead one of these ways to a hangup, message or queue node",
        )
    person = tree.choice(Role.PERSON)
    if person and not _reaches_people(tree, person.next):
        yield at(
            "nodes",
            person.next,
            what=f"{person.next} is the way to a person but reaches no queue",
            remedy="lead it to a queue or transfer node",
        )
    alarm = tree.choice(Role.EMERGENCY)
    if alarm:
        node = tree.nodes[alarm.next]
        if not (isinstance(node, QueueNode) and node.priority == "emergency"):
            yield at(
                "nodes",
                alarm.next,
                what=f"{alarm.next} takes emergencies but does not queue them as such",
                remedy="make it a queue node with priority: emergency",
            )


def _reaches_people(tree: Tree, start: str) -> bool:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        node = tree.nodes[name]
        if isinstance(node, QueueNode):
            return True
        if getattr(node, "target", ""):
            return True
        if not isinstance(node, ListenNode | DigitsNode):
            waiting += [way.target for way in ways(node)]
    return False


def _unknown(name: str) -> str:
    return f"there is no node {name}"


def _nearest(tree: Tree) -> str:
    return f"write one of {', '.join(tree.nodes)}"
