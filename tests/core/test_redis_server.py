"""The private redis-server: it starts, keeps, stops, and dies with its owner."""

from __future__ import annotations

import asyncio
import os
import select
import sys
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from core.redis_server import RedisServer, RedisServerError
from tests.core.loop import on_loop

OWNER = """
import asyncio, sys
from pathlib import Path
from core.redis_server import RedisServer
async def main():
    server = RedisServer(Path(sys.argv[1]))
    await server.start()
    print(server._process.pid, flush=True)
    await asyncio.sleep(600)
asyncio.run(main())
"""


async def _ask(url: str, command: str, *arguments: Any) -> Any:
    async with Redis.from_url(url, decode_responses=True) as client:
        return await client.execute_command(command, *arguments)


@on_loop
async def test_it_keeps_what_was_written_over_a_restart(tmp_path: Path) -> None:
    first = RedisServer(tmp_path / "redis")
    await first.start()
    await _ask(first.url, "SET", "a", "1")
    await first.stop()
    with pytest.raises((RedisError, OSError)):
        await _ask(first.url, "PING")
    second = RedisServer(tmp_path / "redis")
    await second.start()
    kept, port = await _ask(second.url, "GET", "a"), await _ask(second.url, "CONFIG", "GET", "port")
    await second.stop()
    assert kept == "1"
    assert port["port"] == "0", "it listens on no TCP port"


@on_loop
async def test_a_folder_with_a_long_path_works_and_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = tmp_path / ("x" * 100) / "redis"

    server = RedisServer(folder)
    await server.start()
    socket = Path(server.url.removeprefix("unix://"))
    answer = await _ask(server.url, "PING")
    await server.stop()
    assert answer in (True, "PONG")
    assert not socket.parent.exists()
    assert (folder / "appendonlydir").is_dir()


@on_loop
async def test_a_missing_program_is_told_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RedisServerError, match=r"not installed.*HOTLINE_REDIS_URL"):
        await RedisServer(tmp_path / "redis").start()


@on_loop
async def test_a_program_that_ends_at_once_is_told_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "redis-server"
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    with pytest.raises(RedisServerError, match=r"did not start; see .*redis.log"):
        await RedisServer(tmp_path / "redis").start()


@on_loop
async def test_a_folder_that_cannot_be_made_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RedisServerError, match=r"cannot be started"):
        await RedisServer(tmp_path / "file" / "redis").start()


@on_loop
async def test_it_dies_with_an_owner_that_is_killed_and_the_next_one_finds_all(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "redis"
    owner = await asyncio.create_subprocess_exec(
        sys.executable, "-c", OWNER, str(folder), stdout=asyncio.subprocess.PIPE
    )
    assert owner.stdout is not None
    pid = int(await owner.stdout.readline())
    server = os.pidfd_open(pid)
    url = RedisServer(folder).url
    await _ask(url, "SET", "call", "live")
    owner.kill()
    await owner.wait()

    # At once: the former server may not have ended yet, and must not take the new one's socket.
    again = RedisServer(folder)
    await again.start()
    found = await _ask(again.url, "GET", "call")
    await again.stop()
    assert found == "live"
    assert select.select([server], [], [], 10)[0], "the server outlived its owner"
    os.close(server)
