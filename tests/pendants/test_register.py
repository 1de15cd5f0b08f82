"""`hotline devices`: all of a file or nothing, and a list that shows nobody."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from core import migrate
from core.crypto import Vault
from core.db import Sessions, open_database, open_sessions
from core.settings import Settings
from telephony.pendants.commands import make_devices

GOOD = "协议,设备号,姓名,电话\nscaip,26317,张三丰,13800138000\ndc-09,1234,李四,\n"


def _run(tmp_path: Path, *words: str) -> tuple[int, str]:
    settings = Settings(data=tmp_path)

    def load() -> tuple[Settings, Sessions]:
        migrate.upgrade(settings.database_url)
        return settings, open_sessions(open_database(settings.database_url, Vault(b"k" * 32)))

    result = CliRunner().invoke(make_devices(load), list(words))
    return result.exit_code, result.output


def test_a_file_is_read_in_and_again(tmp_path: Path) -> None:
    file = tmp_path / "devices.csv"
    file.write_text(GOOD)
    assert "2 devices are new, 0" in _run(tmp_path, "import", str(file))[1]
    assert "0 devices are new, 2" in _run(tmp_path, "import", str(file))[1]
    code, shown = _run(tmp_path, "list")
    assert code == 0 and "26317" in shown and "1234" in shown
    assert "张三丰" not in shown and "13800138000" not in shown


def test_one_bad_row_and_nothing_is_read_in(tmp_path: Path) -> None:
    file = tmp_path / "devices.csv"
    file.write_text(GOOD + "scaip,,王五,\nfax,1,赵六,\nscaip,26317,钱七,\n")
    code, said = _run(tmp_path, "import", str(file))
    assert code == 1 and "3 faults" in said
    assert all(f"devices.csv:{row}:" in said for row in (4, 5, 6))
    assert "no devices yet" in _run(tmp_path, "list")[1]
