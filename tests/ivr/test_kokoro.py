"""The real voice, in this process and in a process of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from ivr.commands import say
from ivr.voice import sound
from ivr.voice.kokoro import WEIGHTS, Kokoro, default_folder, fault
from ivr.voice.port import VoiceUnavailable
from ivr.voice.worker import VoiceWorker

FOLDER = default_folder()


@pytest.fixture(scope="module")
def worker() -> Iterator[VoiceWorker]:
    """One child for all tests of this file."""
    assert fault(FOLDER) == "", "the voice is not installed: make setup"
    made = VoiceWorker(FOLDER)
    yield made
    made.stop()


def seconds(pcm: bytes) -> float:
    return len(pcm) / 2 / sound.RATE


def test_speech_has_the_level_and_length_of_speech(worker: VoiceWorker) -> None:
    samples = sound.from_pcm(worker.render("还需要其他帮助吗？"))
    assert 1.0 < len(samples) / sound.RATE < 4.0
    assert 20 * np.log10(sound.active_rms(samples)) == pytest.approx(-20, abs=1)
    assert 20 * np.log10(np.abs(samples).max()) <= -3
    spectrum = np.abs(np.fft.rfft(samples)) ** 2
    hertz = np.fft.rfftfreq(len(samples), 1 / sound.RATE)
    outside = spectrum[(hertz < 150) | (hertz > 3700)]
    assert outside.sum() < 0.01 * spectrum.sum()


def test_faster_speech_is_shorter_and_longer_text_longer(worker: VoiceWorker) -> None:
    normal = seconds(worker.render("您好，请说您的需求。"))
    assert seconds(worker.render("您好，请说您的需求。", 1.5)) < 0.85 * normal
    assert seconds(worker.render("您好，请说您的需求。我们会尽快给您回电。")) > 1.4 * normal


def test_rate_and_pause_are_heard() -> None:
    usual, slow = Kokoro(FOLDER), Kokoro(FOLDER, rate=0.7, pause_ms=700)
    text = "请说。再见。"
    assert slow.name != usual.name
    assert seconds(slow.render(text)) > seconds(usual.render(text)) + 0.9
    assert not any(slow.render(text)[-2 * sound.RATE // 2 :])


def test_digits_and_signs_are_spoken(worker: VoiceWorker) -> None:
    assert seconds(worker.render("12349")) > seconds(worker.render("1"))
    assert seconds(worker.render("ABC 3.5%")) > 1


@pytest.mark.parametrize("text", ["", "。。。", "😀", "   "])
def test_text_without_sound_is_refused_and_the_voice_goes_on(
    worker: VoiceWorker, text: str
) -> None:
    with pytest.raises(VoiceUnavailable, match="can be spoken"):
        worker.render(text)
    assert worker.render("好。")


def test_senseless_speed_is_refused(worker: VoiceWorker) -> None:
    with pytest.raises(VoiceUnavailable, match="speed"):
        worker.render("好。", 30)


def test_child_runs_at_low_priority_outside_this_process(worker: VoiceWorker) -> None:
    worker.render("好。")
    assert worker.pid not in (0, os.getpid())
    assert os.getpriority(os.PRIO_PROCESS, worker.pid) >= 10


def test_dead_child_is_replaced(worker: VoiceWorker) -> None:
    worker.render("好。")
    old = worker.pid
    os.kill(old, signal.SIGKILL)
    # The kill may come while the request is on its way.
    with contextlib.suppress(VoiceUnavailable):
        worker.render("好。")
    assert worker.render("好。") and worker.pid != old


def test_stopping_ends_the_child_and_a_render_in_progress() -> None:
    worker = VoiceWorker(FOLDER)
    worker.render("好。")
    child = worker.pid
    refused: list[Exception] = []

    def long_talk() -> None:
        try:
            worker.render("我们会在工作时间给您回电。" * 40)
        except VoiceUnavailable as error:
            refused.append(error)

    talk = threading.Thread(target=long_talk)
    talk.start()
    worker.stop()
    talk.join(timeout=30)
    assert refused and not talk.is_alive()
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)
    with pytest.raises(VoiceUnavailable, match="stopped"):
        worker.render("好。")


def test_slow_render_is_given_up() -> None:
    worker = VoiceWorker(FOLDER, limit_s=0.05)
    try:
        with pytest.raises(VoiceUnavailable, match="no audio within"):
            worker.render("好。")
        assert worker.pid == 0
    finally:
        worker.stop()


def test_missing_voice_is_a_sentence_that_says_what_to_do(tmp_path: Path) -> None:
    assert WEIGHTS in fault(tmp_path) and "make setup" in fault(tmp_path)
    with pytest.raises(VoiceUnavailable, match="make setup"):
        Kokoro(tmp_path)
    worker = VoiceWorker(tmp_path)
    try:
        with pytest.raises(VoiceUnavailable, match="make setup"):
            worker.render("好。")
    finally:
        worker.stop()


def test_broken_files_are_named(tmp_path: Path) -> None:
    (tmp_path / "voices").mkdir()
    for name in ("vocab.json", "voices/zf_xiaoxiao.bin", WEIGHTS):
        (tmp_path / name).write_bytes(b"junk!")
        with pytest.raises(VoiceUnavailable, match=r"make setup"):
            Kokoro(tmp_path)
        if (FOLDER / name).is_file():
            (tmp_path / name).unlink()
            (tmp_path / name).symlink_to(FOLDER / name)


def test_say_writes_a_telephone_file(tmp_path: Path) -> None:
    out = tmp_path / "a.wav"
    done = CliRunner().invoke(say, ["您好。", "-o", str(out)])
    assert done.exit_code == 0, done.output
    assert len(sound.read_wav(out)) > sound.RATE / 2


def test_say_refuses_in_one_sentence(tmp_path: Path) -> None:
    out = ["-o", str(tmp_path / "a.wav")]
    for args in (["。", *out], ["好。", *out, "--voice", "nobody"], ["好。", *out, "--speed", "9"]):
        done = CliRunner().invoke(say, args)
        assert done.exit_code == 1 and done.output.count("\n") == 1
