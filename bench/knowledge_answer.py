"""How long the search takes to answer (budget: p99 < 20 ms over 20,000 articles)."""

from __future__ import annotations

import random
import statistics
import time
from dataclasses import replace
from datetime import date
from typing import Any

from knowledge.article import ArticleContent
from knowledge.load import load_folder
from knowledge.search import KnowledgeIndex

DAY = date(2026, 3, 1)
AREA = "440000"
# Syllables that any text may be made of; two or three make a matter of its own.
_PARTS = (
    "安保部城大道电发丰高工光海和河湖花华江教金经景军科宽兰老林龙民明南农平青清泉仁山商社生石书"
    "水司泰天通团卫文西县香新信星学阳医益英永优远云站长镇正中州洲竹庄资综"
)


def run(quick: bool) -> dict[str, Any]:
    """Time `KnowledgeIndex.ask` over made-up articles; milliseconds and seconds in the result.

    Each made-up article is one of ours on a matter of its own, so that the words all questions
    share are as frequent as in life. `quick` takes 2,000 articles instead of 20,000.
    """
    size, asks = (2_000, 300) if quick else (20_000, 1_000)
    rng = random.Random(1)
    shipped = load_folder().articles
    articles = [_made_up(rng.choice(shipped), number, rng) for number in range(size)]
    start = time.perf_counter()
    index = KnowledgeIndex(articles)
    built = time.perf_counter() - start
    times: list[float] = []
    for _ in range(asks):
        text = f"我想问一下{rng.choice(rng.choice(articles).questions)}啊"
        start = time.perf_counter()
        index.ask(text, AREA, DAY)
        times.append((time.perf_counter() - start) * 1000)
    cuts = statistics.quantiles(times, n=100)
    return {
        "articles": size,
        "questions": sum(len(article.questions) for article in articles),
        "build_s": round(built, 1),
        "p50_ms": round(cuts[49], 2),
        "p95_ms": round(cuts[94], 2),
        "p99_ms": round(cuts[98], 2),
        "budget_p99_ms": 20,
        "within_budget": cuts[98] < 20,
    }


def _made_up(article: ArticleContent, number: int, rng: random.Random) -> ArticleContent:
    matter = "".join(rng.choices(_PARTS, k=rng.choice((2, 2, 3))))
    questions = tuple(f"{matter}{question}" for question in article.questions)
    title = f"{matter}{article.title}"
    return replace(
        article, id=f"a{number}", title=title, area=AREA, questions=questions, keys=(matter,)
    )
