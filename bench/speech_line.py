"""The line's own decision on what was heard, for the evaluation of speech."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

from asr.evaluation.plan import Vocabulary
from asr.evaluation.room import Again
from asr.evaluation.scoring import Outcome
from asr.port import Final, Heard, Partial, VoiceStarted
from asr.second_reader.fusion import Candidate
from core.settings import Settings
from ivr.dialogue import Dialogue
from ivr.emergency import Weight
from ivr.events import (
    Answered,
    Ask,
    Effect,
    Event,
    Note,
    ReadAgain,
    Reread,
    Speech,
    SpeechPartial,
)
from ivr.nodes import AnswerNode
from ivr.sentences import split
from ivr.state import Phase, State
from ivr.tree import load as load_tree
from knowledge.load import load_folder
from knowledge.port import Decision
from knowledge.search import KnowledgeIndex
from telephony.calls.rereading import SHORTEST_S, as_one

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
"""A Monday noon in China: opening hours do not change what an utterance means."""

READING_MS = 1_300
"""From the end of speech to a second reading: half a second until it is noticed, then 0.8 s."""
_SURE = {Decision.NOTHING: 0, Decision.UNSURE: 1, Decision.ANSWER: 2}


class Line:
    """`asr.evaluation.room.Mind` with the dialogue over the tree and the search over articles."""

    def __init__(self, settings: Settings, area: str, today: date) -> None:
        """Load the tree and the articles that the settings name."""
        self.tree = load_tree(settings.tree, settings.emergency_words)
        self.articles = load_folder(settings.articles).articles
        self._dialogue = Dialogue(self.tree)
        self._index = KnowledgeIndex(self.articles)
        self._area, self._today = area, today

    def decide(self, node: str, heard: Sequence[Heard], again: Again | None = None) -> Outcome:
        """What the dialogue does first with what is heard while it listens at `node`.

        What it wants read again is given to `again`.
        """
        state = State(node=node, phase=Phase.LISTENING, tag=1)
        if isinstance(self.tree.nodes[node], AnswerNode):
            offered = Answered("unsure", "offered", "想问的事", "答复", "依据")
            state = State(node=node, phase=Phase.LISTENING, tag=1, unsure=offered)
        finals: list[Final] = []
        read: ReadAgain | None = None
        ready_ms = 0
        for what in (*heard, None):
            events: list[Event] = []
            if read is not None and (what is None or _at_ms(what) >= ready_ms):
                events, read = [read], None
            if isinstance(what, Partial):
                events.append(SpeechPartial(what.text))
            elif isinstance(what, Final):
                long = what.end_ms - what.start_ms >= SHORTEST_S * 1000
                words = tuple((word.text, word.confidence) for word in what.words)
                again_too = again is not None and long
                events.append(Speech(what.text, what.confidence, again_too, words))
                finals = [*(one for one in finals if one.text), what]
            for event in events:
                before = state
                state, effects = self._dialogue.step(state, event, NOON)
                outcome = self._outcome(before, state, effects)
                if outcome is not None:
                    return outcome
                for effect in effects:
                    if isinstance(effect, Reread) and again is not None:
                        asked = as_one_final(finals[-effect.utterances :])
                        read = as_one(Candidate(asked.text, asked.confidence), again(asked))
                        ready_ms = asked.end_ms + READING_MS
        return Outcome("nothing")

    def _outcome(self, before: State, state: State, effects: Sequence[Effect]) -> Outcome | None:
        notes = {effect.key: effect.value for effect in effects if isinstance(effect, Note)}
        if "emergency" in notes or state.emergency:
            return Outcome("choice", "emergency")
        if notes.get("intent") == "unclear":
            return Outcome("nothing")
        if "asked_back" in notes:
            return Outcome("asked back", "emergency")
        if "intent" in notes:
            return Outcome("choice", notes["intent"])
        asked = next((effect for effect in effects if isinstance(effect, Ask)), None)
        if asked is not None:
            return self._answer(state, [text for text in (asked.text, asked.otherwise) if text])
        if before.unsure is not None:
            if "article" in notes:
                return Outcome("yes")
            if state.misses > before.misses:
                return Outcome("no")
        return None

    def _answer(self, state: State, texts: Sequence[str]) -> Outcome:
        replies = [self._index.ask(text, self._area, self._today) for text in texts]
        found = max(
            replies,
            key=lambda reply: (_SURE[reply.decision], *(each.score for each in reply.answers[:1])),
        )
        if not found.answers:
            return Outcome("nothing")
        best = found.answers[0]
        answered = Answered(
            found.decision.value, best.article, best.title, best.spoken, best.spoken_source
        )
        state, effects = self._dialogue.step(state, answered, NOON)
        if any(isinstance(effect, Note) and effect.key == "article" for effect in effects):
            return Outcome("told", best.article)
        return Outcome("offered", best.article) if state.unsure else Outcome("nothing")


def _at_ms(what: Heard) -> int:
    if isinstance(what, Final):
        return what.end_ms
    return what.at_ms if isinstance(what, Partial | VoiceStarted) else 0


def as_one_final(finals: Sequence[Final]) -> Final:
    """Utterances with short pauses between them, as the call reads them again."""
    text = "".join(final.text for final in finals)
    least = min(final.confidence for final in finals)
    return Final(text, (), least, finals[0].start_ms, finals[-1].end_ms)


def vocabulary(line: Line) -> Vocabulary:
    """The words of alarm, yes and no of the tree, and the articles' sentences."""
    distress = line.tree.distress.words
    sure = [word.phrase for word in distress if word.weight is Weight.SURE]
    other = [word.phrase for word in distress if word.weight is not Weight.SURE]
    asks = next(node for node in line.tree.nodes.values() if isinstance(node, AnswerNode))
    sentences = [piece for article in line.articles for piece in split(article.spoken)]
    questions = [text for article in line.articles for text in article.questions]
    return Vocabulary(sure, other, asks.yes.says, asks.no.says, [*sentences, *questions])
