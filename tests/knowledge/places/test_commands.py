"""`hotline places`: what it prints, and its exit codes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from core.db import Sessions
from core.settings import Settings
from knowledge.places import store
from knowledge.places.commands import make_places

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


@pytest.fixture
def places(sessions: Sessions, tmp_path: Path) -> click.Group:
    settings = Settings(data=tmp_path / "data")
    return make_places(lambda: (settings, sessions), lambda: settings, lambda: NOW)


def say(places: click.Group, *words: object) -> Result:
    return CliRunner().invoke(places, [str(word) for word in words])


def test_import_find_and_import_again(places: click.Group, extract: Path) -> None:
    first = say(places, "import", extract, "--area", "440304")
    assert first.exit_code == 0, first.output
    assert "shenzhen_futian: 148 added, 0 changed, 0 as before, 0 gone" in first.output
    again = say(places, "import", extract, "--area", "440304")
    assert "0 added, 0 changed, 148 as before, 0 gone" in again.output
    found = say(places, "find", "去香煤路怎么走", "--json")
    assert found.exit_code == 0
    value = json.loads(found.output)
    assert value["sureness"] == "sure" and value["places"][0]["name"] == "香梅路"
    assert value["places"][0]["point"][0] == pytest.approx(22.54, abs=0.02)
    near = say(places, "find", "香梅路", "--near", "红荔路与香梅路路口")
    assert near.exit_code == 0 and "米）" in near.output


def test_names_for_the_recogniser(places: click.Group, extract: Path, tmp_path: Path) -> None:
    assert "no place names" in say(places, "phrases", tmp_path / "p.txt").output
    say(places, "import", extract)
    assert say(places, "phrases", tmp_path / "p.txt").exit_code == 0
    names = (tmp_path / "p.txt").read_text("utf-8").splitlines()
    assert {"香梅路", "深南大道", "深南大道辅路"} <= set(names) and len(names) == len(set(names))
    assert "cannot be written" in say(places, "phrases", "/none/p.txt").output


def test_half_the_rows_wrong_imports_nothing(
    places: click.Group, tmp_path: Path, sessions: Sessions
) -> None:
    file = tmp_path / "names.csv"
    file.write_text(
        "标准名称,区划代码\n香梅路,440304\n红荔路,44\n景田路,440304\n,440304\n", "utf-8"
    )
    result = say(places, "import", file)
    assert result.exit_code == 1
    assert (
        "第 3 行：区划代码“44”不对" in result.output and "第 5 行：标准名称是空的" in result.output
    )
    assert "2 rows are wrong and 2 are well; nothing was imported" in result.output
    assert list(store.names(sessions)) == []


def test_check_writes_nothing(places: click.Group, tmp_path: Path, sessions: Sessions) -> None:
    template = tmp_path / "t.xlsx"
    assert say(places, "template", template).exit_code == 0
    assert "1 places and 0 crossings are well" in say(places, "import", template, "--check").output
    assert list(store.names(sessions)) == []
    assert "exists" in say(places, "template", template).output


def test_divisions(places: click.Group) -> None:
    result = say(places, "divisions")
    assert result.exit_code == 0 and "0 gone" in result.output
    found = say(places, "find", "香蜜湖街道")
    assert found.exit_code == 0 and "深圳市福田区香蜜湖街道，没有坐标" in found.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["import", "x.pdf"], "say an extract (.osm.pbf) or a table"),
        (["import", "x.osm.pbf"], "is not a file"),
        (["import", "x.csv"], "cannot be read"),
        (["import", "x.csv", "--area", "44"], "not a GB/T 2260 area code"),
        (["find", "香梅路"], "no place names were imported yet"),
        (["template", "/none/x.csv"], "cannot be written"),
    ],
)
def test_what_is_wrong_gets_one_sentence(places: click.Group, words: list[str], said: str) -> None:
    result = say(places, *words)
    assert result.exit_code == 1
    assert said in result.output and "Traceback" not in result.output


def test_choices_and_nothing_are_exit_code_1(places: click.Group, tmp_path: Path) -> None:
    file = tmp_path / "names.csv"
    file.write_text("标准名称,区划代码\n人民路,440304\n人民路,440305\n", "utf-8")
    say(places, "import", file)
    assert say(places, "find", "人民路").exit_code == 1
    result = say(places, "find", "香梅大道", "--near", "95,200")
    assert result.exit_code == 1 and "no latitude" in result.output


def test_build_routes_and_ask_the_way(places: click.Group, extract: Path) -> None:
    say(places, "import", extract, "--area", "440304")
    built = say(places, "build-routes", extract)
    assert built.exit_code == 0 and "tiles from shenzhen_futian.osm.pbf" in built.output
    way = say(places, "route", "--from", "红荔路与香梅路路口", "--to", "农林路", "--json")
    assert way.exit_code == 0, way.output
    value = json.loads(way.output)
    assert value["summary"].startswith("大约") and "走路" in value["summary"]
    assert value["steps"][0]["text"].startswith("先沿") and "农林路" in value["steps"][-1]["text"]
    assert value["geometry"]["type"] == "LineString" and value["metres"] > 500
    assert "OpenStreetMap" in value["attribution"]
    drive = say(places, "route", "--from", "22.535,114.025", "--to", "香梅路", "--mode", "car")
    assert drive.exit_code == 0 and "开车" in drive.output and "1. 先沿" in drive.output


def test_no_way_is_a_sentence(places: click.Group, extract: Path, tmp_path: Path) -> None:
    assert "build-routes" in say(places, "route", "--from", "22.5,114", "--to", "22.6,114").output
    assert "走路（walk）" in say(places, *"route --from a --to b --mode bus".split()).output
    assert "no place names" in say(places, "route", "--from", "香梅路", "--to", "22,114").output
    say(places, "build-routes", extract)
    say(places, "import", extract)
    same = say(places, "route", "--from", "香梅路", "--to", "香煤路")
    assert same.exit_code == 1 and "您已经在那里了" in same.output
    cut = tmp_path / "cut.osm.pbf"
    cut.write_bytes(extract.read_bytes()[:3000])
    result = say(places, "build-routes", cut)
    assert result.exit_code == 1 and "stays as it was" in result.output
