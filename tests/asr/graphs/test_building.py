"""`hotline models build`: what it leaves behind, and what a broken input does not change."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from asr.config import AsrSettings
from asr.evaluation.listening import listen
from asr.graphs import building
from asr.graphs.building import NotBuilt, build, build_into, builds_of, in_use
from asr.graphs.texts import Sources
from asr.model_folder import MANIFEST, ModelBroken, ModelFolder, inspect
from asr.vosk_recogniser import LoadedModel
from core.sound import similarity
from tests.asr.graphs.kit import NOW, SMALL, sources
from tests.asr.kit import MODEL, silence
from tests.asr.second_reader.sample import utterance

UNSEEN = ("对不起，我没有听清，请再说一遍。", "请稍等。")


def unchecked(_folder: ModelFolder, _seconds: float) -> None:
    """For tests that look at files: trying costs seconds."""


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    """A copy of the model that may be changed."""
    return Path(shutil.copytree(MODEL, tmp_path / "shipped" / "12349-zh"))


def test_a_build_is_tried_made_current_and_hears_what_it_never_read(tmp_path: Path) -> None:
    data = tmp_path / "data"
    lines: list[str] = []
    texts = sources(tmp_path / "texts")
    built = build(MODEL, texts, builds_of(data, MODEL), NOW, lines.append, SMALL)
    assert built.changed and len(lines) >= 4
    assert in_use(data, MODEL) == built.folder.resolve()
    folder = inspect(built.folder)
    assert folder.graph == {"texts": texts.digest(), "built": "2026-03-01T08:00:00+00:00"}
    model = LoadedModel(replace(folder, min_confidence=0.0), AsrSettings(built.folder))
    for text in UNSEEN:
        heard = listen(model.decoding(), silence(500) + utterance(text) + silence(1500)).text
        assert similarity(heard, text) > 0.5, heard


def test_the_same_texts_change_nothing_and_old_builds_go(tmp_path: Path) -> None:
    data, texts = tmp_path / "data", sources(tmp_path / "texts")
    builds = builds_of(data, MODEL)
    folders = []
    for number in range(4):
        name = f"低保怎么申请{'呢' * number}"
        (texts.articles / "a.yaml").write_text(f"questions: [{name}]\n", encoding="utf-8")
        folders.append(build(MODEL, texts, builds, NOW, plan=SMALL, check=unchecked).folder)
    again = build(MODEL, texts, builds, NOW + timedelta(1), plan=SMALL, check=unchecked)
    assert (again.folder, again.changed) == (folders[-1], False)
    assert [folder.is_dir() for folder in folders] == [False, False, True, True]
    assert in_use(data, MODEL) == folders[-1].resolve()


def no_articles(texts: Sources) -> None:
    shutil.rmtree(texts.articles)


def junk_article(texts: Sources) -> None:
    (texts.articles / "a.yaml").write_text("a: [", encoding="utf-8")


def junk_tree(texts: Sources) -> None:
    texts.tree.write_bytes(b"\xff\xfe\x00")


def no_words(texts: Sources) -> None:
    texts.emergency_words.unlink()


def junk_phrases(texts: Sources) -> None:
    assert texts.phrases is not None
    texts.phrases.write_text("低保\tmuch\n", encoding="utf-8")


@pytest.mark.parametrize("harm", [no_articles, junk_article, junk_tree, no_words, junk_phrases])
def test_a_broken_text_leaves_the_old_graph(
    tmp_path: Path, harm: Callable[[Sources], None]
) -> None:
    data, texts = tmp_path / "data", sources(tmp_path / "texts", "平安钟\n")
    builds = builds_of(data, MODEL)
    old = build(MODEL, texts, builds, NOW, plan=SMALL, check=unchecked).folder
    harm(texts)
    with pytest.raises(NotBuilt) as found:
        build(MODEL, texts, builds, NOW, plan=SMALL, check=unchecked)
    assert "\n" not in str(found.value) and str(tmp_path) in str(found.value)
    assert in_use(data, MODEL) == old.resolve()
    assert sorted(p.name for p in builds.iterdir()) == sorted([old.name, "current"])


def test_a_graph_that_vosk_does_not_load_is_thrown_away(tmp_path: Path) -> None:
    data, texts = tmp_path / "data", sources(tmp_path / "texts")

    def fails(folder: ModelFolder, _seconds: float) -> None:
        raise ModelBroken(f"{folder.path} is broken")

    with pytest.raises(NotBuilt, match="broken"):
        build(MODEL, texts, builds_of(data, MODEL), NOW, plan=SMALL, check=fails)
    assert in_use(data, MODEL) == MODEL
    assert list(builds_of(data, MODEL).iterdir()) == []


def test_a_build_serves_only_the_model_that_it_was_made_for(tmp_path: Path, shipped: Path) -> None:
    data, texts = tmp_path / "data", sources(tmp_path / "texts")
    built = build(shipped, texts, builds_of(data, shipped), NOW, plan=SMALL, check=unchecked)
    assert in_use(data, shipped) == built.folder.resolve()
    net = shipped / "am" / "final.mdl"
    net.write_bytes(net.read_bytes() + b"\0")
    manifest = json.loads((shipped / MANIFEST).read_text(encoding="utf-8"))
    manifest["files"] = building.digests(shipped)
    (shipped / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    assert in_use(data, shipped) == shipped


@pytest.mark.parametrize("name", ["graph/Gr.fst", "am/final.mdl", MANIFEST])
def test_a_damaged_build_is_not_used(tmp_path: Path, name: str) -> None:
    data, texts = tmp_path / "data", sources(tmp_path / "texts")
    built = build(MODEL, texts, builds_of(data, MODEL), NOW, plan=SMALL, check=unchecked)
    (built.folder / name).write_bytes(b"junk")
    assert in_use(data, MODEL) == MODEL


def test_a_model_that_is_not_ours_is_left_alone(tmp_path: Path, shipped: Path) -> None:
    (shipped / MANIFEST).unlink()
    texts = sources(tmp_path / "texts")
    with pytest.raises(NotBuilt, match="not one of ours"):
        build(shipped, texts, builds_of(tmp_path, shipped), NOW, plan=SMALL, check=unchecked)


def test_it_is_written_where_nothing_is(tmp_path: Path) -> None:
    texts, out = sources(tmp_path / "texts"), tmp_path / "out"
    assert build_into(MODEL, texts, out, NOW, plan=SMALL, check=unchecked).folder == out
    assert inspect(out).ours
    with pytest.raises(NotBuilt, match="already"):
        build_into(MODEL, texts, out, NOW, plan=SMALL, check=unchecked)
