"""All that a tree can say, so that it can be rendered before anybody asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ivr.events import Answered
from ivr.nodes import AnswerNode, Tree
from ivr.turn import filled


def texts_of(tree: Tree, articles: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return every sentence that a tree with these articles can say, each once, tree first.

    `articles` are plain data with title, spoken and spoken_source.
    """
    found = dict.fromkeys(tree.fixed_texts())
    answers = [node for node in tree.nodes.values() if isinstance(node, AnswerNode)]
    asked: dict[str, None] = {}
    for article in articles:
        reply = Answered(
            "answer",
            title=str(article["title"]).strip(),
            spoken=str(article["spoken"]).strip(),
            source=str(article["spoken_source"]).strip(),
        )
        for node in answers:
            instead = tree.elder.texts.get(node.name, ()) if tree.elder else ()
            found.update(dict.fromkeys((*filled(node.tell, reply), *filled(instead, reply))))
            asked.update(dict.fromkeys(filled(node.confirm, reply)))
    return list(found | asked)
