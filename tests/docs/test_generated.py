"""Pages that come from code are up to date, and every command and setting is documented."""

from __future__ import annotations

import pytest

from docs.generate import HERE, PAGES


@pytest.mark.parametrize("name", PAGES)
def test_page_is_up_to_date(name: str) -> None:
    assert (HERE / name).read_text(encoding="utf-8") == PAGES[name](), "run make docs"
