"""What every second reader promises; run against Whisper in its process and the script."""

from __future__ import annotations

import threading
from collections.abc import Generator
from typing import Any

import pytest_twisted
from twisted.internet.defer import Deferred

from asr.second_reader.port import Reading, SecondReader
from core.sound import similarity
from tests.asr.kit import silence
from tests.asr.second_reader.sample import LIMIT_S, TEXT, utterance

Steps = Generator[Any, Any, None]


@pytest_twisted.inlineCallbacks
def test_an_utterance_is_read_on_the_reactor_thread(reader: SecondReader) -> Steps:
    threads: list[int] = []
    wanted = reader.read(utterance(), LIMIT_S)
    wanted.addCallback(lambda reading: threads.append(threading.get_ident()) or reading)
    assert not wanted.called
    reading = yield wanted
    assert similarity(reading.text, TEXT) > 0.8
    assert reading.text.isalnum()
    assert 0.3 < reading.confidence <= 1
    assert threads == [threading.get_ident()]


@pytest_twisted.inlineCallbacks
def test_silence_and_scraps_of_audio_are_read_as_nothing(reader: SecondReader) -> Steps:
    for pcm in (silence(3000), bytes(16000), b"", b"\x01", utterance()[:1001]):
        reading = yield reader.read(pcm, LIMIT_S)
        assert reading == Reading("", 0.0)
    reading = yield reader.read(utterance(), LIMIT_S)
    assert reading.text


@pytest_twisted.inlineCallbacks
def test_a_deadline_gives_none_and_the_next_is_read(reader: SecondReader) -> Steps:
    late = yield reader.read(utterance(), 0.01)
    assert late is None
    reading = yield reader.read(utterance(), LIMIT_S)
    assert reading.text
    assert reader.ready


@pytest_twisted.inlineCallbacks
def test_a_deadline_that_is_over_gives_none_at_once(reader: SecondReader) -> Steps:
    wanted = reader.read(utterance(), 0.0)
    assert wanted.called
    assert (yield wanted) is None


@pytest_twisted.inlineCallbacks
def test_too_many_get_none_at_once_and_the_others_are_read_in_order(reader: SecondReader) -> Steps:
    order: list[int] = []

    def note(reading: Reading | None, number: int) -> Reading | None:
        order.append(number)
        return reading

    short = utterance()
    asked = [reader.read(short, LIMIT_S).addCallback(note, number) for number in range(4)]
    assert [wanted.called for wanted in asked] == [False, False, True, True]
    readings = []
    for wanted in asked:
        readings.append((yield wanted))
    assert [reading is None for reading in readings] == [False, False, True, True]
    assert order == [2, 3, 0, 1]


@pytest_twisted.inlineCallbacks
def test_cancelling_gives_none_and_frees_the_place(reader: SecondReader) -> Steps:
    asked = [reader.read(utterance(), LIMIT_S) for _ in range(2)]
    asked[0].cancel()
    asked[1].cancel()
    assert (yield asked[0]) is None and (yield asked[1]) is None
    reading = yield reader.read(utterance(), LIMIT_S)
    assert reading.text


@pytest_twisted.inlineCallbacks
def test_one_may_ask_again_from_the_answer(reader: SecondReader) -> Steps:
    def again(reading: Reading | None) -> Deferred[Reading | None]:
        assert reading is not None
        return reader.read(utterance(), LIMIT_S)

    reading = yield reader.read(silence(500), LIMIT_S).addCallback(again)
    assert reading.text


@pytest_twisted.inlineCallbacks
def test_after_stop_all_get_none(reader: SecondReader) -> Steps:
    asked = [reader.read(utterance(), LIMIT_S) for _ in range(2)]
    reader.stop()
    reader.stop()
    asked.append(reader.read(utterance(), LIMIT_S))
    assert all(wanted.called for wanted in asked)
    for wanted in asked:
        assert (yield wanted) is None
    assert not reader.ready and reader.fault
