"""The bench still fits the code that it measures; it measures nothing here."""

from __future__ import annotations

import importlib
import inspect
import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from bench.__main__ import BENCHES, RESULTS
from bench.barge_in import stop_ms
from bench.load import FIRST_RTP_PORT, rtp_peer
from bench.material import prompt_tree, prompts_alaw, talk_alaw
from bench.process import cpu_percent, ended, percentiles, start, tree_cpu
from ivr.tree import load
from telephony.caller.events import CallEvent, CallResult


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the bench keeps, it keeps in the test's folder."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


@pytest.mark.parametrize("name", BENCHES)
def test_every_bench_can_be_run(name: str) -> None:
    module = importlib.import_module(f"bench.{name}")
    assert list(inspect.signature(module.run).parameters) == ["quick"]


def test_kept_results_are_of_benches_that_exist() -> None:
    for file in RESULTS.glob("*.json"):
        found = json.loads(file.read_text(encoding="utf-8"))
        assert file.stem == found["bench"] in BENCHES
        assert {"when", "machine", "quick", "figures"} <= set(found)


def test_an_unknown_bench_is_one_sentence() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench", "nonsense"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2 and "'nonsense' is not one of" in done.stderr


def test_the_prompt_tree_is_one_that_the_service_takes() -> None:
    tree = load(prompt_tree(3))
    assert len(tree.nodes) > 3 and tree.start == "say0"


def test_callers_talk_and_pause() -> None:
    assert len(prompts_alaw()) > 60 * 8000
    talk = talk_alaw()
    assert talk[3 * 8000 : 5 * 8000] == b"\xd5" * 16_000


def test_the_rtp_peer_answers_and_counts() -> None:
    with rtp_peer(2, bytes(range(160)) * 10) as peer, socket.socket(type=socket.SOCK_DGRAM) as far:
        far.settimeout(5)
        for number in range(3):
            head = bytes([0x80, 8]) + number.to_bytes(2, "big") + bytes(8)
            far.sendto(head + bytes(160), ("127.0.0.1", FIRST_RTP_PORT + 2))
        packets = [far.recv(2048) for _ in range(3)]
        report = peer.report()
    assert all(len(p) == 172 and p[:2] == b"\x80\x08" for p in packets)
    assert [int.from_bytes(p[2:4], "big") for p in packets] == [0, 1, 2]
    assert report["legs"] == 1 and report["lost"] == 0


def test_cpu_of_a_process_tree_counts_children_that_ended() -> None:
    burn = "sum(range(10**7))"
    code = (
        f"import subprocess, sys, time; subprocess.run([sys.executable, '-c', '{burn}']); "
        "print(1, flush=True); time.sleep(60)"
    )
    process = start([sys.executable, "-c", code], stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None and process.stdout.readline() == b"1\n"
        assert sum(tree_cpu(process.pid)) > 0.05
        assert cpu_percent(process.pid, 0.2) < 90
    finally:
        ended(process)


def test_percentiles() -> None:
    assert percentiles([float(n) for n in range(1, 101)]) == {
        "n": 100,
        "p50": 51.0,
        "p95": 96.0,
        "p99": 100.0,
        "max": 100.0,
    }
    assert percentiles([]) == {"n": 0}


def result(*events: tuple[str, float, float]) -> CallResult:
    made = tuple(CallEvent(name, ms, {"since_ms": since}) for name, ms, since in events)
    return CallResult(True, 200, "", "us", made)


def test_the_stop_of_a_prompt_is_its_last_sound_after_the_callers_first() -> None:
    assert stop_ms(result(("silence", 900, 200), ("say", 4500, 0), ("silence", 5350, 4650))) == 150
    assert stop_ms(result(("say", 4500, 0), ("silence", 9000, 8300))) is None
    assert stop_ms(result(("say", 4500, 0))) is None
    assert stop_ms(result(("silence", 900, 200))) is None
