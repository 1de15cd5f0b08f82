"""What every recogniser promises; run against Vosk with the committed model and the script."""

from __future__ import annotations

import threading
from collections.abc import Generator
from typing import Any

import pytest
import pytest_twisted

from asr.port import Heard, Recogniser, RecogniserUnavailable, VoiceStarted
from tests.asr.kit import Ears, buzz, silence, talk, turns
from tests.asr.second_reader.sample import utterance

Steps = Generator[Any, Any, None]


@pytest_twisted.inlineCallbacks
def test_an_utterance_ends_by_silence_and_carries_its_times(
    recogniser: Recogniser, ears: Ears
) -> Steps:
    stream = recogniser.open(ears)
    yield talk(stream, silence(1000) + buzz(1200) + silence(900))
    yield ears.until(1)
    final = ears.finals[0]
    assert 600 <= final.start_ms <= 1300
    assert 1500 <= final.end_ms <= 2700
    assert 0 <= final.confidence <= 1
    for word in final.words:
        assert final.start_ms <= word.start_ms <= word.end_ms <= final.end_ms
    assert "".join(word.text for word in final.words) == final.text
    assert " " not in final.text


@pytest_twisted.inlineCallbacks
def test_two_utterances_come_in_order(recogniser: Recogniser, ears: Ears) -> Steps:
    stream = recogniser.open(ears)
    yield talk(stream, (silence(600) + buzz(900) + silence(800)) * 2)
    yield ears.until(2)
    first, second = ears.finals
    assert first.end_ms < second.start_ms
    ends = [0, *(heard.at_ms for heard in ears.partials)]
    assert ends == sorted(ends)


@pytest_twisted.inlineCallbacks
def test_silence_says_nothing(recogniser: Recogniser, ears: Ears) -> Steps:
    stream = recogniser.open(ears)
    yield talk(stream, silence(6000))
    stream.finish()
    yield ears.until(1)
    assert [final.text for final in ears.finals] == [""]
    assert not ears.partials


@pytest_twisted.inlineCallbacks
def test_finish_ends_an_utterance_at_once_and_is_the_last_word(
    recogniser: Recogniser, ears: Ears
) -> Steps:
    stream = recogniser.open(ears)
    yield talk(stream, silence(400) + buzz(1000))
    stream.finish()
    yield ears.until(1)
    assert ears.finals[0].end_ms <= 1500
    count = len(ears.heard)
    yield talk(stream, buzz(1000) + silence(900))
    stream.finish()
    yield turns()
    assert len(ears.heard) == count


@pytest_twisted.inlineCallbacks
def test_a_closed_stream_is_silent(recogniser: Recogniser, ears: Ears) -> Steps:
    stream = recogniser.open(ears)
    stream.feed(silence(200) + buzz(1000) + silence(900))
    stream.close()
    stream.close()
    stream.feed(buzz(500))
    stream.finish()
    yield turns()
    assert not ears.heard


@pytest_twisted.inlineCallbacks
def test_a_listener_may_close_its_stream(recogniser: Recogniser, ears: Ears) -> Steps:
    def once(what: Heard) -> None:
        ears(what)
        stream.close()

    stream = recogniser.open(once)
    yield talk(stream, (silence(400) + buzz(1000) + silence(900)) * 2)
    while not ears.heard:
        yield turns(1)
    yield turns()
    assert len(ears.heard) == 1


@pytest_twisted.inlineCallbacks
def test_events_come_on_the_reactor_thread_and_never_from_within_a_call(
    recogniser: Recogniser, ears: Ears
) -> Steps:
    threads: set[int] = set()
    inside = False

    def note(what: Heard) -> None:
        assert not inside
        threads.add(threading.get_ident())
        ears(what)

    stream = recogniser.open(note)
    inside = True
    stream.feed(silence(300) + buzz(900) + silence(900))
    stream.finish()
    inside = False
    yield ears.until(1)
    assert threads == {threading.get_ident()}


@pytest_twisted.inlineCallbacks
def test_odd_lengths_and_no_bytes_are_taken(recogniser: Recogniser, ears: Ears) -> Steps:
    stream = recogniser.open(ears)
    pcm = silence(500) + buzz(1000) + silence(900)
    stream.feed(b"")
    for at in range(0, len(pcm), 37):
        stream.feed(pcm[at : at + 37])
    yield ears.until(1)
    assert ears.finals[0].start_ms >= 100


@pytest_twisted.inlineCallbacks
def test_phrases_are_taken(recogniser: Recogniser, ears: Ears) -> Steps:
    stream = recogniser.open(ears, ["是的", "不是", "按1", "😀", ""])
    yield talk(stream, silence(300) + buzz(900) + silence(900))
    yield ears.until(1)


def test_after_stop_nothing_can_be_opened(recogniser: Recogniser, ears: Ears) -> None:
    stream = recogniser.open(ears)
    recogniser.stop()
    recogniser.stop()
    stream.feed(buzz(100))
    stream.close()
    assert not recogniser.ready
    assert recogniser.fault
    with pytest.raises(RecogniserUnavailable, match=recogniser.fault):
        recogniser.open(ears)


@pytest.mark.parametrize(("patience_ms", "utterances"), [(0, 2), (1400, 1), (99_000, 1)])
@pytest_twisted.inlineCallbacks
def test_patience_makes_a_pause_part_of_the_utterance(
    recogniser: Recogniser, ears: Ears, patience_ms: int, utterances: int
) -> Steps:
    clip = utterance("请稍等。")  # a quarter of a second of it is silence
    stream = recogniser.open(ears)
    stream.patience(patience_ms)
    yield talk(stream, silence(600) + clip + silence(600) + clip + silence(2500))
    yield ears.until(utterances)
    assert len([final for final in ears.finals if final.text]) == utterances
    assert len([heard for heard in ears.heard if isinstance(heard, VoiceStarted)]) == utterances
    stream.close()


@pytest_twisted.inlineCallbacks
def test_patience_may_change_at_any_time_and_never_hurts(
    recogniser: Recogniser, ears: Ears
) -> Steps:
    stream = recogniser.open(ears)
    for patience_ms in (0, 5000, -1, 0):
        stream.patience(patience_ms)
        yield talk(stream, silence(300) + utterance("请稍等。"))
    yield talk(stream, silence(2500))
    yield ears.until(1)
    stream.finish()
    stream.patience(1000)
    yield turns()
    stream.patience(1000)
