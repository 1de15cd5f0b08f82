"""What the bench lets the line and its callers say: the shipped prompts, and spoken questions."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from bench.process import ROOT, own_cache
from telephony.caller.g711 import RATE, encode
from telephony.caller.recording import loud_span, read_wav

PROMPTS = ROOT / "ivr" / "prompts"
QUESTIONS = ("我想问一下低保怎么申请", "养老院怎么申请", "结婚登记要带什么", "高龄津贴怎么领")
_TREE_HEAD = """\
tree: bench
title: One prompt after the other
start: say0
give_up: bye
anywhere:
  - {intent: person, role: person, digit: 0, next: person, says: [人工], mentions: [转人工]}
  - {intent: emergency, role: emergency, digit: 2, next: emergency, says: [急救], mentions: [救命]}
nodes:
  person: {kind: queue, queue: main, limit_ms: 60000, nobody: bye, done: bye}
  emergency:
    {kind: queue, queue: main, priority: emergency, limit_ms: 60000, nobody: bye, done: bye}
  bye: {kind: hangup, text: 为保证服务质量，通话将被录音。}
"""


def prompt_texts() -> list[str]:
    """The texts whose audio is committed, in order."""
    index = json.loads((PROMPTS / "index.json").read_text(encoding="utf-8"))
    return list(index["prompts"])


def prompts_pcm() -> bytes:
    """The committed prompts one after the other: 8 kHz 16-bit samples, a minute or more."""
    index = json.loads((PROMPTS / "index.json").read_text(encoding="utf-8"))
    return b"".join(read_wav(PROMPTS / entry["file"]) for entry in index["prompts"].values())


def prompts_alaw() -> bytes:
    """The same as A-law."""
    return encode(prompts_pcm())


def talk_alaw() -> bytes:
    """What a caller sends who talks for three seconds and is silent for two, again and again."""
    pcm, part = prompts_pcm(), 3 * RATE * 2
    pieces = [pcm[n : n + part] + bytes(2 * RATE * 2) for n in range(0, len(pcm), part)]
    return encode(b"".join(pieces))


def prompt_tree(minutes: float) -> Path:
    """A tree that says the committed prompts one after the other for so long, without a question.

    Returns its file. A tree may hold no loop, hence the length.
    """
    texts, seconds = prompt_texts(), 0.0
    nodes: list[str] = []
    length = len(prompts_pcm()) / 2 / RATE
    while seconds < minutes * 60:
        name, following = f"say{len(nodes)}", f"say{len(nodes) + 1}"
        nodes.append(
            f"  {name}: {{kind: say, barge_in: false, next: {following}, "
            f"text: {json.dumps(texts, ensure_ascii=False)}}}\n"
        )
        seconds += length
    last = nodes[-1].replace(f"next: say{len(nodes)}", "next: bye")
    file = own_cache() / "prompts.yaml"
    file.write_text(_TREE_HEAD + "".join([*nodes[:-1], last]), encoding="utf-8")
    return file


def spoken(text: str) -> bytes:
    """A question spoken by the synthetic voice, without silence around it; kept in the cache.

    Raises ivr.voice.port.VoiceUnavailable.
    """
    from core.settings import Settings
    from ivr.voice.kokoro import Kokoro

    settings = Settings()
    name = hashlib.sha256(f"{settings.voice}/{text}".encode()).hexdigest()[:16]
    file = own_cache() / f"said-{name}.pcm"
    if not file.exists():
        pcm = Kokoro(settings.kokoro, settings.voice).render(text)
        first, last = loud_span(pcm)
        file.write_bytes(pcm[first * 320 : (last + 1) * 320])
    return file.read_bytes()
