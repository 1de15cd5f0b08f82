"""What is said of a route: when a word is needed, and which."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.places.directions import Directions, directions, turning
from knowledge.places.geo import Point, length, towards
from knowledge.places.moves import alike, moves
from knowledge.places.port import Edge, Exit, Mode, Route
from knowledge.places.record import CrossingRecord

START = Point(22.54, 114.03)


class Around:
    """What is beside the route: crossings and landmarks by their position."""

    def __init__(
        self,
        corners: tuple[CrossingRecord, ...] = (),
        landmarks: tuple[tuple[Point, str], ...] = (),
    ) -> None:
        self._corners, self._landmarks = corners, landmarks

    def corners(self, point: Point, limit_m: float) -> list[tuple[float, CrossingRecord]]:
        found = [(length([point, each.point]), each) for each in self._corners]
        return sorted((away, each) for away, each in found if away <= limit_m)

    def landmarks(self, point: Point, limit_m: float) -> list[tuple[float, str]]:
        found = [(length([point, where]), name) for where, name in self._landmarks]
        return sorted((away, name) for away, name in found if away <= limit_m)


def path(*pieces: tuple[float, float, str], exits: dict[int, list[Exit]] | None = None) -> Route:
    """A route of pieces (heading, metres, road; ~use for one without a name) from START.

    `exits` are the other ways at the end of a piece, by its number.
    """
    at, edges = START, []
    for number, (heading, far, road) in enumerate(pieces):
        line = tuple(towards(at, heading, far * share) for share in (0, 0.5, 1))
        named = not road.startswith("~")
        edges.append(
            Edge(
                (road,) if named else (),
                "road" if named else road[1:],
                far,
                line,
                tuple((exits or {}).get(number, ())),
            )
        )
        at = line[-1]
    line = tuple(point for edge in edges for point in edge.line)
    total = sum(edge.metres for edge in edges)
    return Route(Mode.WALK, total, total / 1.4, line, tuple(edges))


def told(route: Route, around: Around | None = None, end: Point | None = None) -> Directions:
    return directions(route, end or route.line[-1], "民政局", around or Around())


def test_one_road_straight_on() -> None:
    way = told(path((0, 300, "香梅路"), (0, 200, "香梅路"), exits={0: [Exit(90)]}))
    assert way.summary == "大约五百米，走路六分钟，不用转弯。"
    assert [step.text for step in way.steps] == ["先沿香梅路向北走，大约五百米，就到民政局了。"]


def test_a_turn_into_a_named_road() -> None:
    route = path((0, 400, "香梅路"), (90, 800, "红荔路"), exits={0: [Exit(0, True), Exit(270)]})
    way = told(route, end=towards(route.line[-1], 180, 20))
    assert way.turns == 1 and way.summary.endswith("一共转一个弯。")
    assert [step.text for step in way.steps] == [
        "先沿香梅路向北走，大约四百米，到红荔路。",
        "到红荔路路口右转，沿红荔路向东走，大约八百米，民政局就在您的右手边。",
    ]


def test_a_road_is_followed_round_its_bend_without_a_word() -> None:
    bend = path((0, 200, "香梅路"), (60, 200, "香梅路"), exits={0: [Exit(0), Exit(270)]})
    assert len(told(bend).steps) == 1
    lonely = path((0, 200, "~path"), (70, 200, "~path"))
    assert len(told(lonely).steps) == 1


def test_straight_on_is_told_where_the_road_bends_away() -> None:
    route = path((0, 200, "香梅路"), (0, 200, "~service_road"), exits={0: [Exit(80, True)]})
    second = told(route).steps[1]
    assert second.text.startswith("直走，沿没有路名的内部路向北走")


def test_a_straight_way_that_becomes_another_road() -> None:
    long, brief = (
        path((0, 300, "红荔西路"), (0, far, "红荔路"), (0, 300, "红荔西路")) for far in (200, 30)
    )
    assert [step.road for step in told(long).steps] == ["红荔西路", "红荔路", "红荔西路"]
    assert [step.road for step in told(brief).steps] == ["红荔西路"]


def test_the_left_or_the_right_one_of_a_fork() -> None:
    for taken, other, said in ((20, 340, "右边"), (340, 20, "左边")):
        route = path((0, 200, "~path"), (taken, 200, "~path"), exits={0: [Exit(other, True)]})
        assert told(route).steps[1].text.startswith(f"在岔路口走{said}那条路，沿没有路名的小路")
    middle = path((0, 90, "~path"), (5, 90, "~path"), exits={0: [Exit(345), Exit(25)]})
    assert "走中间那条路" in told(middle).steps[1].text


def test_junctions_are_counted_where_the_way_has_no_name() -> None:
    route = path(
        (0, 60, "香梅路"), (0, 60, "香梅路"), (90, 30, "~footway"),
        exits={0: [Exit(90)], 1: [Exit(0, True)]},
    )  # fmt: skip
    assert told(route).steps[1].text.startswith("在右手边第二个路口右转，沿没有路名的人行道")


def test_the_far_carriageway() -> None:
    route = path(
        (0, 200, "香梅路"), (0, 20, "香梅路"), (90, 300, "红荔路"),
        exits={0: [Exit(90), Exit(270)], 1: [Exit(0, True), Exit(270)]},
    )  # fmt: skip
    assert told(route).steps[1].text.startswith("到红荔路路口过了马路再右转，沿红荔路向东走")


def test_a_slip_road_is_part_of_the_turn() -> None:
    route = path(
        (0, 200, "香梅路"), (40, 40, "~turn_channel"), (90, 300, "红荔路"),
        exits={0: [Exit(0, True)], 1: [Exit(270, False)]},
    )  # fmt: skip
    assert [step.road for step in told(route).steps] == ["香梅路", "红荔路"]
    assert told(route).turns == 1


def test_crossings_on_the_way_and_how_far_it_is_from_the_last() -> None:
    route = path(*[(0, 200, "香梅路")] * 5, (90, 100, "红荔路"), exits={4: [Exit(0, True)]})
    corners = tuple(
        CrossingRecord(*sorted(("香梅路", road)), route.edges[at].line[-1])
        for at, road in ((0, "景田路"), (2, "农林路"), (4, "红荔路"))
    )
    text = told(route, Around(corners)).steps[0].text
    assert text == (
        "先沿香梅路向北走，大约一公里，路过景田路、农林路路口，"
        "过了农林路路口再走大约四百米，到红荔路。"
    )


def test_a_landmark_at_the_turn() -> None:
    route = path((0, 400, "香梅路"), (90, 100, "红荔路"), exits={0: [Exit(0, True)]})
    corner = towards(route.edges[0].line[-1], 45, 20)
    text = told(route, Around(landmarks=((corner, "市民公园"),))).steps[1].text
    assert text.startswith("到红荔路路口（市民公园旁边）右转")


def test_the_first_few_steps_to_the_road_are_not_told() -> None:
    route = path((90, 8, "~service_road"), (0, 300, "香梅路"), exits={0: [Exit(180)]})
    (only,) = told(route).steps
    assert only.text.startswith("先沿香梅路向北走，大约三百米") and only.metres == 308


def test_turns_among_paths_near_a_road_are_told_by_the_compass() -> None:
    turns = {0: [Exit(180)], 1: [Exit(0), Exit(180)]}
    route = path((90, 20, "~footway"), (0, 25, "~footway"), (90, 300, "香梅路"), exits=turns)
    (only,) = told(route).steps
    assert only.text.startswith("先向东北走大约三十米，到香梅路，再沿香梅路向东走，大约三百米")
    assert only.metres == 345
    far = path((90, 20, "~footway"), (0, 60, "~footway"), (90, 300, "香梅路"), exits=turns)
    assert len(told(far).steps) == 3
    ramp = path((90, 20, "~ramp"), (0, 25, "~ramp"), (90, 300, "香梅路"), exits=turns)
    assert len(told(ramp).steps) > 1


def test_a_short_way_aside_to_the_road_ahead_is_not_straight_on() -> None:
    route = path(
        (90, 200, "福强路"), (40, 10, "~turn_channel"), (90, 300, "福强路辅路"),
        exits={0: [Exit(90, True)]},
    )  # fmt: skip
    assert told(route).steps[1].text.startswith("到福强路辅路路口走左边那条路，沿福强路辅路")


def test_a_part_of_the_same_street_marks_no_place() -> None:
    route = path(
        (270, 500, "红荔路"), (270, 300, "红荔路"), (180, 200, "香蜜湖路"),
        exits={0: [Exit(0)], 1: [Exit(270, True)]},
    )  # fmt: skip
    at = route.edges[0].line[-1]
    texts = [
        told(route, Around((CrossingRecord(road, "红荔路", at),))).steps[0].text
        for road in ("红荔西路", "农林路")
    ]
    assert "路过" not in texts[0] and "路过农林路路口，过了农林路路口再走" in texts[1]


def test_a_way_that_begins_farther_off_is_told_from_where_one_is() -> None:
    route = path((0, 300, "香梅路"))
    near, far = (towards(START, 90, away) for away in (30, 90))
    texts = [
        directions(route, route.line[-1], "民政局", Around(), start).steps[0].text
        for start in (near, far)
    ]
    assert texts[0].startswith("先沿香梅路向北走")
    assert texts[1].startswith("先向西走大约九十米，到香梅路，再沿香梅路向北走，大约三百米")


def test_turning_round_at_the_start_is_told() -> None:
    route = path((270, 40, "~turn_channel"), (90, 300, "香梅路"), exits={0: [Exit(270)]})
    steps = told(route).steps
    assert [step.road for step in steps] == ["", "香梅路"]


def test_the_second_of_two_forks() -> None:
    route = path(
        (90, 300, "深南大道"), (90, 14, "深南大道"), (104, 300, "香蜜湖路"),
        exits={0: [Exit(110)], 1: [Exit(90, True)]},
    )  # fmt: skip
    assert told(route).steps[1].text.startswith("到香蜜湖路第二个岔路口走右边那条路，沿香蜜湖路")


def test_a_like_way_of_the_road_come_by_is_no_carriageway() -> None:
    route = path(
        (90, 200, "~service_road"), (90, 15, "~service_road"), (0, 300, "金顺路"),
        exits={0: [Exit(0, True)], 1: [Exit(90, False)]},
    )  # fmt: skip
    assert "过了马路" not in told(route).steps[1].text


def test_ways_all_to_one_side_are_told_by_the_turn() -> None:
    route = path(
        (0, 100, "新闻路"), (315, 200, "香梅路"), exits={0: [Exit(295), Exit(150), Exit(80)]}
    )
    assert told(route).steps[1].text.startswith("到香梅路路口向左前方走，沿香梅路")


def test_a_slight_turn_is_not_counted() -> None:
    route = path((0, 80, "~path"), (38, 60, "~path"), exits={0: [Exit(304)]})
    assert told(route).steps[1].text.startswith("向右前方走，沿没有路名的小路")


def test_the_last_crossing_is_told_where_nothing_marks_the_next_turn() -> None:
    route = path(
        (0, 150, "香梅路"), (0, 150, "香梅路"), (90, 60, "~footway"),
        exits={0: [Exit(90)], 1: [Exit(0, True)]},
    )  # fmt: skip
    corner = CrossingRecord("红荔路", "香梅路", route.edges[0].line[-1])
    counted = told(route, Around((corner,))).steps
    assert "再走" not in counted[0].text and "第二个路口" in counted[1].text
    pieces = [(0.0, 150.0, "香梅路")] * 6 + [(90.0, 60.0, "~footway")]
    unmarked = path(*pieces, exits={at: [Exit(90)] for at in range(5)} | {5: [Exit(0, True)]})
    corner = CrossingRecord("红荔路", "香梅路", unmarked.edges[1].line[-1])
    first, second = (step.text for step in told(unmarked, Around((corner,))).steps)
    assert "过了红荔路路口再走大约六百米" in first and second.startswith("右转，")


def test_driving_is_said_so() -> None:
    walk = path((0, 3000, "深南大道"))
    drive = Route(Mode.CAR, walk.metres, 300, walk.line, walk.edges)
    way = told(drive)
    assert "开车五分钟" in way.summary and "向北开" in way.steps[0].text


@pytest.mark.parametrize(
    ("angle", "said"),
    [(0, "直走"), (-29, "直走"), (45, "向右前方走"), (-90, "左转"), (150, "向右后方转"),
     (-179, "掉头")],
)  # fmt: skip
def test_turns_in_words(angle: float, said: str) -> None:
    assert turning(angle) == said


@given(
    st.lists(
        st.tuples(
            st.floats(0, 359),
            st.floats(5, 900),
            st.sampled_from(["香梅路", "红荔路", "~path", "~road"]),
        ),
        min_size=1,
        max_size=8,
    ),
    st.lists(st.lists(st.builds(Exit, st.floats(0, 359), st.booleans()), max_size=3), max_size=8),
)
def test_any_route_is_told_whole(
    pieces: list[tuple[float, float, str]], ways: list[list[Exit]]
) -> None:
    route = path(*pieces, exits=dict(enumerate(ways)))
    made = moves(route.edges)
    assert sum(move.metres for move in made) == pytest.approx(route.metres)
    way = told(route)
    assert len(way.steps) == len(made) and way.steps[0].text.startswith("先沿")
    assert all("沿" in step.text and step.text.endswith("。") for step in way.steps)
    assert not any("沿路" in step.text or "沿道路" in step.text for step in way.steps)


@given(st.floats(-180, 180), st.floats(-180, 180))
def test_ways_alike_are_alike_both_ways(a: float, b: float) -> None:
    assert alike(a, b) == alike(b, a)
