"""`hotline call` as a person types it."""

from __future__ import annotations

import json
import subprocess
import sys
import wave
from pathlib import Path

import pytest

from telephony.caller.command import _steps, _target, make_command
from telephony.caller.script import Press, Speak
from tests.caller.conftest import Sipp
from tests.conftest import ROOT, free_port

# The command as hotline.py builds it, with a voice that whistles.
WHISTLER = """
import sys
from telephony.caller.command import make_command
from telephony.caller.signals import tone
from ivr.voice.port import VoiceUnavailable

class Whistler:
    name = "whistler"
    def render(self, text, speed=1.0):
        if text == "mute":
            raise VoiceUnavailable("No voice is installed.")
        return tone(700, 100 * len(text))

make_command(Whistler, lambda reactor: None)(sys.argv[1:])
"""


def call(*args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", WHISTLER, *args],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_json_lines_and_order_of_steps(sipp: Sipp, tmp_path: Path) -> None:
    path = tmp_path / "tone.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(3200))
    far = sipp("", 1)
    done = call(far.target, "--json", "--hangup-after", "1.5", "--record", str(tmp_path / "o.wav"))
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert [event["event"] for event in events] == ["ringing", "answered", "hangup"]
    assert events[-1]["code"] == 200 and all(event["ms"] >= 0 for event in events)
    assert (tmp_path / "o.wav").exists() and done.stderr == ""


def test_plain_lines(sipp: Sipp) -> None:
    done = call(sipp().target, "--hangup-after", "0.2")
    assert done.returncode == 0
    assert "answered     code=200" in done.stdout.splitlines()[1]


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["not an address@"], "is not a SIP address"),
        (["--from", "a b"], "is not a SIP address"),
        (["--play", "no-such.wav"], "cannot be played"),
        (["--dtmf", "12x"], "'12x' holds something else than the keys"),
        (["--say", "mute"], "No voice is installed."),
    ],
)
def test_wrong_input_is_one_sentence(args: list[str], sentence: str) -> None:
    done = call(*args)
    assert done.returncode == 1 and done.stdout == ""
    assert sentence in done.stderr and len(done.stderr.splitlines()) == 1


def test_not_answered_is_one_sentence_and_exit_code_1(sipp: Sipp) -> None:
    done = call(sipp("busy.xml").target)
    assert done.returncode == 1
    assert done.stderr == "The call was not answered: 486 Busy Here.\n"


def test_nobody_there() -> None:
    done = call(f"sip:12349@127.0.0.1:{free_port()}", "--max-seconds", "1")
    assert done.returncode == 1 and "was not answered" in done.stderr


def test_steps_keep_the_order_of_the_command_line() -> None:
    class Voice:
        name = "v"

        def render(self, text: str, speed: float = 1.0) -> bytes:
            return text.encode()

    command = make_command(Voice, lambda reactor: None)
    args = ["--dtmf", "1", "--after", "4.5", "--say", "a", "--dtmf-info", "2", "--say", "b"]
    args += ["--after", "0", "--dtmf", "3"]
    context = command.make_context("call", args)
    assert _steps(context.meta["steps"], Voice) == [
        Press("1"),
        Speak(b"a", "a", 4.5),
        Press("2", True),
        Speak(b"b", "b"),
        Press("3", after_s=0),
    ]


@pytest.mark.parametrize(
    ("target", "called", "uri"),
    [
        ("sip:12349@192.0.2.1:5070", None, "sip:12349@192.0.2.1:5070"),
        ("12349@192.0.2.1", None, "sip:12349@192.0.2.1"),
        ("sip:12349@192.0.2.1:5070", "12345", "sip:12345@192.0.2.1:5070"),
        ("sip:12349@192.0.2.1", "sip:120@192.0.2.7", "sip:120@192.0.2.7"),
        ("12345", None, "sip:12345@127.0.0.1"),
    ],
)
def test_whom_to_call(target: str, called: str | None, uri: str) -> None:
    assert str(_target(target, called)) == uri
