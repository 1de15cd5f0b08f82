"""Trees are drawn with their words and, on request, with what happened in them."""

from __future__ import annotations

import xml.etree.ElementTree as xml
from pathlib import Path

import pytest

from ivr.draw import DrawUnavailable, draw, source
from ivr.tree import load
from tests.ivr.conftest import SHIPPED


def test_every_node_is_drawn_with_chinese_words_and_counts() -> None:
    tree = load(SHIPPED)
    svg = draw(tree, {"notice": 17})
    root = xml.fromstring(svg)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    drawn = {element.get("id") for element in root.iter()}
    assert {f"node-{name}" for name in tree.nodes} <= drawn
    assert "录音" in svg and "17次" in svg and "0次" in svg
    assert "0次" not in draw(tree)


def test_quotes_and_backslashes_in_a_text_do_not_break_the_drawing(tmp_path: Path) -> None:
    text = SHIPPED.read_text(encoding="utf-8").replace("感谢您的来电", '“感谢”\\\\\\"您\\"来电')
    file = tmp_path / "tree.yaml"
    file.write_text(text, encoding="utf-8")
    xml.fromstring(draw(load(file)))


def test_missing_program_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(DrawUnavailable, match="graphviz"):
        draw(load(SHIPPED))


def test_ways_out_carry_their_reasons() -> None:
    text = source(load(SHIPPED))
    for label in ("没有出声", "没听懂", "无人接听", "非工作时间", "0 人工", "已核对", "来电无号码"):
        assert label in text
