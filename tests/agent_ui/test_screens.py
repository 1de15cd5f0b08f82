"""Every page, light and dark, is free of what axe calls serious, and has its picture in docs."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from fastapi import APIRouter

from docs.screens import FOLDER
from tests.agent_ui.browser import Chromium
from tests.agent_ui.screens import NoSample, Screen, examine, fill, routes, screen_of, screens, show
from tests.agent_ui.served import Served

LIMIT_BYTES = 4_000_000


@pytest.fixture(scope="module")
def pages(served: Served) -> Iterator[list[Screen]]:
    yield screens(served, fill(served))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(pages: list[Screen], chromium: Chromium, scheme: str) -> None:
    found = {
        screen.path: findings for screen in pages if (findings := show(chromium, screen, scheme)[0])
    }
    assert not found


def test_axe_would_find_something(pages: list[Screen], chromium: Chromium) -> None:
    async def scene(page: object) -> list[str]:
        await page.evaluate(
            "document.querySelector('main').innerHTML = '<img src=/static/icon.svg><input>'"
        )  # type: ignore[attr-defined]
        return await examine(page)  # type: ignore[arg-type]

    chromium.faults.clear()
    found = " ".join(chromium.play(scene, "wang", "/help"))
    assert "image-alt" in found and "label" in found


def test_every_page_of_the_application_is_listed(served: Served, pages: list[Screen]) -> None:
    listed = {re.sub(r"\?.*", "", screen.path) for screen in pages}
    assert {"/live", "/phone", "/roles", "/planning", "/quality/appeals", "/help"} <= listed
    assert len(listed) > 20
    assert len(set(routes(served))) > len(listed)


def test_a_page_that_cannot_be_opened_is_named(served: Served, pages: list[Screen]) -> None:
    lost = APIRouter()
    lost.add_api_route("/lost/{thing}", lambda thing: thing, methods=["GET"])
    served.app.include_router(lost, include_in_schema=False)
    assert "/lost/{thing}" in set(routes(served))
    for samples, said in (({}, "give thing a sample"), ({"thing": "x/y"}, "nobody can open")):
        with pytest.raises(NoSample, match=rf"/lost/\{{thing\}}: {said}"):
            screen_of(served, "/lost/{thing}", samples)


def test_every_page_has_its_pictures_and_they_are_small(pages: list[Screen]) -> None:
    kept = {file.name for file in FOLDER.iterdir()}
    wanted = {f"{each.name}-{scheme}.webp" for each in pages for scheme in ("light", "dark")}
    assert wanted == kept, "run make screens"
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) < LIMIT_BYTES
