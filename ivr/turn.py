"""One step of a dialogue while it is made: the state so far and the effects asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from core.asker import AREA, CONDITIONS
from ivr import case_check, conditions, digits, directions, service_places, texting, trust, waiting
from ivr.ages import without_age
from ivr.events import (
    Answered,
    Ask,
    CheckCase,
    Deafen,
    Effect,
    Enqueue,
    FindPlace,
    FindServicePlaces,
    HangUp,
    Hush,
    Listen,
    Note,
    Pause,
    PlaceSeen,
    Private,
    RecordMessage,
    Resume,
    Say,
    SetTimer,
    Transfer,
    Visit,
)
from ivr.hours import Calendar, is_open
from ivr.nodes import (
    SILENCE_MS,
    AnswerNode,
    CallBackNode,
    CallerNode,
    CaseStatusNode,
    Choice,
    DigitsNode,
    DirectionsNode,
    ElderMode,
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
    Texts,
    TransferNode,
    Tree,
    Way,
)
from ivr.sentences import split
from ivr.state import Phase, State
from ivr.writing import of_answer

GUARD_MS = 15_000
GUARD_MS_PER_CHARACTER = 600
"""A text whose end is never reported is given up after GUARD_MS plus this for each character:
twice as long as slow speech, and time to render it."""

CONDITION_MS = 8_000
"""How long a caller may be silent who is asked for an area, an age or a household."""

PAUSE_MS = 4_000
"""A text stands still for so long at most, whatever sounds."""

NUMBER_MS = 8_000
"""How long who is asked for a case number may be silent: they may have to look for it."""

TRIES = 2
KEYS = "0123456789*#"

NUMBER = "number"
"""What is known beforehand of a caller who can be called back."""

POSITION = "position"
"""What is known beforehand of a caller whose device says where they are."""


class Turn:
    """Collects what one event does. Lives for one call of `Dialogue.step`."""

    def __init__(self, tree: Tree, calendar: Calendar, state: State, now: datetime) -> None:
        """Begin at `state`; `now` is aware."""
        self.tree = tree
        self.calendar = calendar
        self.state = state
        self.now = now
        self.effects: list[Effect] = []

    @property
    def node(self) -> Node:
        """The node the dialogue is at."""
        return self.tree.nodes[self.state.node]

    def set(self, **changes: Any) -> None:
        """Change fields of the state."""
        self.state = replace(self.state, **changes)

    def do(self, *effects: Effect) -> None:
        """Ask for effects, in order."""
        self.effects.extend(effects)

    def note(self, key: str, value: str) -> None:
        """Write a fact on the ticket; an emergency's disposition stays an emergency."""
        if key == "disposition" and self.state.emergency and value != "emergency":
            return
        self.do(Note(key, value))

    # ---- saying and waiting --------------------------------------------------------------------

    def say(self, texts: Texts) -> None:
        """Say something, with a guard against an end that is never reported."""
        self.hush()
        tag = self.state.tag + 1
        self.do(Say(texts, tag))
        self.set(tag=tag, saying=tag, texts=texts, cut=False, held=None)
        self.guard(self.state.texts)

    def hush(self) -> None:
        """Stop what is being said, if anything is."""
        if self.state.saying:
            self.do(Hush())
            self.set(saying=0, timer=0, paused=False)

    def pause(self) -> None:
        """Stand still in what is being said, for a while at most."""
        self.do(Pause())
        self.set(paused=True)
        self.arm(PAUSE_MS)

    def resume(self) -> None:
        """Go on with what was paused: the sound was no words, or none for us."""
        self.do(Resume())
        self.set(paused=False, false_starts=self.state.false_starts + 1)
        self.guard(self.state.texts)

    def private(self, on: bool) -> None:
        """Begin or end that what the caller says and keys is kept nowhere."""
        if on != self.state.private:
            self.do(Private(on))
            self.set(private=on)

    def guard(self, texts: Texts) -> None:
        """Set the timer for texts whose end may never be reported."""
        self.arm(GUARD_MS + GUARD_MS_PER_CHARACTER * sum(map(len, texts)))

    def arm(self, ms: int) -> None:
        """Set the one timer anew."""
        tag = self.state.tag + 1
        self.do(SetTimer(ms, tag))
        self.set(tag=tag, timer=tag)

    def patience(self) -> int:
        """How long the caller may be silent at this node, in ms."""
        node = self.node
        usual = node.no_input.after_ms if isinstance(node, ListenNode | DigitsNode) else SILENCE_MS
        if isinstance(node, DirectionsNode):
            usual = directions.patience_ms(self.state.way)
        elif self.state.asking is not None:
            usual = CONDITION_MS
        elif isinstance(node, CaseStatusNode):
            usual = NUMBER_MS
        elif isinstance(node, ServicePlacesNode):
            usual = service_places.patience_ms(self.state.service)
        return round(usual * self.elder.patience) if self.elder else usual

    # ---- elder mode ----------------------------------------------------------------------------

    @property
    def elder(self) -> ElderMode | None:
        """The rules of elder mode while the call is in it."""
        return self.tree.elder if self.state.elder else None

    @property
    def misunderstandings(self) -> int:
        """How many misunderstandings in a row lead to a person."""
        most = self.tree.misunderstandings
        return min(most, self.elder.misunderstandings) if self.elder else most

    def texts(self, node: Node) -> Texts:
        """What a node says."""
        own: Texts = getattr(node, "texts", ())
        return self.elder.texts.get(node.name, own) if self.elder else own

    def _texts_of(self, way: Way) -> Texts:
        return way.elder if self.elder and way.elder else way.texts

    # ---- moving --------------------------------------------------------------------------------

    def go(self, name: str) -> None:
        """Enter a node and do what it does first."""
        self.hush()
        came, name = self.state.node, waiting.instead(self, name)
        if not texting.belongs(self.tree.sms, name):
            self.set(tell_on="")
        self.private(False)
        self.set(node=name, then="", tries=0, timer=0, cut=False, unsure=None, held=None)
        self.set(asking=None)
        self.do(Visit(name))
        node = self.node
        if isinstance(node, HoursNode):
            self.go(node.open if is_open(self.now, self.calendar) else node.closed)
        elif isinstance(node, CallerNode):
            self.go(node.known if NUMBER in self.state.known else node.withheld)
        elif isinstance(node, DigitsNode):
            self._enter_digits()
        elif isinstance(node, DirectionsNode):
            self._enter_directions(node)
        elif isinstance(node, CaseStatusNode):
            self._enter_case_status(node)
        elif isinstance(node, ServicePlacesNode):
            self._enter_service_places(node)
        elif isinstance(node, ListenNode):
            self._enter_listen(node)
        elif isinstance(node, AnswerNode):
            self._enter_answer(node)
        elif isinstance(node, MoreNode):
            self._enter_more(node)
        elif isinstance(node, SmsNode):
            texting.enter(self, node, came)
        elif isinstance(node, QueueNode):
            self._enter_queue(node)
        elif isinstance(node, CallBackNode):
            waiting.enter(self, node, came)
        elif node.texts:
            self.set(phase=Phase.SAYING)
            self.say(self.texts(node))
        else:
            self.carry_on()

    def ask_again(self, first: Texts = ()) -> None:
        """Put the question of this node (or the one on a find), with `first` before it."""
        node = self.node
        self.set(phase=Phase.LISTENING)
        if isinstance(node, AnswerNode) and self.state.asking:
            self.say(first + conditions.question(self.condition(node), self.state.asking))
        elif isinstance(node, AnswerNode) and self.state.unsure:
            self.say(first + filled(node.confirm, self.state.unsure))
        elif isinstance(node, ListenNode):
            self.say(first + self.texts(node))
        elif isinstance(node, DigitsNode):
            self.say(first + digits.question(self.state.number, self.texts(node)))
        elif isinstance(node, DirectionsNode):
            asked = directions.Asked(self.texts(node), node.origin)
            self.say(first + pieces(directions.question(asked, self.state.way)))
        elif isinstance(node, CaseStatusNode):
            self.private(case_check.private(self.state.case))
            own = case_check.Asked(self.texts(node), node.last_four, node.born)
            self.say(first + pieces(case_check.question(own, self.state.case)))
        elif isinstance(node, ServicePlacesNode):
            wanted = service_places.Asked(self.texts(node), node.where)
            self.say(first + pieces(service_places.question(wanted, self.state.service)))

    def take(self, way: Way, first: Texts = ()) -> None:
        """Take the way of a question that got no answer, with `first` before what it says."""
        texts = first + self._texts_of(way)
        if not way.next:
            self.set(phase=Phase.LISTENING)
            self.say(texts) if texts else self.ask_again()
        elif texts:
            self.set(phase=Phase.SAYING, then=way.next, unsure=None)
            self.say(texts)
        else:
            self.go(way.next)

    def missed(self, way: Way) -> None:
        """Count a misunderstanding: the second in a row goes to a person, else take the way."""
        self.hush()
        self.set(misses=self.state.misses + 1, tries=self.state.tries + 1)
        node = self.node
        if self.state.misses >= self.misunderstandings:
            self.note("intent", "unclear")
            self.set(misses=0)
            self.go(self.tree.give_up)
        elif isinstance(node, ListenNode) and self.state.tries >= node.tries:
            self.go(node.otherwise)
        else:
            self.take(way)

    def choose(self, choice: Choice, heard: str) -> None:
        """Follow a choice; `heard` is the caller's words or the key."""
        target = choice.next
        if choice.role is Role.EMERGENCY:
            self.set(emergency=True)
            self.note("emergency", heard)
            self.note("disposition", "emergency")
        elif choice.role is Role.PERSON and self.state.emergency:
            alarm = self.tree.choice(Role.EMERGENCY)
            target = alarm.next if alarm else target
        if choice.intent:
            self.note("intent", choice.intent)
        self.set(misses=0, early="")
        if isinstance(self.tree.nodes[target], DirectionsNode | ServicePlacesNode):
            # 去香梅路怎么走 asks for the way and names the place at once; a key names none.
            self.set(question="" if heard in KEYS else heard)
        self.go(target)

    def show_the_way(self, name: str, to: PlaceSeen, start: PlaceSeen | None) -> None:
        """Go to a directions node with the end of the way settled, and perhaps its start."""
        self.set(question="", going=(to, start))
        self.go(name)

    def tell(self, node: AnswerNode, answer: Answered) -> None:
        """Say what the knowledge room found."""
        self.note("topic", answer.title)
        self.note("article", answer.article)
        self.set(misses=0, unsure=None, told=answer, then="", tries=0, phase=Phase.SAYING)
        self.set(written=of_answer(answer))
        told = self.elder.texts.get(node.name, node.tell) if self.elder else node.tell
        texts = filled(told, answer) or filled(node.tell, answer)
        texts += trust.missing(node.caveat, answer, texts, self.state.sourced, self.state.cautioned)
        self.set(sourced=self.state.sourced or bool(answer.source), cautioned=True)
        texts += node.conditions.unknown if self.state.vain else ()
        self.say(texts + texting.offer(self))

    def ask_knowledge(self, node: AnswerNode) -> None:
        """Put the caller's question, with what is known of who asks."""
        state = self.state
        no_words = [name for name in CONDITIONS if name not in node.conditions.first]
        not_heard = [AREA] if state.deaf else []
        asker = conditions.about(state.asker, state.question)
        asker = replace(asker, settled=asker.settled.union(no_words, not_heard))
        self.set(phase=Phase.ASKING)
        otherwise = state.otherwise or without_age(state.question)
        self.do(Ask(state.question, otherwise, asker, state.about))
        self.arm(node.wait_ms)

    def condition(self, node: AnswerNode) -> conditions.Asked:
        """How the condition that is being asked for is asked."""
        asking, found = self.state.asking, self.state.found
        name = asking.condition if asking else ""
        return conditions.Asked(
            node.conditions.first.get(name, ()),
            node.conditions.again.get(name, ()),
            node.yes,
            node.no,
            found.area if found else "",
            frozenset(choice.digit for choice in self.tree.anywhere if choice.digit),
        )

    def carry_on(self) -> None:
        """Do what follows when this node has said what it had to say."""
        node = self.node
        self.set(saying=0, timer=0)
        if self.state.then:
            self.go(self.state.then)
        elif isinstance(node, SayNode | MoreNode):
            self.go(node.next)
        elif isinstance(node, AnswerNode):
            self.note("disposition", "machine")
            self.go(node.next)
        elif isinstance(node, SmsNode):
            texting.leave(self, node)
        elif isinstance(node, MessageNode):
            self.set(phase=Phase.RECORDING)
            self.do(RecordMessage(node.limit_ms))
        elif isinstance(node, TransferNode):
            self.set(phase=Phase.TRANSFERRED)
            self.do(Deafen(), Transfer(node.target))
        elif isinstance(node, HangupNode):
            self.set(phase=Phase.ENDED)
            self.do(Deafen(), HangUp())

    def listen(self) -> Listen:
        """Return the wish to hear the caller's language."""
        return Listen(language=self.state.language)

    # ---- entering ------------------------------------------------------------------------------

    def _enter_listen(self, node: ListenNode) -> None:
        if self.state.deaf and node.without_speech:
            self.go(node.without_speech)
            return
        if not self.state.deaf:
            self.do(self.listen())
        self.ask_again()

    def _enter_digits(self) -> None:
        self.set(number=digits.State())
        if not self.state.deaf:
            self.do(self.listen())
        self.ask_again()

    def _enter_directions(self, node: DirectionsNode) -> None:
        first = self.state.question
        to, start = self.state.going or (None, None)
        located = POSITION in self.state.known
        way = directions.State(first=first, to=to, start=start, located=located)
        self.set(question="", otherwise="", going=None, way=way)
        if self.state.deaf:
            self.take(node.unavailable)
            return
        self.set(phase=Phase.ASKING)
        self.do(self.listen(), FindPlace(""))
        self.arm(node.wait_ms)

    def _enter_case_status(self, node: CaseStatusNode) -> None:
        self.set(case=case_check.State(), phase=Phase.ASKING)
        if not self.state.deaf:
            self.do(self.listen())
        self.do(CheckCase(0))
        self.arm(node.wait_ms)

    def _enter_service_places(self, node: ServicePlacesNode) -> None:
        said = self.state.question
        self.set(question="", otherwise="", service=service_places.State())
        if self.state.deaf:
            self.take(node.unavailable)
            return
        self.set(phase=Phase.ASKING)
        if said:
            self.note("question", said)
        self.do(self.listen(), FindServicePlaces(said))
        self.arm(node.wait_ms)

    def _enter_answer(self, node: AnswerNode) -> None:
        if not self.state.question:
            self.take(node.nothing)
            return
        self.set(about="", vain=False, found=None)
        self.ask_knowledge(node)

    def _enter_more(self, node: MoreNode) -> None:
        told = self.state.told
        more = told.part(node.part) if told is not None else ""
        self.set(phase=Phase.SAYING)
        self.say(tuple(split(more)) or self.texts(node))

    def _enter_queue(self, node: QueueNode) -> None:
        self.set(phase=Phase.QUEUED, early="")
        # Whoever has raised an emergency stays one, whichever way they came back to a queue.
        priority = "emergency" if self.state.emergency else node.priority
        # Nobody waits for a language in an emergency.
        skill = "" if priority == "emergency" else node.skill
        if priority == "emergency":
            self.do(Deafen())
        texts = waiting.queue_texts(self, node)
        self.do(Enqueue(node.queue, priority, node.limit_ms, texts, skill))
        if skill and skill != self.state.language:
            self.set(language=skill)
            self.note("language", skill)
            if not self.state.deaf:
                self.do(self.listen())


def pieces(texts: Texts) -> Texts:
    """Return texts cut into sentences."""
    return tuple(piece for text in texts for piece in split(text))


def filled(templates: Texts, answer: Answered) -> Texts:
    """Return the sentences of the templates; one whose placeholder has no value is left out."""
    values = {"title": answer.title, "spoken": answer.spoken, "source": answer.source}
    found: list[str] = []
    for template in templates:
        if all(value for name, value in values.items() if "{" + name + "}" in template):
            for name, value in values.items():
                template = template.replace("{" + name + "}", value)
            found.extend(split(template))
    return tuple(found)
