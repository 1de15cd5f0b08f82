"""Settings: where they come from, and one sentence for each way to get them wrong."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from core.settings import Settings, SettingsError, load


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Away from whatever the machine has set."""
    for name in list(os.environ):
        if name.startswith("HOTLINE_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_defaults_make_a_whole_node(alone: Path) -> None:
    settings = load()
    assert settings.database_url == f"sqlite:///{alone}/data/hotline.db"
    assert settings.tls_port == 5061
    assert settings.trunks[0].addresses == ["127.0.0.0/8"]


def test_arguments_beat_variables_beat_the_file(
    alone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (alone / "hotline.toml").write_text("sip_port = 5070\nhttp_port = 8000\nnode = 'file'\n")
    monkeypatch.setenv("HOTLINE_HTTP_PORT", "8001")
    monkeypatch.setenv("HOTLINE_NODE", "variable")
    settings = load(node="argument")
    assert (settings.sip_port, settings.http_port, settings.node) == (5070, 8001, "argument")


def test_the_file_may_lie_elsewhere(alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (alone / "other.toml").write_text(
        "[[trunks]]\nname = 'city'\naddresses = ['10.0.0.0/24']\narea = '440100'\n"
        "[[numbers]]\nnumber = '12349'\nurgent = true\n"
    )
    monkeypatch.setenv("HOTLINE_CONFIG", str(alone / "other.toml"))
    settings = load()
    assert [(trunk.name, trunk.area) for trunk in settings.trunks] == [("city", "440100")]
    assert settings.numbers[0].urgent


def test_lists_may_be_given_by_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE_TRUNKS", '[{"name": "city", "addresses": ["10.0.0.1"]}]')
    assert load().trunks[0].name == "city"


WRONG = [
    ("HOTLINE_HTTP_PORT", "0", "http_port"),
    ("HOTLINE_HTTP_PORT", "65536", "http_port"),
    ("HOTLINE_SIP_PORT", "sip", "sip_port"),
    ("HOTLINE_SIP_TLS_PORT", "-1", "sip_tls_port"),
    ("HOTLINE_RTP_PORTS", "10", "rtp_ports"),
    ("HOTLINE_MAX_CALLS", "901", "max_calls"),
    ("HOTLINE_NO_RTP_S", "1", "no_rtp_s"),
    ("HOTLINE_NODE", "a node", "node"),
    ("HOTLINE_TIMEZONE", "Asia/Canton1", "timezone is wrong: Asia/Canton1 is not"),
    ("HOTLINE_TIMEZONE", "../etc/passwd", "timezone"),
    ("HOTLINE_AREA", "4401", "area is wrong: .*GB/T 2260"),
    ("HOTLINE_DB_URL", "mysql://u:secret@host/db", "db_url is wrong: .*sqlite:// or postgresql://"),
    ("HOTLINE_DB_URL", "hotline.db", "db_url"),
    ("HOTLINE_REDIS_URL", "localhost:6379", "redis_url is wrong: .*redis://"),
    ("HOTLINE_TRUNKS", "local", "HOTLINE_TRUNKS must hold JSON"),
    ("HOTLINE_TRUNKS", '[{"name": "x"}]', "trunks.0.addresses"),
    ("HOTLINE_NUMBERS", '[{"number": "1", "area": "1"}]', "numbers.0.area"),
    ("HOTLINE_TRANSFER_TARGETS", "[", "HOTLINE_TRANSFER_TARGETS must hold JSON"),
    ("HOTLINE_HTTP_PROT", "8349", "HOTLINE_HTTP_PROT is not a setting"),
    ("HOTLINE_CONFIG", "/nowhere/hotline.toml", "HOTLINE_CONFIG names /nowhere/hotline.toml"),
    ("HOTLINE_CONFIG", "/", "HOTLINE_CONFIG names /, which is not a file"),
    ("HOTLINE_MIN_FREE_MB", "", "min_free_mb"),
    ("HOTLINE_SMS_URL", "http://10.0.0.1/texts", "sms_url"),
    ("HOTLINE_SMS_URL", "sms.example.org", "sms_url"),
    ("HOTLINE_SMS_URL", "https://sms.example.org:99999/", "sms_url"),
    ("HOTLINE_SMS_DAILY_CAP", "0", "sms_daily_cap"),
    ("HOTLINE_AGENCIES", '{"120": "120"}', "120 needs a SIP URI or a number"),
    ("HOTLINE_AGENCIES", '{"120": "sip:120@192.0.2.1"}', "interconnect_live"),
    ("HOTLINE_DESK_PHONES", '{"li": "8001"}', "the phone of li needs a SIP URI"),
    ("HOTLINE_OUT_CLASSES", '["premium"]', "out_classes"),
]


@pytest.mark.parametrize(("name", "value", "told"), WRONG)
def test_a_wrong_variable_gives_one_sentence_that_names_it(
    name: str, value: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=told) as caught:
        load()
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("sip_port = ", "hotline.toml cannot be read"),
        ("sip_prot = 5060", "sip_prot"),
        ("sip_port = 'x'", "sip_port"),
        ("[[trunks]]\nname = 'a'\naddresses = []\ncolour = 'red'", "trunks.0.colour"),
        ("[[trunks]]\nname = 'a'\naddresses = []\nmax_calls = 0", "trunks.0.max_calls"),
        ("node = '\udce9'", "hotline.toml cannot be read"),
        ("sms_url = 'https://a/'", "sms_secret"),
        ("sms_url = 'https://a/'\nsms_secret = 'short'", "sms_secret"),
        (
            "sms_url = 'https://a/'\nsms_secret = '0123456789abcdef'\nsms_folder = 'x'",
            "sms_folder",
        ),
    ],
)
def test_a_wrong_file_gives_one_sentence(text: str, told: str, alone: Path) -> None:
    (alone / "hotline.toml").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(SettingsError, match=told) as caught:
        load()
    assert "\n" not in str(caught.value)


def test_every_setting_says_what_it_is() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description and field.description.endswith("."), name


def test_an_agency_elsewhere_needs_the_interconnect_to_be_live() -> None:
    away = {"120": "sip:120@192.0.2.1:5060"}
    assert load(agencies=away, interconnect_live=True).agencies == away
    assert not load(agencies={"120": "sip:120@127.0.0.1:5080"}).interconnect_live
