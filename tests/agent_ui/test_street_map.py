"""The street map and the ways of a call: over http, and in Chromium."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from agent_ui.pages.street_map import NO_MAP
from knowledge.places import street_map
from knowledge.places.directions import Directions, Step
from knowledge.places.geo import Point
from knowledge.places.guide import from_token
from knowledge.places.kept import kept_way
from knowledge.places.port import Mode
from tests.agent_ui import sample
from tests.agent_ui.browser import Chromium
from tests.agent_ui.served import Served

NOW = datetime.now(UTC)
LINE = (
    Point(22.54165, 114.01650), Point(22.54420, 114.01690), Point(22.54480, 114.02300),
    Point(22.54740, 114.03420), Point(22.54280, 114.03430),
)  # fmt: skip
STEPS = (
    Step("先沿农园路向北走，大约三百米，到红荔西路。", 300, LINE[0], "农园路"),
    Step("到红荔西路路口右转，沿红荔西路向东走，大约一点八公里。", 1800, LINE[1], "红荔西路"),
    Step("到香梅路路口右转，<b>大约</b>五百米，就到香梅路了。", 500, LINE[3], "香梅路"),
)  # fmt: skip
WAY = Directions("大约两点六公里，走路三十一分钟，一共转两个弯。", STEPS, 2600, 1860, 2, LINE)
# How many pixels of a map's own tiles have a colour (near white and near the ground are none).
PAINTED = """() => {
  let inked = 0;
  for (const tile of document.querySelectorAll('.map canvas.leaflet-tile')) {
    const data = tile.getContext('2d').getImageData(0, 0, tile.width, tile.height).data;
    for (let i = 3; i < data.length; i += 4) if (data[i] > 200) inked += 1;
  }
  return inked;
}"""


@pytest.fixture(scope="module")
def extract(shared: Path) -> Path:
    return shared / "places" / "shenzhen_futian.osm.pbf"


@pytest.fixture(scope="module")
def told(served: Served) -> str:
    """A call in which a way was told; returns the path of its ticket."""
    served.user("wang", "agent", "440106", "王小梅")
    sample.call(served.journal, "way1", NOW, sample.DIBAO[:2], ended=False)
    data = kept_way(
        from_token("22.541650,114.016500,农园路"),
        from_token("22.542800,114.034300,香梅路"),
        Mode.WALK,
        WAY,
    )
    served.journal.write("way1", "way", **data)
    served.journal.ended("way1", at=NOW)
    return "/calls/way1"


@pytest.fixture
def built(served: Served, extract: Path) -> street_map.About:
    folder = served.settings.data / "map"
    return street_map.build(extract, folder, NOW, lambda line: None)


@pytest.fixture
def unbuilt(served: Served) -> None:
    (served.settings.data / "map" / street_map.FILE).unlink(missing_ok=True)


def test_pieces_are_served_packed_and_kept_by_the_browser(
    served: Served, told: str, built: street_map.About
) -> None:
    with served.signed_in("wang") as client:
        about = client.get("/map").json()
        assert about["attribution"] == "© OpenStreetMap contributors"
        address = f"/map/{about['version']}/14/13381/7138"
        packed = client.get(address)
        assert packed.headers["content-encoding"] == "gzip"
        assert packed.headers["cache-control"] == "private, max-age=31536000, immutable"
        assert packed.headers["vary"] == "Accept-Encoding"
        assert "primary" in packed.json()["lines"]
        plain = client.get(address, headers={"Accept-Encoding": "identity"})
        assert "content-encoding" not in plain.headers and plain.json() == packed.json()
        kept = street_map.piece(served.settings.data / "map", 14, 13381, 7138)
        assert kept and json.loads(gzip.decompress(kept)) == plain.json()
        assert client.get(f"/map/{about['version']}/14/1/1").status_code == 204
        old = client.get("/map/older/14/13381/7138")
        assert old.headers["cache-control"] == "no-store", "a new map is not kept as the old one"
        assert client.get(f"/map/{about['version']}/14/x/1").status_code in (400, 404, 422)


def test_nobody_sees_the_map_without_login(served: Served, built: street_map.About) -> None:
    with served.client() as client:
        for path in ("/map", f"/map/{built.version}/14/13381/7138"):
            answer = client.get(path)
            assert answer.status_code in (303, 401) and "lines" not in answer.text


def test_without_a_map_the_list_is_there_and_the_command(
    served: Served, told: str, unbuilt: None
) -> None:
    with served.signed_in("wang") as client:
        page = client.get(told, follow_redirects=True).text
        assert NO_MAP in page and "hotline places build-map" in page
        assert "从农园路到香梅路（走路）" in page and STEPS[0].text in page
        assert "&lt;b&gt;大约" in page and 'class="map"' not in page
        assert client.get("/map").status_code == 404


def test_a_call_without_a_way_has_no_map(served: Served, told: str) -> None:
    sample.call(served.journal, "noway", NOW, sample.DIBAO)
    served.journal.write("noway", "way", mode="walk", line="é")
    with served.signed_in("wang") as client:
        page = client.get("/calls/noway", follow_redirects=True)
        assert page.status_code == 200 and 'aria-label="路线"' not in page.text


def test_the_way_is_drawn_over_our_own_streets(
    served: Served, chromium: Chromium, told: str, built: street_map.About, tmp_path: Path
) -> None:
    asked: list[str] = []

    async def scene(page: Page) -> None:
        page.on("request", lambda request: asked.append(request.url))
        await page.reload()
        await page.wait_for_function(f"() => ({PAINTED})() > 20000")
        await expect(page.locator(".map")).to_contain_text("© OpenStreetMap contributors")
        await expect(page.locator(".pin.from")).to_have_text("起")
        await expect(page.locator(".pin.to")).to_have_text("终")
        drawn = await page.locator(".map path.leaflet-interactive, .map path").count()
        assert drawn >= 2
        for pin in (".pin.from", ".pin.to"):
            await expect(page.locator(pin)).to_be_in_viewport()
        await page.locator(".way").screenshot(path=tmp_path / "way.png")

    chromium.play(scene, "wang", told, viewport={"width": 1440, "height": 2000})
    assert asked and all(url.startswith((served.base, "data:")) for url in asked)
    assert (tmp_path / "way.png").stat().st_size > 20_000


def test_the_map_is_moved_by_keys_and_by_the_steps(
    served: Served, chromium: Chromium, told: str, built: street_map.About
) -> None:
    where = "() => document.querySelector('.map .leaflet-map-pane').getBoundingClientRect().x"
    pin = "() => document.querySelector('.pin.from').getBoundingClientRect().x"

    async def scene(page: Page) -> None:
        await page.wait_for_function(f"() => ({PAINTED})() > 20000")
        before = await page.evaluate(where)
        await page.focus(".map")
        await page.keyboard.press("ArrowRight")
        await page.wait_for_function(f"(old) => ({where})() < old - 60", arg=before)
        step = page.get_by_role("button", name=STEPS[2].text)
        far = await page.evaluate(pin)
        await step.focus()
        await page.keyboard.press("Enter")
        await expect(step).to_have_attribute("aria-pressed", "true")
        await page.wait_for_function(f"(old) => Math.abs(({pin})() - old) > 300", arg=far)
        await page.keyboard.press("Enter")
        await expect(step).to_have_attribute("aria-pressed", "false")
        await expect(page.locator(".pin.to")).to_be_in_viewport()

    chromium.play(scene, "wang", told, viewport={"width": 1440, "height": 2000})
