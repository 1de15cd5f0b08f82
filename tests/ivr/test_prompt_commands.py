"""`hotline prompts` renders what is missing and tells what is not heard right."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from ivr.voice import sound
from ivr.voice.commands import judge, make_prompts, missing
from ivr.voice.port import VoiceUnavailable
from ivr.voice.prompts import key


class Humming:
    """A speaker that hums."""

    name = "hum/1"

    def render(self, text: str, speed: float = 1.0) -> bytes:
        if "哑" in text:
            raise VoiceUnavailable("no voice for this")
        return b"\0\x10" * 4000


def group(tmp_path: Path, texts: list[str], heard: dict[str, str]) -> click.Group:
    return make_prompts(
        lambda: texts, Humming, lambda: tmp_path / "cache", lambda: lambda file: heard[file.stem]
    )


def committed(folder: Path, texts: dict[str, str], voice: str = "hum/1") -> Path:
    folder.mkdir()
    for stem in texts.values():
        (folder / f"{stem}.wav").write_bytes(sound.wav(b"\xd5" * 80))
    index = {"voice": voice, "prompts": {t: {"file": f"{s}.wav"} for t, s in texts.items()}}
    (folder / "index.json").write_text(json.dumps(index), encoding="utf-8")
    return folder


def test_missing_are_sentences_without_audio_in_this_voice(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    folder = committed(tmp_path / "own", {"一。": "a"})
    assert list(missing(["一。二。", "二。"], "hum/1", folder, cache)) == ["二。"]
    assert list(missing(["一。二。"], "hum/2", folder, cache)) == ["一。", "二。"]
    cache.mkdir()
    (cache / f"{key('二。', 'hum/1')}.wav").write_bytes(b"")
    assert not missing(["一。二。"], "hum/1", folder, cache)


def test_render_fills_the_cache_once(tmp_path: Path) -> None:
    commands = group(tmp_path, ["此句未录。彼句未录。"], {})
    first = CliRunner().invoke(commands, ["render"])
    assert first.exit_code == 0 and "2/2" in first.output
    assert len(list((tmp_path / "cache").glob("*.wav"))) == 2
    again = CliRunner().invoke(commands, ["render"])
    assert again.exit_code == 0 and again.output.startswith("0 prompts")


def test_render_that_cannot_speak_says_so_and_keeps_what_it_has(tmp_path: Path) -> None:
    done = CliRunner().invoke(group(tmp_path, ["此句未录。哑。"], {}), ["render"])
    assert done.exit_code == 1 and "no voice" in done.output
    assert len(list((tmp_path / "cache").glob("*.wav"))) == 1


def test_judged_by_sound_worst_first() -> None:
    heard = {"a": "请拨打幺二零", "b": "", "c": "请勃打幺二林"}
    found = judge([("请拨打120。", Path(stem)) for stem in heard], lambda file: heard[file.stem])
    assert [judged.heard for judged in found] == ["", "请勃打幺二林", "请拨打幺二零"]
    assert found[0].score == 0 and found[2].score == 1


@pytest.mark.parametrize(("heard", "code"), [("请说您的需求", 0), ("天气很好", 1)])
def test_check_exits_by_the_threshold(tmp_path: Path, heard: str, code: int) -> None:
    folder = committed(tmp_path / "own", {"请说您的需求。": "a", "再见。": "b"})
    commands = group(tmp_path, [], {"a": heard, "b": "再见"})
    done = CliRunner().invoke(commands, ["check", "--folder", str(folder)])
    assert done.exit_code == code
    assert f"{2 - code} of 2 at 0.8 or above" in done.output and heard in done.output


def test_check_of_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    done = CliRunner().invoke(group(tmp_path, [], {}), ["check", "--folder", str(tmp_path)])
    assert done.exit_code == 1 and "no prompts" in done.output
