"""A caller who goes through a dialogue step by step and remembers what was asked for."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from ivr import events as ev
from ivr.dialogue import Dialogue
from ivr.state import Phase, State

Kind = TypeVar("Kind")


class Walk:
    """One call. `effects` holds those of the last step, `all` those of the whole call."""

    def __init__(
        self, dialogue: Dialogue, now: datetime, known: frozenset[str] = frozenset()
    ) -> None:
        self.dialogue, self.now = dialogue, now
        self.state: State
        self.state, self.effects = dialogue.start(now, known)
        self.all = list(self.effects)

    def send(self, event: ev.Event) -> Walk:
        """Let one thing happen."""
        self.state, self.effects = self.dialogue.step(self.state, event, self.now)
        self.all += self.effects
        return self

    def hear_out(self) -> Walk:
        """Let the machine say all it has to say until somebody else must act."""
        for _ in range(20):
            if not self.state.saying:
                return self
            self.send(ev.SayDone(self.state.saying))
        raise AssertionError("the machine talks without end")

    def wait(self) -> Walk:
        """Say nothing until the timer runs out."""
        assert self.state.timer
        return self.send(ev.TimerFired(self.state.timer))

    def say(self, text: str, confidence: float = 0.9) -> Walk:
        """Speak a whole utterance."""
        return self.send(ev.Speech(text, confidence))

    def murmur(self, text: str) -> Walk:
        """Begin to speak."""
        return self.send(ev.SpeechPartial(text))

    def cry(self, text: str) -> Walk:
        """Begin to speak and go on, so that two partials agree on what was said first."""
        return self.murmur(text).murmur(f"{text}啊")

    def press(self, digit: str) -> Walk:
        """Press a key."""
        return self.send(ev.Digit(digit))

    def to_question(self) -> Walk:
        """Hear the notice and the open question."""
        self.hear_out()
        assert self.state.node == "need" and self.state.phase is Phase.LISTENING
        return self

    def of(self, kind: type[Kind]) -> list[Kind]:
        """The effects of this kind in the last step."""
        return [effect for effect in self.effects if isinstance(effect, kind)]

    def notes(self, key: str) -> list[str]:
        """All that was noted under a key in the whole call."""
        return [e.value for e in self.all if isinstance(e, ev.Note) and e.key == key]

    @property
    def said(self) -> str:
        """What the last step says."""
        return "".join("".join(say.texts) for say in self.of(ev.Say))

    @property
    def nodes(self) -> list[str]:
        """The nodes visited so far."""
        return [effect.node for effect in self.all if isinstance(effect, ev.Visit)]

    @property
    def ended(self) -> bool:
        """Whether the machine hung up."""
        return any(isinstance(effect, ev.HangUp) for effect in self.all)
