"""Cut Chinese into words (jieba) and leave out what people say before they come to the point."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from threading import Lock

import jieba  # type: ignore[import-untyped]

# Said before or after the matter itself. Within each group the longer form comes first, since a
# pattern takes the first alternative that fits.
_BEFORE = (
    "我(?:就|就是)?想(?:要)?(?:请)?(?:咨询|请教|了解|打听|问|知道)(?:一下|一哈|问|下)?",
    "我(?:要|来)?(?:咨询|请教|打听|问)(?:一下|一哈|问|下|个问题)?",
    "(?:想|要)(?:咨询|了解|问)(?:一下|问|下)?",
    "麻烦(?:你|您)?(?:帮我)?(?:问|查|说)?(?:一下|下)?",
    "请(?:你|您)?(?:问|教)(?:一下|下)?",
    "(?:你|您|同志|师傅|小姐|姑娘|领导)好(?:啊|呀)?",
    "打扰(?:一下|了)|不好意思|是这样(?:的|子)?|就是说|就是|那个|这个|那么|然后|同志|姑娘",
    "[嗯呃额哦喂哎唉诶啊]+",
)
_AFTER = (
    "谢谢(?:你|您|了|啊)*",
    "好(?:吗|不好|嘛)|行(?:吗|不行)",
    "(?:你|您)?(?:知道|晓得)(?:吗|不)",
    "告诉我(?:一下)?|的话",
    "[啊呀呢哦嘛吧哈嗯呃]+",
)
_START = re.compile(f"^(?:{'|'.join(_BEFORE)})")
_END = re.compile(f"(?:{'|'.join(_AFTER)})$")
_DROPPED = re.compile(r"[^\w]+|_")
_INSIDE = re.compile("嗯+|呃+|那个(?=那个)")
_TOTAL_CUTS = 12
_CHINESE = re.compile("[\u4e00-\u9fff]+")


def plain(text: str) -> str:
    """The matter of a spoken sentence: no punctuation, no greeting, no filler; may be empty.

    A sentence that is nothing but fillers comes back empty.
    """
    text = _INSIDE.sub("", _DROPPED.sub("", unicodedata.normalize("NFKC", text)))
    for _ in range(_TOTAL_CUTS):
        shorter = _END.sub("", _START.sub("", text))
        if shorter == text:
            break
        text = shorter
    return text


def segment(text: str) -> list[str]:
    """The words of a text as a full-text index wants them: long words and the words within them.

    The dictionary is read at the first use (about a second); call `warm` first where that matters.
    """
    tokenizer = _tokenizer()
    return [word for word in tokenizer.cut_for_search(plain(text)) if not word.isspace()]


def rarity(word: str) -> float:
    """How much a word tells by how rare it is in general Chinese: 我 0.05, 申请 0.5, 低保 1."""
    tokenizer = _tokenizer()
    surprise = math.log(tokenizer.total / max(1, tokenizer.FREQ.get(word) or 0))
    return min(1.0, max(0.05, (surprise - 5.5) / 7))


def frequent(count: int) -> list[str]:
    """The most frequent words of general Chinese, most frequent first."""
    known = _tokenizer().FREQ
    chinese = [word for word, times in known.items() if times and _CHINESE.fullmatch(word)]
    return sorted(chinese, key=lambda word: (-known[word], word))[:count]


def add_words(words: Iterable[str]) -> None:
    """Teach the dictionary words of the trade, e.g. the topics of the articles."""
    tokenizer = _tokenizer()
    with _ADDING:
        for word in words:
            if not tokenizer.FREQ.get(word):
                tokenizer.add_word(word, freq=20)


def warm() -> None:
    """Read the dictionary now."""
    _tokenizer()


_ADDING = Lock()


@cache
def _tokenizer() -> jieba.Tokenizer:
    tokenizer = jieba.Tokenizer()
    # jieba would keep its dictionary as a marshal file in the shared temporary folder, where
    # anybody could put another one; reading the text dictionary each time costs under a second.
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    return tokenizer
