"""Where names stand on the map."""

from __future__ import annotations

import math

from knowledge.places.map_labels import TILE_PX, ZOOMS, Spot, Street, joined, placed
from knowledge.places.map_shapes import World


def px(x: float, y: float, zoom: int = 15) -> World:
    """A place so many pixels from somewhere at a zoom."""
    size = TILE_PX * 2**zoom
    return 0.8 + x / size, 0.4 + y / size


def test_a_name_stands_along_its_street_and_upright() -> None:
    street = Street("香梅路", (px(0, 0), px(0, -300)), 15, 0.5)
    (label, *_) = placed([street], [])
    assert label.text == "香梅路" and label.zoom == 15 and abs(label.angle or 0) == 90
    west = Street("红荔路", (px(300, 0), px(0, 0)), 15, 0.5)
    assert placed([west], [])[0].angle == 0, "not on its head"


def test_a_street_too_short_at_one_zoom_has_its_name_at_a_nearer_one() -> None:
    labels = placed([Street("香梅路", (px(0, 0), px(30, 0)), 15, 0.5)], [])
    assert labels[0].zoom == 16


def test_names_do_not_cover_each_other_and_the_greater_comes_first() -> None:
    small = Street("小巷子", (px(-100, 5), px(100, 5)), 15, 0.2)
    great = Street("深南大道", (px(-100, 0), px(100, 0)), 15, 0.7)
    spots = [Spot("市民中心", px(0, 4), 15, 0.8)]
    labels = placed([small, great], spots)
    first = [label.text for label in labels if label.zoom == 15]
    assert first[0] == "市民中心" and len(first) == 1
    for zoom in ZOOMS:
        size = TILE_PX * 2**zoom
        shown = [label for label in labels if label.zoom <= zoom]
        for at, a in enumerate(shown):
            for b in shown[at + 1 :]:
                assert math.dist(a.place, b.place) * size > 12


def test_a_long_street_has_its_name_more_often_when_near() -> None:
    street = Street("深南大道", (px(0, 0, 12), px(500, 0, 12)), 12, 0.7)
    labels = placed([street], [])
    often = [sum(label.zoom <= zoom for label in labels) for zoom in ZOOMS]
    assert often[0] == 0 and often[1] == 1 and often == sorted(often) and often[-1] > 10


def test_a_name_does_not_bend_round_a_corner() -> None:
    corner = Street("转弯路转弯路", (px(0, 0), px(50, 0), px(50, 50)), 15, 0.5)
    assert all(label.zoom > 15 for label in placed([corner], []))


def test_pieces_of_a_street_are_put_end_to_end() -> None:
    a, b, c, d = (px(n * 10, 0) for n in range(4))
    lines = list(joined([("路", (c, d)), ("路", (a, b)), ("路", (b, c)), ("别路", (b, d))]))
    assert ("路", [a, b, c, d]) in lines and ("别路", [b, d]) in lines and len(lines) == 2
    ring = list(joined([("环路", (a, b)), ("环路", (b, a))]))
    assert ring == [("环路", [a, b, a])]


def test_two_carriageways_have_one_name_between_them() -> None:
    ways = [Street("深南大道", (px(0, y), px(300, y)), 15, 0.7) for y in (0, 60)]
    assert sum(label.zoom == 15 for label in placed(ways, [])) == 1
