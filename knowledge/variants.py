"""Which articles are variants of one answer: of one topic, for different people, with a question
in common.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

from core.area import COUNTRY, normal, parents, valid
from core.area_names import short_name
from core.sound import Sounds, sounds
from knowledge.article import ArticleContent


def groups(
    articles: Sequence[ArticleContent], asked: Sequence[Iterable[Sounds]]
) -> list[list[int]]:
    """For each article the positions of its variants, itself among them, in order.

    `asked` are the sounds of each article's questions. The names of its own area count for
    nothing: 广州高龄津贴多少钱 and 深圳高龄津贴多少钱 are one question.
    """
    leader = list(range(len(articles)))

    def lead(at: int) -> int:
        while leader[at] != at:
            leader[at] = leader[leader[at]]
            at = leader[at]
        return at

    first: dict[tuple[str, Sounds], int] = {}
    for at, (article, ways) in enumerate(zip(articles, asked, strict=True)):
        names = _names(article.area)
        for way in ways:
            key = article.topic, _without(way, names)
            if key[1]:
                leader[lead(at)] = lead(first.setdefault(key, at))
    members: dict[int, dict[tuple[object, ...], int]] = {}
    found = [[at] for at in range(len(articles))]
    for at, article in enumerate(articles):
        scope = article.area, article.age_from, article.age_to, article.household
        # Two for the same people are no variants but rivals: the caller is asked which is meant.
        members.setdefault(lead(at), {}).setdefault(scope, at)
    for scopes in members.values():
        variants = list(scopes.values())
        for at in variants:
            found[at] = variants
    return found


@cache
def _names(area: str) -> tuple[Sounds, ...]:
    """How an area and those around it are named in speech."""
    if not valid(area) or normal(area) == COUNTRY:
        return ()
    return tuple(sounds(name) for code in (area, *parents(area)) if (name := short_name(code)))


def _without(way: Sounds, names: Iterable[Sounds]) -> Sounds:
    for name in names:
        if name[0] not in way:
            continue
        for at in range(len(way) - len(name) + 1):
            if way[at : at + len(name)] == name:
                end = at + len(name)
                # 广州市的高龄津贴: what belongs to the name goes with it.
                while end < len(way) and way[end] in ("shi", "qu", "xian", "de"):
                    end += 1
                way = way[:at] + way[end:]
                break
    return way
