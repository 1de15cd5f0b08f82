"""From Chinese text to the phonemes that Kokoro speaks: words, their pinyin, misaki's phonemes."""

from __future__ import annotations

import re
from typing import Any

from ivr.voice.lexicon import Lexicon
from ivr.voice.port import VoiceUnavailable

_PIECE = re.compile(r"[\u4e00-\u9fff]+|[^\u4e00-\u9fff]+")
_COMBINING_BELOW = chr(815)


class Phonemes:
    """Reads texts aloud on paper. Loading the dictionary takes about half a second."""

    def __init__(self, lexicon: Lexicon) -> None:
        """Take the readings to mend. Raises VoiceUnavailable when a library is missing."""
        try:
            import jieba
            from misaki import zh
            from pypinyin import Style, lazy_pinyin
        except ImportError as error:
            raise VoiceUnavailable(f"{error}; run `make setup`") from error
        jieba.setLogLevel("WARNING")
        self._mends = lexicon.mends
        self._style: Any = Style.TONE3
        self._lazy_pinyin: Any = lazy_pinyin
        self._misaki: Any = zh.ZHG2P
        # A tokeniser of our own: the words we add must not change how others cut texts.
        self._words: Any = jieba.Tokenizer()
        for word in self._mends:
            self._words.add_word(word)

    def __call__(self, text: str) -> str:
        """Return the phonemes of `text`; words are parted by spaces, which are heard as nothing."""
        said = []
        for piece in _PIECE.findall(self._misaki.map_punctuation(text)):
            if "\u4e00" <= piece[0] <= "\u9fff":
                words = self.words(piece)
                piece = " ".join("".join(map(self._misaki.py2ipa, word)) for _, word in words)
            said.append(piece)
        return "".join(said).replace(_COMBINING_BELOW, "")

    def words(self, text: str) -> list[tuple[str, tuple[str, ...]]]:
        """Return the words of a text of Chinese characters with their syllables (pinyin, tone)."""
        return [(word, self._read(word)) for word in self._words.lcut(text)]

    def _read(self, word: str) -> tuple[str, ...]:
        mended = self._mends.get(word)
        if mended is not None:
            return mended
        return tuple(self._lazy_pinyin(word, style=self._style, neutral_tone_with_five=True))
