"""https on the event loop that Twisted runs on."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from core.settings import Settings

LARGEST_MESSAGE = 256 * 1024
CLOSING_S = 5
START_S = 20


class ConsoleServerError(Exception):
    """The console cannot be served; the message is one sentence."""


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to the service: it drains calls first."""
        yield


class ConsoleServer:
    """Serves an application over https until it is stopped."""

    def __init__(self, app: FastAPI, settings: Settings, cert: Path, key: Path) -> None:
        """Take the application and the PEM files of certificate chain and key."""
        self._address, self._port = settings.http_address, settings.http_port
        self._app, self._cert, self._key = app, cert, key
        self._server: _Server | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen; returns once pages are served. Raises ConsoleServerError."""
        listener = self._listen()
        config = uvicorn.Config(
            self._app,
            ssl_certfile=str(self._cert),
            ssl_keyfile=str(self._key),
            ws="websockets-sansio",
            ws_max_size=LARGEST_MESSAGE,
            lifespan="on",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=CLOSING_S,
        )
        self._server = server = _Server(config)
        self._task = asyncio.ensure_future(server.serve(sockets=[listener]))
        try:
            await asyncio.wait_for(self._started(server, self._task), START_S)
        except TimeoutError as error:
            listener.close()
            raise ConsoleServerError("the console did not start in time") from error

    async def stop(self) -> None:
        """Let running requests end (5 s at most), close the pages' sockets, stop."""
        if self._server is None or self._task is None:
            return
        self._app.state.hub.stop()
        self._server.should_exit = True
        await self._task
        self._server = None

    def _listen(self) -> socket.socket:
        family = socket.AF_INET6 if ":" in self._address else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((self._address, self._port))
        except OSError as error:
            listener.close()
            raise ConsoleServerError(
                f"the console cannot listen on {self._address}:{self._port} ({error.strerror}); "
                "set HOTLINE_HTTP_PORT or HOTLINE_HTTP_ADDRESS"
            ) from error
        return listener

    @staticmethod
    async def _started(server: _Server, task: asyncio.Task[None]) -> None:
        while not server.started:
            if task.done():
                task.result()
                raise ConsoleServerError("the console stopped while it started; see the log")
            await asyncio.sleep(0.01)
