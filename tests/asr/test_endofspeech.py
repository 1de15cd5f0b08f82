"""Speech begins and ends by its loudness, on quiet lines and on noisy ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr.endofspeech import FRAME_MS, Change, EndOfSpeech, EndOfSpeechSettings

QUIET, SPEECH = -70.0, -25.0
TRAILING = EndOfSpeechSettings().trailing_ms


def push(ends: EndOfSpeech, level: float, ms: int) -> list[tuple[int, Change]]:
    """Push a level for so long; the changes with the ms after which they came."""
    found = []
    for at in range(FRAME_MS, ms + 1, FRAME_MS):
        change = ends.push(level)
        if change:
            found.append((at, change))
    return found


def test_speech_starts_soon_and_ends_after_the_silence_that_was_asked_for() -> None:
    ends = EndOfSpeech()
    assert push(ends, QUIET, 1000) == []
    assert push(ends, SPEECH, 800) == [(60, Change.STARTED)]
    assert push(ends, QUIET, 1000) == [(TRAILING, Change.ENDED)]
    assert ends.sound_ms == 800


def test_a_click_starts_nothing() -> None:
    ends = EndOfSpeech()
    assert push(ends, SPEECH, 40) == []
    assert push(ends, QUIET, 400) == []
    assert push(ends, SPEECH, 40) == []


def test_a_pause_between_words_ends_nothing() -> None:
    ends = EndOfSpeech()
    push(ends, SPEECH, 400)
    assert push(ends, QUIET, TRAILING - FRAME_MS) == []
    assert push(ends, SPEECH, 400) == []
    assert ends.speaking


@pytest.mark.parametrize("noise", [-50.0, -40.0, -30.0])
def test_steady_noise_becomes_the_background_and_speech_is_found_over_it(noise: float) -> None:
    ends = EndOfSpeech()
    started = [change for _, change in push(ends, noise, 10_000) if change is Change.STARTED]
    assert len(started) <= 1
    assert not ends.speaking
    assert push(ends, noise + 15, 500) == [(60, Change.STARTED)]
    assert push(ends, noise, 1000) == [(TRAILING, Change.ENDED)]


def babble(ends: EndOfSpeech, ms: int) -> list[Change]:
    """Push sound with gaps, as talk has them; what it changed."""
    changes = []
    for _ in range(ms // 200):
        changes += push(ends, SPEECH, 160) + push(ends, QUIET, 40)
    return [change for _, change in changes]


def test_sound_that_says_nothing_stalls_but_words_keep_it_going() -> None:
    ends = EndOfSpeech()
    assert babble(ends, 2000)[:2] == [Change.STARTED, Change.STALLED]
    ends = EndOfSpeech()
    for _ in range(6):
        assert Change.STALLED not in babble(ends, 600)
        ends.understood_more()


def test_no_utterance_is_endless() -> None:
    ends = EndOfSpeech(EndOfSpeechSettings(longest_ms=5000))
    changes = []
    for _ in range(30):
        changes += babble(ends, 200)
        ends.understood_more()
    assert changes[:2] == [Change.STARTED, Change.STALLED]


def test_an_end_seen_by_the_recogniser_makes_the_noise_that_goes_on_background() -> None:
    ends = EndOfSpeech()
    push(ends, SPEECH, 600)
    push(ends, -35, 300)
    ends.cut()
    assert not ends.speaking
    assert push(ends, -35, 3000) == []


@given(st.lists(st.floats(-100, 0), max_size=400))
def test_starts_and_ends_alternate_and_silence_always_ends(levels: list[float]) -> None:
    ends = EndOfSpeech()
    open_ = False
    for level in levels:
        change = ends.push(level)
        if change is not None:
            assert (change is Change.STARTED) != open_
            open_ = change is Change.STARTED
        assert ends.speaking == open_
    for _ in range(TRAILING // FRAME_MS):
        ends.push(-100)
    assert not ends.speaking
