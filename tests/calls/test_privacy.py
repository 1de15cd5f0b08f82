"""What may be kept of what a caller says, as a call becomes private and public again."""

from __future__ import annotations

from twisted.internet.task import Clock

from telephony.calls.listening import Line
from telephony.calls.privacy import HIDDEN, Privacy

WORDS = (("一二三四", 0, 900, 0.9),)


def line(text: str, start: float, end: float, final: bool = True) -> Line:
    return Line(text, start, end, 0.9, WORDS, final)


def private_from(seconds: float) -> tuple[Privacy, Clock]:
    clock = Clock()
    clock.advance(seconds)
    privacy = Privacy(clock)
    privacy.set(True)
    return privacy, clock


def test_nothing_is_hidden_before() -> None:
    said = line("查进度", 1, 2)
    assert Privacy(Clock()).of(said) is said


def test_what_is_said_in_private_is_hidden_with_its_words() -> None:
    privacy, _ = private_from(10)
    for final in (False, True):
        kept = privacy.of(line("一二三四", 11, 12, final))
        assert (kept.text, kept.words, kept.start, kept.end) == (HIDDEN, (), 11, 12)
    assert privacy.shown("一二三四") == HIDDEN and privacy.shown("") == ""
    assert privacy.of(line("", 12, 13)).text == ""


def test_an_utterance_begun_in_private_is_hidden_to_its_end() -> None:
    privacy, clock = private_from(10)
    privacy.voice()
    clock.advance(2)
    privacy.set(False)
    assert privacy.of(line("一二", 12.5, 12.5, final=False)).text == HIDDEN
    assert privacy.of(line("一二三四", 11.5, 13)).text == HIDDEN
    assert privacy.shown("一二三四") == HIDDEN
    assert privacy.of(line("谢谢", 13.5, 14)).text == "谢谢" and privacy.shown("谢谢") == "谢谢"


def test_one_whose_beginning_was_not_noticed_is_known_by_its_time() -> None:
    privacy, clock = private_from(10)
    clock.advance(2)
    privacy.set(False)
    assert privacy.of(line("一二三四", 11.9, 13)).text == HIDDEN
    assert privacy.of(line("谢谢", 13.5, 14)).text == "谢谢"


def test_one_that_was_over_hides_nothing_more() -> None:
    privacy, clock = private_from(10)
    privacy.voice()
    privacy.of(line("一二三四", 10.5, 11.5))
    clock.advance(3)
    privacy.set(False)
    assert privacy.of(line("谢", 13.2, 13.2, final=False)).text == "谢"
