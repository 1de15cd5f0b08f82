"""Whisper's process: it is apart, fetches nothing, and is replaced when it dies or hangs."""

from __future__ import annotations

import os
import signal
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted
from twisted.internet import reactor

from asr.second_reader import doctor, weights
from asr.second_reader.reader import WhisperReader
from asr.second_reader.worker import NICE, ReaderWorker, WorkerFailed
from tests.asr.kit import turns
from tests.asr.second_reader.sample import FOLDER, LIMIT_S, settings, utterance

Steps = Generator[Any, Any, None]


@pytest_twisted.inlineCallbacks
def test_a_dead_process_is_replaced(monkeypatch: pytest.MonkeyPatch) -> Steps:
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    made = WhisperReader(settings(), reactor)
    try:
        assert not made.ready and "loaded" in made.fault
        assert made.read(utterance(), LIMIT_S).called
        yield made.when_settled().addTimeout(LIMIT_S, reactor)
        assert made.ready and not made.fault
        first = made.pid
        assert first not in (0, os.getpid())
        assert os.getpriority(os.PRIO_PROCESS, first) >= NICE
        assert b"HF_HUB_OFFLINE=1" in Path(f"/proc/{first}/environ").read_bytes()
        asked = [made.read(utterance(), LIMIT_S) for _ in range(2)]
        os.kill(first, signal.SIGKILL)
        for wanted in asked:
            assert (yield wanted) is None
        assert not made.ready and "ended unexpectedly" in made.fault
        assert made.read(utterance(), LIMIT_S).called
        for _ in range(LIMIT_S * 20):
            if made.ready:
                break
            yield turns(5)
        assert made.pid != first
        reading = yield made.read(utterance(), LIMIT_S)
        assert reading.text
        last = made.pid
    finally:
        made.stop()
    with pytest.raises(ProcessLookupError):
        os.kill(last, 0)


@pytest_twisted.inlineCallbacks
def test_a_process_that_hangs_is_killed() -> Steps:
    made = WhisperReader(settings(read_limit_s=0.0, first_rest_s=60.0), reactor)
    try:
        yield made.when_settled().addTimeout(LIMIT_S, reactor)
        hung = made.pid
        assert (yield made.read(utterance(), LIMIT_S)) is None
        assert made.pid == 0 and not made.ready and "failed" in made.fault
        with pytest.raises(ProcessLookupError):
            os.kill(hung, 0)
    finally:
        made.stop()


def test_stopping_while_it_loads_ends_the_process() -> None:
    made = WhisperReader(settings(), reactor)
    made.stop()
    assert made.pid == 0 and not made.ready


@pytest.mark.parametrize("on, why", [(True, "make setup"), (False, "second_reader_on")])
def test_without_weights_or_switched_off_there_is_no_process(
    tmp_path: Path, on: bool, why: str
) -> None:
    made = WhisperReader(settings(tmp_path, on=on), reactor)
    try:
        assert not made.ready and why in made.fault and made.pid == 0
        wanted = made.read(utterance(), LIMIT_S)
        assert wanted.called and wanted.result is None
        assert made.when_settled().called
    finally:
        made.stop()


def test_doctor_tells_good_missing_and_altered_weights_apart(tmp_path: Path) -> None:
    assert doctor.check(FOLDER, True).ok
    missing = doctor.check(tmp_path, True)
    assert not missing.ok and "missing" in missing.found and "make setup" in missing.remedy
    for name in weights.FILES:
        (tmp_path / name).symlink_to(FOLDER / name)
    assert not weights.altered(tmp_path)
    vocabulary = tmp_path / "vocabulary.txt"
    text = vocabulary.read_bytes()
    vocabulary.unlink()
    vocabulary.write_bytes(text[:-2] + b"?\n")
    assert not weights.fault(tmp_path) and "vocabulary.txt" in weights.altered(tmp_path)
    assert not doctor.check(tmp_path, True).ok
    vocabulary.write_bytes(text[:-2])
    assert "damaged" in weights.fault(tmp_path)
    off = doctor.check(tmp_path, False)
    assert off.ok and "switched off" in off.found


def test_a_folder_that_cannot_be_loaded_is_one_sentence(tmp_path: Path) -> None:
    for name, (size, _) in weights.FILES.items():
        with (tmp_path / name).open("wb") as file:
            file.truncate(size)
    worker = ReaderWorker(tmp_path)
    with pytest.raises(WorkerFailed, match="second reader"):
        worker.load()
    assert worker.pid == 0
    with pytest.raises(WorkerFailed, match="not running"):
        worker.read(bytes(320))
