"""A model that cannot be used: one clear sentence on why and what to do; the line goes on."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted
from twisted.internet import reactor
from twisted.internet.task import Clock
from twisted.logger import formatEvent, globalLogPublisher

from asr.model_folder import MANIFEST, REMEDY, ModelBroken, inspect, probe
from telephony.calls.listening import Listening
from tests.asr.kit import LIMIT_S, MODEL, Ears, vosk
from tests.fakes.sip import FakeLine

Steps = Generator[Any, Any, None]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the model that may be harmed."""
    return Path(shutil.copytree(MODEL, tmp_path / "model"))


def empty(path: Path) -> None:
    shutil.rmtree(path)
    path.mkdir()


def change(name: str, old: str, new: str) -> Callable[[Path], None]:
    def harm(path: Path) -> None:
        text = (path / name).read_text(encoding="utf-8")
        assert old in text
        (path / name).write_text(text.replace(old, new), encoding="utf-8")

    return harm


def wrong_digest(path: Path) -> None:
    manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
    manifest["files"]["am/final.mdl"] = "0" * 64
    (path / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")


def remove(name: str) -> Callable[[Path], None]:
    return lambda path: (path / name).unlink()


OTHER_RATE = change("conf/mfcc.conf", "frequency=8000", "frequency=16000")


@pytest.mark.parametrize(
    ("harm", "names"),
    [
        (shutil.rmtree, "no speech model in"),
        (empty, "lacks am/final.mdl"),
        (remove("am/final.mdl"), "lacks am/final.mdl"),
        (remove("conf/mfcc.conf"), "lacks conf/mfcc.conf"),
        (remove("graph/HCLr.fst"), "lacks graph/HCLG.fst"),
        (remove("graph/Gr.fst"), "Gr.fst"),
        (remove("graph/words.txt"), "words.txt"),
        (OTHER_RATE, "conf/mfcc.conf is not the file"),
        (wrong_digest, "am/final.mdl is not the file"),
        (change(MANIFEST, "{", "["), f"{MANIFEST} cannot be read"),
        (change(MANIFEST, '"files"', '"flies"'), f"{MANIFEST} cannot be read"),
    ],
)
def test_what_is_wrong_and_what_to_do_is_said_in_one_sentence(
    copy: Path, harm: Callable[[Path], None], names: str
) -> None:
    harm(copy)
    with pytest.raises(ModelBroken) as caught:
        inspect(copy)
    said = str(caught.value)
    assert names in said and str(copy) in said and REMEDY in said and "\n" not in said


def test_an_operators_model_for_a_rate_that_cannot_be_is_broken(copy: Path) -> None:
    (copy / MANIFEST).unlink()
    change("conf/mfcc.conf", "frequency=8000", "frequency=0")(copy)
    with pytest.raises(ModelBroken, match="is broken"):
        probe(inspect(copy), LIMIT_S)


@pytest_twisted.inlineCallbacks
def test_the_line_goes_on_without_recognition_and_the_log_says_why(copy: Path, ears: Ears) -> Steps:
    wrong_digest(copy)
    logged: list[str] = []

    def observe(event: dict[str, Any]) -> None:
        logged.append(formatEvent(event) or "")

    globalLogPublisher.addObserver(observe)
    recogniser = vosk(copy)
    try:
        yield recogniser.when_settled().addTimeout(LIMIT_S, reactor)
        assert [line for line in logged if recogniser.fault in line and REMEDY in line]
        clock = Clock()
        leg = FakeLine(clock, lambda leg, invitation: None).invite()
        leg.answer()
        clock.advance(10)
        listening = Listening(leg, recogniser, clock)
        assert not listening.words((), lambda line: None)
        leg.far_says(bytes(320))
        listening.close()
    finally:
        globalLogPublisher.removeObserver(observe)
        recogniser.stop()
