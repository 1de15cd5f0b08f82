"""Between a stream's audio and its events: lead-in, times, doubt, gaps."""

from __future__ import annotations

import json
from functools import partial
from weakref import ref

import pytest

from asr.decoding import Decoding, Doubt, levels_db
from asr.port import Final, Partial, VoiceStarted
from tests.asr.kit import RATE, buzz, silence


class Spy:
    """A decoder that answers as it is told and keeps what it was fed."""

    def __init__(self, *results: dict[str, object], partial: str = "", ends: bool = False) -> None:
        self.results, self.partial, self.ends = list(results), partial, ends
        self.fed = b""

    def AcceptWaveform(self, data: bytes) -> int:
        self.fed += data
        return int(self.ends)

    def PartialResult(self) -> str:
        return json.dumps({"partial": self.partial})

    def FinalResult(self) -> str:
        return json.dumps(self.results.pop(0) if self.results else {"text": ""})


def word(text: str, start: float, end: float, conf: float = 0.9) -> dict[str, object]:
    return {"word": text, "start": start, "end": end, "conf": conf}


def finals(decoding: Decoding, pcm: bytes) -> list[Final]:
    return [heard for heard in decoding.feed(pcm) if isinstance(heard, Final)]


def test_only_speech_reaches_the_decoder_with_what_was_just_before_it() -> None:
    spy = Spy({"text": ""})
    finals(Decoding(lambda: spy), silence(5000) + buzz(1000) + silence(5000))
    assert 1500 <= len(spy.fed) / 2 / RATE * 1000 <= 1900


def test_times_count_from_the_first_sample_of_the_stream() -> None:
    spies = [Spy({"result": [word("人工", 0.3, 0.9)]}), Spy({"result": [word("低保", 2.1, 2.6)]})]
    decoding = Decoding(partial(spies.pop, 0))
    first = finals(decoding, silence(2000) + buzz(800) + silence(700))[0]
    assert abs(first.words[0].start_ms - 2000) <= 80
    second = finals(decoding, silence(3000) + buzz(800) + silence(700))[0]
    # A decoder counts what it was fed; the stream has had 6.5 s when the second one starts.
    assert abs(second.words[0].start_ms - (6500 - 300 + 2100)) <= 80


def test_a_decoder_is_made_for_each_stretch_of_speech_and_given_up_after_it() -> None:
    made: list[ref[Spy]] = []

    def make() -> Spy:
        spy = Spy({"result": [word("人工", 0.1, 0.3)]})
        made.append(ref(spy))
        return spy

    decoding = Decoding(make)
    decoding.feed(silence(5000))
    assert not made, "silence needs none"
    for count in (1, 2):
        decoding.feed(buzz(800))
        assert len(made) == count and made[-1]() is not None
        assert [final.text for final in finals(decoding, silence(700))] == ["人工"]
        assert made[-1]() is None


def test_what_is_not_known_counts_against_the_confidence_and_is_no_text() -> None:
    half = {"result": [word("人工", 0.3, 0.8, 0.8), word("[unk]", 0.8, 1.3, 1.0)]}
    final = finals(Decoding(lambda: Spy(half)), silence(400) + buzz(1200) + silence(700))[0]
    assert final.text == "人工"
    assert final.confidence == pytest.approx(0.4)


def test_what_is_too_uncertain_is_sound_without_words() -> None:
    spy = Spy({"result": [word("人工", 0.3, 0.8, 0.3)]})
    final = finals(Decoding(lambda: spy, Doubt(0.5)), silence(400) + buzz(1200) + silence(700))[0]
    assert final.text == "" and final.words == ()
    assert 380 <= final.start_ms <= 460
    assert 1560 <= final.end_ms <= 1620


def test_every_sound_is_told_at_its_start_and_ends_in_an_utterance() -> None:
    for length in (120, 600):
        heard = Decoding(Spy).feed(silence(400) + buzz(length) + silence(700))
        started = [h for h in heard if isinstance(h, VoiceStarted)]
        ended = [h for h in heard if isinstance(h, Final)]
        assert [h.text for h in ended] == [""]
        assert [400 < h.at_ms <= 520 for h in started] == [True]
        assert heard.index(started[0]) < heard.index(ended[0])


def test_partials_are_told_once_each_without_spaces_or_marks() -> None:
    spy = Spy({"text": ""}, partial="低保 [unk] 怎么")
    decoding = Decoding(lambda: spy)
    told = [h for _ in range(5) for h in decoding.feed(buzz(100)) if isinstance(h, Partial)]
    assert [partial.text for partial in told] == ["低保怎么"]


def test_the_decoders_own_end_ends_the_utterance_in_noise() -> None:
    spy = Spy({"result": [word("人工", 0.1, 0.3)]}, ends=True)
    decoding = Decoding(lambda: spy)
    assert [f.text for f in finals(decoding, buzz(400))] == ["人工"]


def test_lost_audio_ends_the_utterance_and_moves_the_clock() -> None:
    spy = Spy({"result": [word("人工", 0.1, 0.3)]}, {"result": [word("低保", 0.5, 0.6)]})
    decoding = Decoding(lambda: spy)
    decoding.feed(buzz(500))
    assert [f.text for f in decoding.skip(10_000) if isinstance(f, Final)] == ["人工"]
    assert decoding.skip(1000) == []
    later = finals(decoding, buzz(500) + silence(700))[0]
    assert later.start_ms > 11_000


def test_finish_says_something_in_any_case() -> None:
    assert [h.text for h in Decoding(Spy).finish() if isinstance(h, Final)] == [""]
    speaking = Decoding(lambda: Spy({"result": [word("人工", 0.1, 0.3)]}))
    speaking.feed(buzz(500))
    assert [h.text for h in speaking.finish() if isinstance(h, Final)] == ["人工"]


def test_levels() -> None:
    assert levels_db(b"") == []
    assert levels_db(bytes(640)) == [-100.0, -100.0]
    offset = (1000).to_bytes(2, "little") * 160
    assert levels_db(offset) == [-100.0]
    square = ((16384).to_bytes(2, "little") + (-16384).to_bytes(2, "little", signed=True)) * 80
    assert levels_db(square)[0] == pytest.approx(-6.02, abs=0.01)
