"""What a tree is made of once it is read and checked: frozen, without a way back to YAML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum

from ivr import (
    case_words,
    condition_words,
    digit_words,
    digits,
    direction_words,
    service_place_words,
    standing,
)
from ivr.emergency import Spotter
from ivr.sentences import split
from ivr.voice.numbers import number as spoken

Texts = tuple[str, ...]
"""Sentences, each a prompt of its own."""

SMS_STATUS = (
    "sent", "queued", "capped", "refused", "unavailable", "none", "empty", "no_number",
)  # fmt: skip
"""What can become of a text: `ivr.events.SmsDone`, or no gateway is set up, nothing was told yet,
no number was given."""

USUAL_CAP = 5
"""Of the texts to one number a day; what is said of it is rendered beforehand."""

SILENCE_MS = 6_000
"""How long a caller may be silent after a question unless the tree says otherwise."""


class Role(Enum):
    """Choices that the interpreter must know by meaning, whatever they are called."""

    NONE = ""
    PERSON = "person"
    EMERGENCY = "emergency"


@dataclass(frozen=True, slots=True)
class Choice:
    """One way out of a question, by key or by word.

    `says`: phrases that make up most of the utterance; `mentions`: phrases that count wherever
    in the utterance they are heard. With `whole`, phrases of `says` must be all of it but for
    courtesies: 要带什么材料 and not 结婚登记要带什么材料.
    """

    intent: str
    next: str
    digit: str = ""
    says: Texts = ()
    mentions: Texts = ()
    role: Role = Role.NONE
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Way:
    """What happens when a question got no answer: say `texts`, then go to `next`.

    An empty `next` stays at the question. `after_ms` is the silence that makes a no-input.
    `elder` is said instead of `texts` in elder mode, where it is given.
    """

    next: str = ""
    texts: Texts = ()
    after_ms: int = SILENCE_MS
    elder: Texts = ()


@dataclass(frozen=True, slots=True)
class SayNode:
    """Says something and goes on."""

    name: str
    texts: Texts
    next: str
    barge_in: bool = True


@dataclass(frozen=True, slots=True)
class ListenNode:
    """Asks and waits for a key, a phrase or, where `questions` names an answer node, a question.

    After `tries` silences or misses at this node the call goes to `otherwise`. Where speech is
    not to be had the call goes to `without_speech` instead, if given.
    """

    name: str
    texts: Texts
    choices: tuple[Choice, ...]
    no_input: Way
    no_match: Way
    otherwise: str
    questions: str = ""
    without_speech: str = ""
    barge_in: bool = True
    tries: int = 2


@dataclass(frozen=True, slots=True)
class Conditions:
    """How callers are asked for what an answer depends on (`ivr.conditions`).

    `first` and, after a miss, `again` by condition (`core.asker`); one without words is not asked
    for. `unknown` is said after what can be told all the same to who could not be understood.
    """

    first: Mapping[str, Texts] = field(default_factory=dict)
    again: Mapping[str, Texts] = field(default_factory=dict)
    unknown: Texts = ()

    def texts(self) -> Texts:
        """All that is said."""
        asked = (*self.first.values(), *self.again.values(), self.unknown)
        return tuple(text for texts in asked for text in texts)


@dataclass(frozen=True, slots=True)
class AnswerNode:
    """Puts the caller's question to the knowledge room and tells what it knows.

    `tell` and `confirm` are templates with {title}, {spoken} and {source}. An unsure find is
    confirmed first: `yes` tells it, `no` takes the way `rejected`. `caveat` is said after the first
    answer of a call, unless its source says so already.
    """

    name: str
    confirm: Texts
    tell: Texts
    yes: Choice
    no: Choice
    nothing: Way
    rejected: Way
    next: str
    wait_ms: int = 3000
    barge_in: bool = True
    conditions: Conditions = field(default_factory=Conditions)
    caveat: Texts = ()


@dataclass(frozen=True, slots=True)
class MoreNode:
    """Tells more of the article that was told last, then goes on.

    `part` is again, long, materials or place (`ivr.events.Answered.part`); `texts` are said where
    the article has nothing of it, or none was told.
    """

    name: str
    texts: Texts
    part: str
    next: str
    barge_in: bool = True


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """What who waits can do meanwhile, keeping the place; `offer` says so."""

    choice: Choice
    offer: Texts = ()


CALL_BACK_STATUS = ("kept", "again", "refused", "unavailable")
"""What can become of a call-back that is asked for: `ivr.events.CallBackBooked`."""


@dataclass(frozen=True, slots=True)
class CallBackNode:
    """Books a call-back that keeps the caller's place (`ivr.waiting`).

    To the number they phone from, where it is known, and the call goes to `next`; else, and when
    led to from there, to one that the digits node `number` asks for, and it goes to `done`. `said`
    has what is told by status (`CALL_BACK_STATUS`). A call that the line makes begins at the queue
    node `answered` once the citizen has answered.
    """

    name: str
    said: Mapping[str, Texts]
    number: str
    next: str
    done: str
    answered: str
    wait_ms: int = 4_000
    barge_in: bool = True


@dataclass(frozen=True, slots=True)
class QueueNode:
    """Waits for a person for at most `limit_ms`; `texts` are said while waiting already.

    With a `skill`, a language, only people who have it are waited for. `standing`: the caller is
    told of their place and the wait. `meanwhile` is what they can do while it is kept for them,
    `back` what is said, instead of `texts`, to who comes back from that.
    """

    name: str
    texts: Texts
    queue: str
    priority: str
    limit_ms: int
    nobody: str
    closed: str
    done: str
    skill: str = ""
    standing: bool = False
    meanwhile: tuple[Meanwhile, ...] = ()
    back: Texts = ()


@dataclass(frozen=True, slots=True)
class DigitsNode:
    """Collects a number, said in pieces or keyed, and reads it back (`ivr.digits`).

    `number` is phone, mobile, id_number or a count of digits, `called` what the caller knows it as.
    What was confirmed is noted under `note`, if there is one, and the call goes to `done`; after
    `tries` misses it goes to `otherwise`, or by `no_input` when the caller gave no digit at all and
    was silent last.
    """

    name: str
    texts: Texts
    number: str
    called: str
    note: str
    done: str
    otherwise: str
    no_input: Way
    tries: int = 3
    barge_in: bool = True


@dataclass(frozen=True, slots=True)
class DirectionsNode:
    """Asks where to (`texts`) and where from (`origin`), and tells the way (`ivr.directions`).

    `unavailable` is taken when no places are loaded or none is found within `wait_ms`; `otherwise`
    when it does not work out, `next` when the way was told.
    """

    name: str
    texts: Texts
    origin: Texts
    unavailable: Way
    next: str
    otherwise: str
    wait_ms: int = 6_000
    barge_in: bool = True


STATUSES = ("received", "reviewing", "announced", "approved", "rejected", "closed")
"""Where a case may stand: 受理, 审核中, 公示, 已通过, 未通过, 已办结."""


@dataclass(frozen=True, slots=True)
class CaseStatusNode:
    """Asks for a case number (`texts`) and who asks, and tells how the case stands.

    `last_four` asks for the end of the identity number, `born` for the date of birth
    (`ivr.case_check`). `statuses` has the sentences for each of `STATUSES`. Case numbers have
    `length` digits, 0: any. `unavailable` is taken when no case can be looked up or nothing comes
    within `wait_ms`; `otherwise` when it does not work out, `next` when the case was told.
    """

    name: str
    texts: Texts
    last_four: Texts
    born: Texts
    statuses: Mapping[str, Texts]
    unavailable: Way
    next: str
    otherwise: str
    length: int = 0
    wait_ms: int = 6_000
    barge_in: bool = True


@dataclass(frozen=True, slots=True)
class SmsNode:
    """Sends the answer or the way that was told last to a mobile phone (`ivr.texting`).

    To the caller's own number where that is a mobile one, else the digits node `number` asks for
    one and leads back here. `said` has what is told by status (`SMS_STATUS`), {cap} being the daily
    cap. `offer` is said after an answer or a summary, once in a call, where texts can be sent. Then
    the call goes to `next`, or back to the way that was being told.
    """

    name: str
    said: Mapping[str, Texts]
    number: str
    next: str
    offer: Texts = ()
    wait_ms: int = 8_000
    barge_in: bool = True

    def telling(self, status: str, cap: int) -> Texts:
        """Return what is said of a text with this status."""
        count = "两" if cap == 2 else spoken(cap)
        return tuple(text.replace("{cap}", count) for text in self.said[status])


@dataclass(frozen=True, slots=True)
class ServicePlacesNode:
    """Asks what is looked for (`texts`) and `where`, and tells places (`ivr.service_places`).

    `unavailable` is taken when no service places are loaded or none is found within `wait_ms`,
    `nothing` when there is none of that kind, `otherwise` when it does not work out, `next` when
    the caller heard enough. Who wants to go to one of them goes on at the node `directions`.
    """

    name: str
    texts: Texts
    where: Texts
    unavailable: Way
    nothing: Way
    directions: str
    next: str
    otherwise: str
    wait_ms: int = 6_000
    barge_in: bool = True


@dataclass(frozen=True, slots=True)
class CallerNode:
    """Branches on whether the caller's own number is known, so that they can be called back."""

    name: str
    known: str
    withheld: str


@dataclass(frozen=True, slots=True)
class MessageNode:
    """Takes a message of at most `limit_ms`; one shorter than a second goes to `empty`."""

    name: str
    texts: Texts
    limit_ms: int
    done: str
    empty: str


@dataclass(frozen=True, slots=True)
class TransferNode:
    """Connects to a number or SIP URI of the allow-list."""

    name: str
    texts: Texts
    target: str
    done: str
    failed: str


@dataclass(frozen=True, slots=True)
class HangupNode:
    """Says good-bye and ends the call."""

    name: str
    texts: Texts


@dataclass(frozen=True, slots=True)
class HoursNode:
    """Branches on the calendar of the people behind the line."""

    name: str
    open: str
    closed: str


@dataclass(frozen=True, slots=True)
class AskBack:
    """What is asked when one word of distress was heard: `texts`, once in a call.

    `no` is what counts as a clear no; everything else, and silence for `silence_ms` after the
    question, counts as yes.
    """

    texts: Texts
    no: Choice
    silence_ms: int = 3_000


@dataclass(frozen=True, slots=True)
class ElderMode:
    """When a call is in elder mode, and what that changes (`ivr.elder`).

    It begins when `asked` for, by an `age` (years) or by `old` words, or after `slow_answers` that
    began `slow_ms` after the question or never. Then prompts take `pace` times as long, the caller
    may be silent `patience` times as long, an utterance is over after `end_of_speech_ms`, and
    `misunderstandings` in a row lead to a person. `told` is said before what is repeated when asked
    for; `texts` are said at nodes, by name, instead of their own (of answer nodes: `tell`).
    """

    asked: Choice
    old: Choice
    told: Texts = ()
    age: int = 65
    slow_ms: int = 4_000
    slow_answers: int = 2
    pace: float = 1.25
    patience: float = 1.5
    end_of_speech_ms: int = 1_200
    misunderstandings: int = 1
    texts: Mapping[str, Texts] = field(default_factory=dict)


Node = (
    SayNode | ListenNode | AnswerNode | MoreNode | DigitsNode | QueueNode | MessageNode
    | TransferNode | HangupNode | HoursNode | CallerNode | DirectionsNode | SmsNode
    | CaseStatusNode | ServicePlacesNode | CallBackNode
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tree:
    """A whole dialogue.

    `anywhere` are choices that hold at every moment; `backchannels` are sounds of somebody who
    listens, `fillers` courtesies around what is meant: neither interrupts anything. After
    `misunderstandings` in a row the call goes to `give_up`. `titles` name nodes for people.
    `distress` finds the words of distress; without `ask_back` one of them raises an emergency.
    `wait_texts` ask for patience while an utterance is read a second time. Without `elder` no call
    is in elder mode.
    """

    name: str
    title: str
    start: str
    give_up: str
    misunderstandings: int
    anywhere: tuple[Choice, ...]
    backchannels: Texts
    fillers: Texts
    nodes: Mapping[str, Node]
    titles: Mapping[str, str]
    lines: Mapping[str, int]
    digest: str
    distress: Spotter
    ask_back: AskBack | None = None
    wait_texts: Texts = ()
    elder: ElderMode | None = None

    def choice(self, role: Role) -> Choice | None:
        """Return the choice of `anywhere` with this role."""
        return next((choice for choice in self.anywhere if choice.role is role), None)

    @property
    def sms(self) -> SmsNode | None:
        """The node that sends texts, if there is one."""
        return next((n for n in self.nodes.values() if isinstance(n, SmsNode)), None)

    @property
    def call_back(self) -> CallBackNode | None:
        """The node that books call-backs, if there is one."""
        return next((n for n in self.nodes.values() if isinstance(n, CallBackNode)), None)

    @property
    def courtesies(self) -> Texts:
        """What carries no meaning of its own: back-channels and fillers."""
        return self.backchannels + self.fillers

    def emergency_words(self) -> Texts:
        """Return the words of distress, for whoever listens elsewhere."""
        return tuple(word.phrase for word in self.distress.words)

    def phrases(self) -> list[str]:
        """Return every phrase that the tree can understand, for the recogniser's vocabulary."""
        found: dict[str, None] = dict.fromkeys(self.courtesies)
        found.update(dict.fromkeys(self.emergency_words()))
        choices = list(self.anywhere)
        if self.ask_back is not None:
            choices.append(self.ask_back.no)
        if self.elder is not None:
            choices += [self.elder.asked, self.elder.old]
            found.update(dict.fromkeys(own_ages(self.elder.age)))
        for node in self.nodes.values():
            if isinstance(node, ListenNode):
                choices.extend(node.choices)
            elif isinstance(node, QueueNode):
                choices += [each.choice for each in node.meanwhile]
            elif isinstance(node, AnswerNode):
                choices += [node.yes, node.no]
                found.update(dict.fromkeys(condition_words.PHRASES))
            elif isinstance(node, DigitsNode):
                found.update(dict.fromkeys(digit_words.PHRASES))
            elif isinstance(node, DirectionsNode):
                found.update(dict.fromkeys(direction_words.PHRASES))
            elif isinstance(node, CaseStatusNode):
                found.update(dict.fromkeys(digit_words.PHRASES + case_words.PHRASES))
            elif isinstance(node, ServicePlacesNode):
                found.update(dict.fromkeys(service_place_words.PHRASES))
        for choice in choices:
            found.update(dict.fromkeys(choice.says + choice.mentions))
        return list(found)

    def fixed_texts(self) -> list[str]:
        """Return every sentence without a placeholder, in the order of the file, each once."""
        found: dict[str, None] = dict.fromkeys(self.ask_back.texts if self.ask_back else ())
        found.update(dict.fromkeys(self.wait_texts))
        found.update(dict.fromkeys(self.elder.told if self.elder else ()))
        instead = self.elder.texts if self.elder else {}
        for node in self.nodes.values():
            for text in (*_texts_of(node), *instead.get(node.name, ())):
                if "{" not in text:
                    found[text] = None
        return list(found)


def number_of(node: DigitsNode, today: date) -> digits.Wanted:
    """Return the rules of a node's number on the day of the call."""
    if node.number == "phone":
        return replace(digits.telephone(), tries=node.tries)
    if node.number == "mobile":
        return replace(digits.mobile(), tries=node.tries)
    if node.number == "id_number":
        return replace(digits.identity(today), tries=node.tries)
    return replace(digits.counted(int(node.number), node.called), tries=node.tries)


def own_ages(youngest: int) -> Texts:
    """Return how people of that age (years) to 99 say theirs, for the recogniser."""
    figures = "零一二三四五六七八九"
    words = [
        f"{figures[age // 10]}十{figures[age % 10] if age % 10 else ''}"
        for age in range(youngest, 100)
    ]
    return tuple(form.format(word) for word in words for form in ("我{}岁了", "我今年{}"))


def _said(way: Way) -> Texts:
    return way.texts + way.elder


def _texts_of(node: Node) -> list[str]:
    if isinstance(node, ListenNode):
        return [*node.texts, *_said(node.no_input), *_said(node.no_match)]
    if isinstance(node, AnswerNode):
        ways = (*_said(node.nothing), *_said(node.rejected))
        return [*node.confirm, *node.tell, *ways, *node.conditions.texts(), *node.caveat]
    if isinstance(node, DigitsNode):
        return [*node.texts, *digits.texts(number_of(node, date.min))]
    if isinstance(node, DirectionsNode):
        return [*node.texts, *node.origin, *_said(node.unavailable), *direction_words.TEXTS]
    if isinstance(node, SmsNode):
        return [
            *node.offer,
            *(text for each in node.said for text in node.telling(each, USUAL_CAP)),
        ]
    if isinstance(node, CaseStatusNode):
        told = [text for texts in node.statuses.values() for text in texts]
        asked = [*node.texts, *node.last_four, *node.born, *_said(node.unavailable)]
        number = digits.texts(digits.case_number(node.length))
        fixed = [piece for text in case_words.TEXTS for piece in split(text)]
        return [*asked, *number, *fixed, *told]
    if isinstance(node, ServicePlacesNode):
        ways = (*_said(node.unavailable), *_said(node.nothing))
        return [*node.texts, *node.where, *ways, *service_place_words.TEXTS]
    if isinstance(node, CallBackNode):
        return [text for texts in node.said.values() for text in texts]
    if isinstance(node, QueueNode):
        offers = [text for each in node.meanwhile for text in each.offer]
        places = standing.texts() if node.standing else ()
        return [*node.texts, *node.back, *offers, *places]
    if isinstance(node, HoursNode | CallerNode):
        return []
    return list(node.texts)
