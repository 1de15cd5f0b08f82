"""The compiled SIP binding keeps its contract, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

CONTRACT = Path(__file__).resolve().parents[2] / "deploy" / "setup" / "pjsip" / "contract.py"

FRAMES = """
import pjsua2 as pj
frame = pj.MediaFrame()
assert frame.toBytes() == b""
frame.fromBytes(bytearray(b"abcd"))
assert (frame.toBytes(), frame.size) == (b"abcd", 4)
assert frame.type == pj.PJMEDIA_FRAME_TYPE_AUDIO
frame.size = 2
frame.fromBytes(memoryview(b"wxyz"))
assert (frame.toBytes(), frame.size) == (b"wx", 2), "wrote beyond the room that was offered"
frame.fromBytes(b"")
assert (frame.toBytes(), frame.type) == (b"", pj.PJMEDIA_FRAME_TYPE_NONE)
try:
    frame.fromBytes("text")
except TypeError:
    print("done")
"""


@pytest.fixture(scope="module")
def report() -> str:
    done = subprocess.run([sys.executable, CONTRACT], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "point",
    [
        "room for 500 calls",
        "codec PCMA/8000",
        "codec PCMU/8000",
        "codec G722/16000",
        "codec opus/48000",
        "other Python threads run while the library waits",
        "DTLS-SRTP is offered",
        "ICE offers loopback",
        "audio from Python to Python, PCMA, DTLS-SRTP",
        "audio from Python to Python, G722, plain RTP",
        "audio from Python to Python, opus, plain RTP",
        "toBytes() gives what buf holds",
        "both legs end",
    ],
)
def test_point_holds(report: str, point: str) -> None:
    assert f"ok   {point}" in report


def test_frames_take_and_give_bytes() -> None:
    done = subprocess.run(
        [sys.executable, "-c", FRAMES], capture_output=True, text=True, timeout=60
    )
    assert done.stdout.strip() == "done", done.stderr
