"""A private redis-server on a Unix socket in the data folder, when no HOTLINE_REDIS_URL is set."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
from pathlib import Path

from redis.asyncio import Redis
from redis.exceptions import RedisError

LONGEST_SOCKET_PATH = 100  # sun_path holds 108 bytes (unix(7))


def url_in(folder: Path) -> str:
    """URL of the server that has this folder, if one runs; for other processes of the machine."""
    return f"unix://{(folder / 'redis.sock').resolve()}"


class RedisServerError(Exception):
    """The private server cannot be started; the message says what to do."""


class RedisServer:
    """Starts and stops the server; it is ended by the kernel when this process dies."""

    def __init__(self, folder: Path) -> None:
        """Take the folder for its append-only file and socket (made when missing)."""
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None
        self._socket = folder / "redis.sock"
        self._elsewhere: Path | None = None
        if len(str(self._socket.absolute())) > LONGEST_SOCKET_PATH:
            self._elsewhere = Path(tempfile.mkdtemp(prefix="hotline-"))
            self._socket = self._elsewhere / "redis.sock"

    @property
    def url(self) -> str:
        """URL of the running server."""
        return f"unix://{self._socket.absolute()}"

    async def start(self) -> None:
        """Start and wait until it answers (10 s at most). Raises RedisServerError."""
        program = shutil.which("redis-server")
        if program is None:
            raise RedisServerError(
                "redis-server is not installed; install Debian's redis-server or set "
                "HOTLINE_REDIS_URL"
            )
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            await self._let_former_end()
            if self._elsewhere is not None:
                link = self._folder / self._socket.name
                link.unlink(missing_ok=True)
                link.symlink_to(self._socket)
            self._process = await asyncio.create_subprocess_exec(
                "setpriv", "--pdeathsig", "TERM", program, *self._options(),
                start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            raise RedisServerError(f"redis-server cannot be started: {error}") from error
        if not await self._answers(self._process):
            await self.stop()
            raise RedisServerError(f"redis-server did not start; see {self._folder}/redis.log")

    async def stop(self) -> None:
        """End the server and wait for it."""
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            try:
                await asyncio.wait_for(self._process.wait(), 5)
            except TimeoutError:
                self._process.kill()
                await self._process.wait()
        if self._elsewhere is not None:
            shutil.rmtree(self._elsewhere, ignore_errors=True)

    def _options(self) -> list[str]:
        folder = self._folder.absolute()
        return [
            "--port", "0", "--unixsocket", str(self._socket.absolute()),
            "--unixsocketperm", "700", "--dir", str(folder),
            "--appendonly", "yes", "--save", "", "--daemonize", "no",
            "--loglevel", "warning", "--logfile", str(folder / "redis.log"),
        ]  # fmt: skip

    async def _let_former_end(self) -> None:
        # A server whose parent was killed a moment ago still writes, and removes its socket last.
        async with Redis.from_url(self.url, socket_timeout=1) as client:
            for _ in range(100):
                try:
                    await client.ping()
                except (RedisError, OSError):
                    break
                await asyncio.sleep(0.05)
        self._socket.unlink(missing_ok=True)

    async def _answers(self, process: asyncio.subprocess.Process) -> bool:
        async with Redis.from_url(self.url) as client:
            for _ in range(200):
                if process.returncode is not None:
                    return False
                with contextlib.suppress(RedisError, OSError):
                    await client.ping()
                    return True
                await asyncio.sleep(0.05)
        return False
