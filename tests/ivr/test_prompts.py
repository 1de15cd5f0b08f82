"""Prompts are rendered once, shared by who waits, and kept whole or not at all."""

from __future__ import annotations

import json
import threading
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted
from twisted.internet import reactor
from twisted.internet.defer import Deferred, DeferredList

from ivr.voice import sound
from ivr.voice.files import write_atomically
from ivr.voice.kokoro import name_of
from ivr.voice.port import VoiceUnavailable
from ivr.voice.prompts import PromptStore, key

LIMIT_S = 20
Steps = Generator[Any, Any, None]


class Whistle:
    """A speaker that whistles as many seconds/100 as there are characters; `gate` holds it."""

    name = "whistle/1"

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.gate = threading.Event()
        self.gate.set()
        self.threads: set[int] = set()

    def render(self, text: str, speed: float = 1.0) -> bytes:
        assert self.gate.wait(LIMIT_S)
        self.asked.append(text)
        self.threads.add(threading.get_ident())
        if "哑" in text:
            raise VoiceUnavailable("no voice for this")
        return sound.to_pcm(sound.level(sound.pad(sound.from_pcm(b"\0\x20" * 80 * len(text)))))


@pytest.fixture
def whistle() -> Whistle:
    return Whistle()


@pytest.fixture
def store(tmp_path: Path, whistle: Whistle) -> Iterator[PromptStore]:
    made = PromptStore(tmp_path / "committed", tmp_path / "cache", whistle, reactor)
    yield made
    whistle.gate.set()
    made.stop()


def limited(result: Deferred[Path]) -> Deferred[Path]:
    return result.addTimeout(LIMIT_S, reactor)  # type: ignore[arg-type]


@pytest_twisted.inlineCallbacks
def test_text_is_rendered_once_and_then_at_hand(store: PromptStore, whistle: Whistle) -> Steps:
    assert store.get("你好。") is None
    file = yield limited(store.want("你好。"))
    assert store.get("你好。") == file
    assert sound.read_wav(file)
    again = yield limited(store.want("你好。"))
    assert again == file and whistle.asked == ["你好。"]


@pytest_twisted.inlineCallbacks
def test_rendering_happens_outside_the_reactor_thread(
    store: PromptStore, whistle: Whistle
) -> Steps:
    yield limited(store.want("你好。"))
    assert threading.get_ident() not in whistle.threads


@pytest_twisted.inlineCallbacks
def test_many_who_want_the_same_share_one_rendering(store: PromptStore, whistle: Whistle) -> Steps:
    whistle.gate.clear()
    wanted = [limited(store.want("同一句。")) for _ in range(20)]
    whistle.gate.set()
    results = yield DeferredList(wanted, fireOnOneErrback=True)
    assert len({file for _, file in results}) == 1
    assert whistle.asked == ["同一句。"]


@pytest_twisted.inlineCallbacks
def test_one_who_gives_up_does_not_take_the_prompt_from_the_others(
    store: PromptStore, whistle: Whistle
) -> Steps:
    whistle.gate.clear()
    first, second = store.want("同一句。"), limited(store.want("同一句。"))
    first.addErrback(lambda failure: None)
    first.cancel()
    whistle.gate.set()
    assert (yield second).is_file()


@pytest_twisted.inlineCallbacks
def test_who_waits_comes_before_what_is_only_warmed(store: PromptStore, whistle: Whistle) -> Steps:
    whistle.gate.clear()
    assert store.warm(["一。二。三。"]) == 3
    wanted = limited(store.want("急。"))
    whistle.gate.set()
    yield wanted
    assert whistle.asked.index("急。") <= 1
    yield limited(store.want("三。"))
    yield limited(store.want("二。"))
    assert whistle.asked.count("三。") == 1 and store.warm(["一。二。三。"]) == 0


@pytest_twisted.inlineCallbacks
def test_unspeakable_text_fails_and_the_next_one_is_spoken(
    store: PromptStore, tmp_path: Path
) -> Steps:
    with pytest.raises(VoiceUnavailable):
        yield limited(store.want("哑。"))
    assert (yield limited(store.want("好。"))).is_file()
    assert store.get("哑。") is None


@pytest_twisted.inlineCallbacks
def test_full_or_closed_disk_is_told_in_a_sentence(tmp_path: Path, whistle: Whistle) -> Steps:
    (tmp_path / "cache").write_text("a file where the folder should be")
    store = PromptStore(tmp_path / "none", tmp_path / "cache", whistle, reactor)
    try:
        with pytest.raises(VoiceUnavailable, match="cannot be kept"):
            yield limited(store.want("好。"))
    finally:
        store.stop()


def test_without_a_voice_only_committed_texts_can_be_said(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(sound.wav(b"\xd5" * 800))
    index = {"prompts": {"你好。": {"file": "a.wav"}, "没了。": {"file": "gone.wav"}}}
    (tmp_path / "index.json").write_text(json.dumps(index), encoding="utf-8")
    store = PromptStore(tmp_path, tmp_path / "cache", None, reactor)
    assert store.get("你好。") == tmp_path / "a.wav" and store.get("没了。") is None
    failed: list[str] = []
    store.want("没了。").addErrback(lambda failure: failed.append(failure.getErrorMessage()))
    assert failed and "make setup" in failed[0]
    assert store.warm(["你好。没了。"]) == 1
    store.stop()


@pytest.mark.parametrize("index", ["", "[]", "{}", '{"prompts": 3}', '{"prompts": {"a": {}}}'])
def test_broken_index_is_an_empty_one(tmp_path: Path, index: str) -> None:
    (tmp_path / "index.json").write_text(index)
    assert PromptStore(tmp_path, tmp_path / "cache", None, reactor).get("a") is None


@pytest_twisted.inlineCallbacks
def test_committed_prompts_of_another_voice_serve_until_the_text_is_rendered_anew(
    tmp_path: Path, whistle: Whistle
) -> Steps:
    committed = tmp_path / "committed"
    committed.mkdir()
    (committed / "a.wav").write_bytes(sound.wav(b"\xd5" * 800))
    index = {"voice": "whistle/0", "prompts": {"你好。": {"file": "a.wav"}}}
    (committed / "index.json").write_text(json.dumps(index), encoding="utf-8")
    store = PromptStore(committed, tmp_path / "cache", whistle, reactor)
    try:
        whistle.gate.clear()
        assert store.get("你好。") == committed / "a.wav"
        assert store.warm(["你好。"]) == 1
        last = limited(store.want("完。"))
        whistle.gate.set()
        yield last
        yield limited(store.want("再完。"))
        assert store.get("你好。") == tmp_path / "cache" / f"{key('你好。', whistle.name)}.wav"
    finally:
        whistle.gate.set()
        store.stop()


def test_committed_prompts_of_the_speakers_voice_are_not_rendered_again(
    tmp_path: Path, whistle: Whistle
) -> None:
    (tmp_path / "a.wav").write_bytes(sound.wav(b"\xd5" * 800))
    index = {"voice": whistle.name, "prompts": {"你好。": {"file": "a.wav"}}}
    (tmp_path / "index.json").write_text(json.dumps(index), encoding="utf-8")
    store = PromptStore(tmp_path, tmp_path / "cache", whistle, reactor)
    assert store.warm(["你好。"]) == 0 and store.get("你好。") == tmp_path / "a.wav"
    store.stop()


def test_key_holds_voice_rate_pauses_and_what_is_said() -> None:
    names = [name_of(), name_of("zm_yunyang"), name_of(rate=0.8), name_of(pause_ms=500)]
    texts = ["共1元。", "共2元。"]
    assert len({key(text, name) for text in texts for name in names}) == 8
    assert key("共1元。", name_of()) == key("共一元。", name_of())


@pytest_twisted.inlineCallbacks
def test_stopping_fails_who_waits(tmp_path: Path, whistle: Whistle) -> Steps:
    store = PromptStore(tmp_path, tmp_path / "cache", whistle, reactor)
    whistle.gate.clear()
    first, second = limited(store.want("一。")), limited(store.want("二。"))
    whistle.gate.set()
    store.stop()
    for waiting in (first, second):
        with pytest.raises(VoiceUnavailable):
            yield waiting
    with pytest.raises(VoiceUnavailable):
        yield store.want("三。")


def test_half_a_file_is_never_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        write_atomically(tmp_path / "a.wav", b"x")
    assert list(tmp_path.iterdir()) == []
