"""`hotline sms try`: one text, at once, and the gateway's word in a sentence."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from core.settings import Settings
from core.sms.commands import make_sms


def run(*arguments: str, **settings: object) -> Result:
    made = Settings(**settings)  # type: ignore[arg-type]
    group = make_sms(lambda: made, lambda: datetime.now(UTC))
    return CliRunner().invoke(group, ["try", *arguments])


def test_a_text_is_sent_with_our_name(tmp_path: Path) -> None:
    done = run("13800138000", "一", sms_folder=tmp_path, sms_name="民政")
    assert done.exit_code == 0 and "accepted, 1 part(s)" in done.output
    (file,) = tmp_path.glob("*.json")
    sent = json.loads(file.read_text())
    assert (sent["to"], sent["text"]) == ("+8613800138000", "【民政】一")


@pytest.mark.parametrize(
    ("number", "settings", "why"),
    [
        ("13800138000", {}, "no gateway is set up"),
        ("02087654321", {"sms_folder": "x"}, "no Chinese mobile number"),
        (
            "13800138000",
            {"sms_url": "http://127.0.0.1:9/", "sms_secret": "x" * 16},
            "unavailable: ",
        ),
    ],
)
def test_what_is_wrong_is_said(number: str, settings: dict[str, object], why: str) -> None:
    done = run(number, **settings)
    assert done.exit_code == 1 and why in done.output
