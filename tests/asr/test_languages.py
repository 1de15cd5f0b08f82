"""A stream goes to the model of its language, and the log says once when there is none."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from twisted.internet.task import Clock
from twisted.logger import LogEvent, globalLogPublisher

from asr.languages import ByLanguage
from asr.port import Final, Heard, RecogniserUnavailable
from asr.scripted import ScriptedRecogniser
from tests.asr.kit import buzz, silence

CANTONESE = "粤语"


@pytest.fixture
def events() -> Iterator[list[LogEvent]]:
    seen: list[LogEvent] = []
    globalLogPublisher.addObserver(seen.append)
    yield seen
    globalLogPublisher.removeObserver(seen.append)


def heard(recogniser: ByLanguage, clock: Clock, language: str) -> list[str]:
    """What a second of sound is taken for."""
    finals: list[str] = []

    def note(what: Heard) -> None:
        if isinstance(what, Final):
            finals.append(what.text)

    stream = recogniser.open(note, language=language)
    for piece in (silence(500), buzz(1000), silence(2500)):
        for at in range(0, len(piece), 320):
            stream.feed(piece[at : at + 320])
    clock.advance(0)
    stream.finish()
    clock.advance(0)
    return [text for text in finals if text]


def test_each_language_has_its_model() -> None:
    clock = Clock()
    usual, other = (
        ScriptedRecogniser(clock, ["低保怎么申请"]),
        ScriptedRecogniser(clock, ["点样申请"]),
    )
    both = ByLanguage(usual, {CANTONESE: other})
    assert both.ready and not both.fault
    assert heard(both, clock, "") == ["低保怎么申请"]
    assert heard(both, clock, CANTONESE) == ["点样申请"]
    both.stop()
    assert not both.ready


def test_a_language_without_a_model_is_refused_and_logged_once(events: list[LogEvent]) -> None:
    alone = ByLanguage(ScriptedRecogniser(Clock(), []), {})
    for _ in range(2):
        with pytest.raises(RecogniserUnavailable, match="HOTLINE_ASR_MODELS"):
            alone.open(lambda what: None, language=CANTONESE)
    warned = [event for event in events if "keypad" in str(event.get("log_format"))]
    assert len(warned) == 1


def test_a_model_that_is_not_ready_is_no_model() -> None:
    clock = Clock()
    broken = ScriptedRecogniser(clock, [])
    broken.stop()
    both = ByLanguage(ScriptedRecogniser(clock, []), {CANTONESE: broken})
    assert both.ready
    with pytest.raises(RecogniserUnavailable, match="not ready"):
        both.open(lambda what: None, language=CANTONESE)


def test_a_model_alone_is_for_no_other_language() -> None:
    with pytest.raises(RecogniserUnavailable):
        ScriptedRecogniser(Clock(), []).open(lambda what: None, language=CANTONESE)
