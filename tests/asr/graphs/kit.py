"""A small hotline of its own, and plans that are counted in a second."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from asr.graphs.plan import GraphPlan
from asr.graphs.texts import Sources
from asr.graphs.words import ModelWords
from tests.asr.kit import MODEL

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
SMALL = GraphPlan(utterances=300, open_words=3000)
TREE = "nodes: [{say: 您好，这里是民政热线}]\n"
WORDS = "kinds: {help: {sure: [救命, 来人啊]}}\n"
ARTICLE = "id: a\nquestions: [低保怎么申请, 高龄津贴在哪里领]\n"


def words() -> ModelWords:
    """Those of the shipped model."""
    return ModelWords.read(MODEL / "graph" / "words.txt")


def sources(folder: Path, phrases: str | None = None) -> Sources:
    """A hotline's texts in a folder."""
    articles = folder / "articles"
    articles.mkdir(parents=True, exist_ok=True)
    (articles / "a.yaml").write_text(ARTICLE, encoding="utf-8")
    tree, emergency = folder / "tree.yaml", folder / "emergency.yaml"
    tree.write_text(TREE, encoding="utf-8")
    emergency.write_text(WORDS, encoding="utf-8")
    own = None
    if phrases is not None:
        own = folder / "phrases.txt"
        own.write_text(phrases, encoding="utf-8")
    return Sources(tree, emergency, articles, own)
