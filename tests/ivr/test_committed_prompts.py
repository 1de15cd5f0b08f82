"""The shipped tree speaks with no synthetic voice installed."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pytest

from ivr.tree import load
from ivr.voice import sound
from ivr.voice.build import PROMPTS, SOUNDS, read_articles
from ivr.voice.kokoro import name_of
from ivr.voice.lexicon import said
from ivr.wording import texts_of
from tests.ivr.conftest import ROOT, SHIPPED

MOST_BYTES = 12_000_000


def index() -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = json.loads(
        (PROMPTS / "index.json").read_text(encoding="utf-8")
    )
    return found


def test_every_text_of_the_tree_and_the_articles_has_its_file() -> None:
    wanted = texts_of(load(SHIPPED), read_articles(ROOT / "knowledge" / "articles"))
    prompts = index()["prompts"]
    missing = [text for text in wanted if text not in prompts]
    assert not missing, "run: python -m ivr.voice.build --articles knowledge/articles"
    assert set(prompts) == set(wanted), "there are prompts that nothing says"


def test_files_are_what_the_index_says_in_one_voice() -> None:
    assert index()["voice"] == name_of()
    for text, entry in index()["prompts"].items():
        assert isinstance(entry, dict)
        assert entry["said"] == said(text), "the reading changed: run python -m ivr.voice.build"
        file = PROMPTS / entry["file"]
        assert hashlib.sha256(file.read_bytes()).hexdigest() == entry["sha256"], text
        octets = sound.read_wav(file)
        assert len(octets) / sound.RATE == pytest.approx(entry["seconds"], abs=0.001)
        spoken = sum(char.isalnum() for char in text)
        assert 1.5 < spoken / (entry["seconds"] - 0.24) < 9, text


def test_prompts_have_the_level_of_a_telephone_voice() -> None:
    for text, entry in index()["prompts"].items():
        assert isinstance(entry, dict)
        samples = sound.from_pcm(sound.from_alaw(sound.read_wav(PROMPTS / entry["file"])))
        loudness = 20 * np.log10(sound.active_rms(samples))
        assert loudness == pytest.approx(sound.LEVEL_DBFS, abs=1.5), text
        assert 20 * np.log10(np.abs(samples).max()) <= sound.PEAK_DBFS + 0.1, text
        assert np.abs(samples[:400]).max() < 0.01 and np.abs(samples[-400:]).max() < 0.01, text


def test_sounds_are_there_and_all_of_it_is_small() -> None:
    for name in SOUNDS:
        assert sound.read_wav(PROMPTS / name)
    files = list(PROMPTS.glob("*.wav"))
    assert len(files) == len(index()["prompts"]) + len(SOUNDS)
    assert sum(file.stat().st_size for file in files) < MOST_BYTES
