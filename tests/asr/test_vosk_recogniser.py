"""The Vosk adapter: models that are missing or broken, many streams, a machine that is too slow."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted
from twisted.internet import reactor
from twisted.internet.defer import DeferredList
from twisted.logger import globalLogPublisher

from asr.config import AsrSettings
from asr.decoding import Decoding
from asr.model_folder import MANIFEST
from asr.port import Failed, Final, RecogniserUnavailable
from asr.stream import QueuedStream
from asr.vosk_recogniser import VoskRecogniser
from tests.asr.kit import LIMIT_S, MODEL, Ears, buzz, silence, talk, turns, vosk

Steps = Generator[Any, Any, None]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the model that may be harmed."""
    return Path(shutil.copytree(MODEL, tmp_path / "model"))


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def forget_manifest(path: Path) -> None:
    (path / MANIFEST).unlink()


def no_manifest_and_half_a_net(path: Path) -> None:
    forget_manifest(path)
    truncate(path / "am" / "final.mdl")


def no_manifest_and_half_a_graph(path: Path) -> None:
    forget_manifest(path)
    truncate(path / "graph" / "HCLr.fst")


def no_manifest_and_junk_words(path: Path) -> None:
    forget_manifest(path)
    (path / "graph" / "words.txt").write_bytes(b"\xff\x00 junk")


def no_manifest_and_junk_conf(path: Path) -> None:
    forget_manifest(path)
    (path / "conf" / "model.conf").write_text("--no-such-option=1\n", encoding="ascii")


def manifest_with(**changes: Any) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
        (path / MANIFEST).write_text(json.dumps({**manifest, **changes}), encoding="utf-8")

    return change


BROKEN: dict[str, Callable[[Path], None]] = {
    "no folder": shutil.rmtree,
    "no net": lambda path: (path / "am" / "final.mdl").unlink(),
    "no graph": lambda path: (path / "graph" / "HCLr.fst").unlink(),
    "no words": lambda path: (path / "graph" / "words.txt").unlink(),
    "half a net": lambda path: truncate(path / "am" / "final.mdl"),
    "half a graph": lambda path: truncate(path / "graph" / "HCLr.fst"),
    "empty net": lambda path: (path / "am" / "final.mdl").write_bytes(b""),
    "junk manifest": lambda path: (path / MANIFEST).write_text("{", encoding="ascii"),
    "manifest of nothing": manifest_with(files={}),
    "manifest is a list": lambda path: (path / MANIFEST).write_text("[]", encoding="ascii"),
    "operator's, half a net": no_manifest_and_half_a_net,
    "operator's, half a graph": no_manifest_and_half_a_graph,
    "operator's, junk words": no_manifest_and_junk_words,
    "operator's, junk conf": no_manifest_and_junk_conf,
}


@pytest.mark.parametrize("harm", BROKEN.values(), ids=BROKEN.keys())
@pytest_twisted.inlineCallbacks
def test_a_broken_model_is_a_fault_and_never_an_error(
    copy: Path, ears: Ears, harm: Callable[[Path], None]
) -> Steps:
    harm(copy)
    recogniser = vosk(copy)
    try:
        yield recogniser.when_settled().addTimeout(LIMIT_S, reactor)
        assert not recogniser.ready
        assert str(copy) in recogniser.fault and "\n" not in recogniser.fault
        with pytest.raises(RecogniserUnavailable):
            recogniser.open(ears)
    finally:
        recogniser.stop()


@pytest_twisted.inlineCallbacks
def test_an_operators_model_is_tried_and_used(copy: Path, ears: Ears) -> Steps:
    forget_manifest(copy)
    recogniser = vosk(copy)
    assert not recogniser.ready and "loaded" in recogniser.fault
    try:
        yield recogniser.when_settled().addTimeout(LIMIT_S, reactor)
        assert recogniser.ready, recogniser.fault
        assert recogniser.fault == ""
        assert recogniser.model is not None and not recogniser.model.ours
    finally:
        recogniser.stop()


@pytest_twisted.inlineCallbacks
def test_a_wide_band_model_gets_its_rate(copy: Path, ears: Ears) -> Steps:
    """The rate is read from the model; the net hears nonsense here, but the times must hold."""
    forget_manifest(copy)
    conf = copy / "conf" / "mfcc.conf"
    conf.write_text(conf.read_text().replace("frequency=8000", "frequency=16000"))
    recogniser = vosk(copy)
    try:
        yield recogniser.when_settled().addTimeout(LIMIT_S, reactor)
        assert recogniser.model is not None and recogniser.model.rate == 16_000
        stream = recogniser.open(ears)
        yield talk(stream, silence(1000) + buzz(1200) + silence(900))
        yield ears.until(1)
        assert 600 <= ears.finals[0].start_ms < ears.finals[0].end_ms <= 2700
    finally:
        recogniser.stop()


@pytest_twisted.inlineCallbacks
def test_sixteen_streams_at_once_keep_apart(ears: Ears) -> Steps:
    recogniser = vosk()
    yield recogniser.when_settled().addTimeout(LIMIT_S, reactor)
    try:
        crowd = [Ears() for _ in range(16)]
        streams = [recogniser.open(each) for each in crowd]
        assert recogniser.streams == 16
        sounds = [silence(300 + 100 * n) + buzz(900) + silence(2400 - 100 * n) for n in range(16)]
        yield DeferredList([talk(stream, pcm) for stream, pcm in zip(streams, sounds, strict=True)])
        yield DeferredList([each.until(1) for each in crowd], fireOnOneErrback=True)
        for number, each in enumerate(crowd):
            assert abs(each.finals[0].start_ms - 100 * number) < 500
        for stream in streams:
            stream.close()
        assert recogniser.streams == 0
    finally:
        recogniser.stop()


@pytest.fixture
def warnings() -> Iterator[list[dict[str, Any]]]:
    """What the streams warn of in the log."""
    found: list[dict[str, Any]] = []

    def observe(event: dict[str, Any]) -> None:
        if "QueuedStream" in event.get("log_namespace", ""):
            found.append(event)

    globalLogPublisher.addObserver(observe)
    yield found
    globalLogPublisher.removeObserver(observe)


class Slow:
    """A decoder that waits at a gate."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.working = threading.Event()
        self.fed = 0

    def AcceptWaveform(self, data: bytes) -> int:
        self.working.set()
        assert self.gate.wait(LIMIT_S)
        self.fed += len(data)
        return 0

    def PartialResult(self) -> str:
        return '{"partial": ""}'

    def FinalResult(self) -> str:
        return '{"text": ""}'


@pytest_twisted.inlineCallbacks
def test_a_stream_that_lags_keeps_the_newest_and_says_so_once(
    ears: Ears, warnings: list[dict[str, Any]]
) -> Steps:
    slow = Slow()
    stream = QueuedStream(
        lambda: Decoding(lambda: slow),
        ears,
        lambda _: None,
        reactor,  # type: ignore[arg-type]
        reactor,  # type: ignore[arg-type]
        AsrSettings(MODEL),
    )
    stream.feed(buzz(200))
    assert slow.working.wait(LIMIT_S)
    pcm = buzz(10_000)
    for at in range(0, len(pcm), 320):
        stream.feed(pcm[at : at + 320])
    slow.gate.set()
    stream.finish()
    while not ears.finals or ears.finals[-1].end_ms < 9000:
        yield turns(1)
    assert slow.fed < 3_600 * 16
    assert len(warnings) == 1 and warnings[0]["lost"] >= 2400


@pytest_twisted.inlineCallbacks
def test_a_decoder_that_fails_ends_its_stream_alone(ears: Ears) -> Steps:
    gone = []

    def broken() -> Decoding:
        raise OSError("no memory")

    stream = QueuedStream(
        broken,
        ears,
        gone.append,
        reactor,  # type: ignore[arg-type]
        reactor,  # type: ignore[arg-type]
        AsrSettings(MODEL),
    )
    yield talk(stream, buzz(500))
    stream.finish()
    while not gone:
        yield turns(1)
    assert [heard for heard in ears.heard if isinstance(heard, Failed)] == [ears.heard[-1]]
    assert not any(isinstance(heard, Final) and heard.text for heard in ears.heard)
    yield talk(stream, buzz(500))


@pytest_twisted.inlineCallbacks
def test_a_new_model_is_for_new_streams_and_running_ones_keep_theirs(copy: Path) -> Steps:
    recogniser = vosk()
    before, after = Ears(), Ears()
    yield recogniser.when_settled().addTimeout(LIMIT_S, reactor)
    try:
        running = recogniser.open(before)
        yield talk(running, silence(400) + buzz(600))
        used = running._decoding  # what decodes it must stay the same
        assert (yield recogniser.reload(copy)) == ""
        assert recogniser.model is not None and recogniser.model.path == copy
        fresh = recogniser.open(after)
        shutil.rmtree(copy)  # what is in memory needs no files
        yield talk(running, buzz(600) + silence(1500))
        yield talk(fresh, silence(400) + buzz(1200) + silence(1500))
        yield before.until(1)
        yield after.until(1)
        assert running._decoding is used
        assert recogniser.streams == 2
    finally:
        recogniser.stop()


@pytest.mark.parametrize("harm", [shutil.rmtree, forget_manifest, no_manifest_and_half_a_graph])
@pytest_twisted.inlineCallbacks
def test_a_new_model_that_is_broken_changes_nothing(
    copy: Path, ears: Ears, harm: Callable[[Path], None]
) -> Steps:
    recogniser = vosk()
    yield recogniser.when_settled().addTimeout(LIMIT_S, reactor)
    try:
        harm(copy)
        fault = yield recogniser.reload(copy)
        good = harm is forget_manifest  # an operator's own is tried, and it is whole
        assert bool(fault) is not good
        assert recogniser.ready and recogniser.model is not None
        assert recogniser.model.path == (copy if good else MODEL)
        yield talk(recogniser.open(ears), silence(400) + buzz(900) + silence(1500))
        yield ears.until(1)
    finally:
        recogniser.stop()


@pytest_twisted.inlineCallbacks
def test_a_chosen_model_that_is_broken_gives_way_to_the_one_that_is_set(copy: Path) -> Steps:
    truncate(copy / "graph" / "Gr.fst")
    recogniser = VoskRecogniser(AsrSettings(MODEL), reactor, lambda: copy)
    yield recogniser.when_settled().addTimeout(LIMIT_S, reactor)
    try:
        assert recogniser.ready
        assert recogniser.model is not None and recogniser.model.path == MODEL
    finally:
        recogniser.stop()
