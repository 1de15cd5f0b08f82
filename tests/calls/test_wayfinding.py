"""Asking the way from the first word to the last, over the real names and streets of Futian.

The tree, the gazetteer and the router are those of the service; only sound is left out. Each case
of bad input ends in a sentence that says what to do.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ivr import events as ev
from ivr.dialogue import Dialogue
from ivr.direction_words import ELSE, HOW_NEXT, NO_BUS, OR_NONE, THERE, WHICH_ONE
from ivr.tree import load
from knowledge.places import osm, tiles
from knowledge.places.gazetteer import Gazetteer
from knowledge.places.geo import Point
from knowledge.places.guide import Guide
from knowledge.places.home import NOT_KNOWN
from knowledge.places.kinds import Kind
from knowledge.places.valhalla_router import ALREADY_THERE, ValhallaRouter
from knowledge.places.valhalla_worker import NO_END, TOO_FAR
from telephony.calls.ports import Seeker, asker_of
from telephony.sip.port import Invitation
from telephony.wayfinding import wayfinding
from tests.ivr.conftest import OPEN, SHIPPED
from tests.knowledge.places.conftest import named
from tickets.homes import Home

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
NUMBER = "+8613800138000"
AT_THE_CROSSING = (22.5488, 114.0302)
TO, FROM = "您要去哪里？", "您现在在哪里？请说附近的路名、路口，或者大楼。"
DIALOGUE = Dialogue(load(SHIPPED))
FAR_AWAY = Point(23.13, 113.26)


@pytest.fixture(scope="module")
def extract(shared: Path) -> Path:
    return shared / "places" / "shenzhen_futian.osm.pbf"


@pytest.fixture(scope="module")
def routes(extract: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("routes")
    tiles.build(extract, folder, NOW, lambda line: None)
    return folder


@pytest.fixture(scope="module")
def gazetteer(extract: Path) -> Gazetteer:
    read = osm.read(extract, "440304", lambda line: None)
    real = [
        named(at, place.name, kind=place.kind, point=place.point, area=place.area)
        for at, place in enumerate(read.places)
    ]
    more = [
        named(900, "香蜜湖医院", kind=Kind.HOSPITAL, point=Point(22.5470, 114.0310)),
        named(901, "旧墟路", standard="农林路", alias="old", point=Point(22.5400, 114.0290)),
        named(902, "广州塔", kind=Kind.BUILDING, point=FAR_AWAY, area="440105"),
        named(903, "白石村", kind=Kind.VILLAGE, point=None),
        *(
            named(910 + n, "解放路", point=Point(22.53 + n / 500, 114.02), area=f"44030{n}")
            for n in range(3, 8)
        ),
    ]  # fmt: skip
    return Gazetteer([*real, *more], read.crossings)


@pytest.fixture
def guide(gazetteer: Gazetteer, routes: Path) -> Iterator[Guide]:
    router = ValhallaRouter(routes)
    yield Guide(gazetteer, router)
    router.stop()


class Talk:
    """One caller with the line, from 问路 on."""

    def __init__(self, guide: Guide, asker: Seeker | None = None, **homes: Home) -> None:
        self.asker = asker or Seeker("440304", NUMBER)
        self.rendered: list[str] = []
        self.find = wayfinding(guide, lambda number: homes.get("home"), self.rendered.extend)
        known = frozenset({"position"} if self.asker.position else ())
        self.state, _ = DIALOGUE.start(OPEN, known)
        self.noted: list[tuple[str, str]] = []
        self.feed(ev.SayDone(self.state.saying))

    def feed(self, event: ev.Event) -> str:
        """What the line says to an event."""
        self.state, effects = DIALOGUE.step(self.state, event, OPEN)
        return self.do(effects)

    def do(self, effects: Any) -> str:
        said, asked = "", None
        for effect in effects:
            if isinstance(effect, ev.Say):
                said = "".join(effect.texts)
            elif isinstance(effect, ev.FindPlace | ev.FindWay):
                asked = effect
            elif isinstance(effect, ev.Note):
                self.noted.append((effect.key, effect.value))
        if asked is None:
            return said
        try:
            return self.feed(self.find(asked, self.asker))
        except Exception:  # as telephony.calls.session does
            return self.feed(ev.PlacesFound("unavailable"))

    def hear(self, *texts: str) -> str:
        """What the line says to the last of some utterances."""
        said = ""
        for text in texts:
            said = self.feed(ev.Speech(text, 0.95))
        return said


@pytest.fixture
def talk(guide: Guide) -> Talk:
    return Talk(guide)


@pytest.mark.parametrize(
    ("withheld", "number"),
    [(False, NUMBER), (True, "")],
)
def test_who_asks(withheld: bool, number: str) -> None:
    invited = Invitation(
        sip_call_id="1",
        source="127.0.0.1:5060",
        trunk="t",
        caller=NUMBER,
        caller_name="",
        called="12349",
        withheld=withheld,
        geolocation="geo:22.54,114.03",
    )
    assert asker_of(invited, "440304") == Seeker("440304", number, (22.54, 114.03))


# ---- the whole way -------------------------------------------------------------------------------


def test_to_the_last_step(talk: Talk) -> None:
    assert talk.hear("去香梅路怎么走") == FROM
    assert talk.hear("我在农林路").endswith("从农林路到香梅路，对吗？请说是，或者不是。")
    said = talk.hear("是的")
    assert said.startswith("大约") and said.endswith(HOW_NEXT)
    first = said
    for _ in range(30):
        said = talk.hear("下一步")
        if THERE in said:
            break
    assert THERE in said and "香梅路" in said
    assert talk.hear("上一步") != said and talk.hear("再说一遍") != said
    assert set(talk.rendered) & {first.removesuffix(HOW_NEXT)} or talk.rendered
    assert THERE in talk.hear("下一步") and "还需要其他帮助吗" in talk.hear("知道了")
    assert ("disposition", "machine") in talk.noted


def test_a_person_is_a_word_away_at_every_question(talk: Talk) -> None:
    for text in ("去香梅路怎么走", "我在农林路", "是的", "下一步"):
        talk.hear(text)
    talk.hear("转人工")
    assert talk.state.node == "waiting"


def test_from_home(guide: Guide) -> None:
    talk = Talk(guide, home=Home("福田区农林路5号", None))
    assert talk.hear("去香梅路怎么走", "我在家") == "从您家到香梅路，对吗？请说是，或者不是。"
    assert talk.hear("是的").startswith("大约")
    placed = Talk(guide, home=Home("某处", AT_THE_CROSSING))
    assert "从您家到农林路" in placed.hear("从我家到农林路怎么走")


def test_a_home_that_is_not_known_asks_on(talk: Talk) -> None:
    assert talk.hear("去香梅路怎么走", "我在家") == NOT_KNOWN + FROM
    assert "从农林路到香梅路" in talk.hear("农林路")


def test_the_device_says_where(guide: Guide) -> None:
    talk = Talk(guide, Seeker("440304", NUMBER, AT_THE_CROSSING))
    said = talk.hear("去农林路怎么走")
    assert said.startswith("定位显示，您在") and said.endswith("到农林路，对吗？请说是，或者不是。")
    assert talk.hear("不对") == TO and talk.hear("农林路") == FROM
    again = Talk(guide, Seeker("440304", NUMBER, AT_THE_CROSSING))
    again.hear("去农林路怎么走")
    assert again.hear("是的").startswith("大约")


def test_a_device_off_the_map_is_no_origin(guide: Guide) -> None:
    talk = Talk(guide, Seeker("440304", NUMBER, (30.0, 100.0)))
    assert talk.hear("去农林路怎么走") == "定位的地方不在我们的地图上。" + FROM


# ---- questions beside the way --------------------------------------------------------------------


def test_what_is_near_then_the_way_there(talk: Talk) -> None:
    assert talk.hear("我要问路") == TO
    assert talk.hear("这附近有什么医院") == FROM
    said = talk.hear("红荔路与香梅路路口")
    assert said.startswith("附近有香蜜湖医院，大约") and said.endswith(WHICH_ONE)
    assert "到香蜜湖医院，对吗" in talk.hear("第一个")
    assert talk.hear("是的").startswith("大约")


def test_what_is_near_and_no_more(guide: Guide) -> None:
    talk = Talk(guide, Seeker("440304", NUMBER, AT_THE_CROSSING))
    assert "香蜜湖医院" in talk.hear("这附近有什么医院")
    assert "还需要其他帮助吗" in talk.hear("不用了")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("香梅路在哪个区", "香梅路在深圳市福田区。"),
        ("香梅路的梅是哪个梅", "香梅路的梅，是梅花的梅。"),
        ("旧墟路现在叫什么", "旧墟路现在叫农林路。"),
        (
            "香梅路附近有没有动物园",
            "香梅路附近一点五公里以内，没有登记的动物园。您可以换一个地点问，或者说转人工。",
        ),
    ],
)  # fmt: skip
def test_an_answer_and_on(talk: Talk, text: str, said: str) -> None:
    talk.hear("我要问路")
    assert talk.hear(text) == said + ELSE
    assert talk.hear("香梅路") == FROM


def test_an_answer_and_silence(talk: Talk) -> None:
    talk.hear("我要问路", "香梅路在哪个区")
    talk.feed(ev.SayDone(talk.state.saying))
    assert "还需要其他帮助吗" in talk.feed(ev.TimerFired(talk.state.timer))


def test_an_old_name(talk: Talk) -> None:
    assert talk.hear("去旧墟路怎么走") == "旧墟路现在叫农林路。" + FROM


# ---- bad input -----------------------------------------------------------------------------------


def test_origin_is_destination(talk: Talk) -> None:
    said = talk.hear("去香梅路怎么走", "香梅路", "是的")
    assert said == ALREADY_THERE + TO


def test_off_the_map(talk: Talk) -> None:
    said = talk.hear("去广州塔怎么走", "香梅路", "是的")
    assert said in (NO_END + TO, TOO_FAR["walk"] + TO)


def test_the_same_way_by_car(talk: Talk, gazetteer: Gazetteer) -> None:
    talk.hear("去广州塔怎么走", "香梅路", "是的")
    assert talk.hear("那开车怎么走").endswith(TO)
    assert talk.hear("开车去农林路", "红荔路与香梅路路口", "是的").startswith("大约")
    assert talk.state.way.mode == "car"


def test_by_bus(talk: Talk) -> None:
    assert talk.hear("坐公交去农林路怎么走") == NO_BUS + FROM


def test_five_of_one_name_three_at_a_time(talk: Talk) -> None:
    said = talk.hear("去解放路怎么走")
    assert said.count("解放路") == 3 and said.endswith(OR_NONE)
    said = talk.hear("都不是")
    assert said.count("解放路") == 2 and OR_NONE not in said
    assert talk.hear("第二个") == FROM


def test_one_of_five_by_its_district_at_once(talk: Talk) -> None:
    first = talk.hear("去解放路怎么走")
    last = talk.state.way.rest[-1].label
    assert last not in first and talk.hear(last) == FROM
    assert talk.state.way.to is not None and talk.state.way.to.label == last


def test_none_of_five(talk: Talk) -> None:
    assert talk.hear("去解放路怎么走", "都不是", "都不是") == TO


def test_a_name_of_one_syllable(talk: Talk) -> None:
    said = talk.hear("我要问路", "塔")
    assert "太短，请说出完整的地名。" in said and said.endswith(TO)


def test_a_place_that_does_not_exist(talk: Talk) -> None:
    said = talk.hear("我要问路", "比萨斜塔博物馆")
    assert said.startswith("没有找到和“比萨斜塔博物馆”相近的地名。") and said.endswith(TO)
    talk.hear("比萨斜塔博物馆")
    talk.hear("比萨斜塔博物馆")
    assert talk.state.node in ("sorry_person", "person")


def test_a_place_without_a_position(talk: Talk) -> None:
    said = talk.hear("我要问路", "白石村")
    assert said.startswith("白石村在哪里我们没有登记坐标") and said.endswith(TO)


def test_without_streets_a_person(gazetteer: Gazetteer, tmp_path: Path) -> None:
    router = ValhallaRouter(tmp_path)
    talk = Talk(Guide(gazetteer, router))
    assert talk.hear("去香梅路怎么走", "农林路") == "问路服务由人工为您解答。"
    router.stop()


def test_without_names_a_person(routes: Path) -> None:
    talk = Talk(Guide(Gazetteer([]), ValhallaRouter(routes)))
    assert talk.hear("去香梅路怎么走") == "问路服务由人工为您解答。"
