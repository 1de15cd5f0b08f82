"""A gateway as an operator may run one: https, signatures checked, each id sent once.

It checks the signature by what docs/sms.md says, not with our code.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core import certificate
from tests.conftest import free_port

SECRET = "a secret of both sides 42"
LIMIT_S = 30


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()


class GatewayServer:
    """Runs in a thread. `next_replies` (status, headers, body) are given instead of the usual."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        self.ca, cert, key = certificate.ensure(folder / "tls", [], datetime.now(UTC))
        self.port = port or free_port()
        self.url = f"https://127.0.0.1:{self.port}/v1/messages?area=44"
        self.sent: dict[str, dict[str, Any]] = {}
        self.requests: list[Request] = []
        self.nonces: set[str] = set()
        self.next_replies: list[tuple[int, dict[str, str], bytes]] = []
        self.blocked: dict[str, str] = {}
        """Numbers that are refused, with the reason."""
        app = Starlette(routes=[Route("/v1/messages", self._take, methods=["POST"])])
        config = uvicorn.Config(
            app, host="127.0.0.1", port=self.port, ssl_certfile=cert, ssl_keyfile=key,
            log_level="critical", lifespan="off",
        )  # fmt: skip
        self._server = _Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def start(self) -> None:
        self._thread.start()
        assert self._server.up.wait(LIMIT_S)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(LIMIT_S)

    async def _take(self, request: Request) -> Response:
        body = await request.body()
        self.requests.append(request)
        if self.next_replies:
            status, headers, told = self.next_replies.pop(0)
            return Response(told, status, headers)
        wrong = self._wrong(request, body)
        if wrong:
            return JSONResponse({"reason": wrong}, 401)
        sent = json.loads(body)
        assert sent["id"] == request.headers["idempotency-key"]
        if sent["to"] in self.blocked:
            return JSONResponse({"status": "refused", "reason": self.blocked[sent["to"]]})
        self.sent.setdefault(sent["id"], sent)
        return JSONResponse({"status": "accepted", "reference": f"gw-{sent['id']}"}, 202)

    def _wrong(self, request: Request, body: bytes) -> str:
        timestamp = request.headers["hotline-timestamp"]
        nonce = request.headers["hotline-nonce"]
        signed = (
            b"POST\n/v1/messages?area=44\n" + timestamp.encode() + b"\n" + nonce.encode() + b"\n"
            + hashlib.sha256(body).hexdigest().encode()
        )  # fmt: skip
        right = hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
        if request.headers["hotline-signature"] != right:
            return "wrong signature"
        if request.headers["hotline-key"] != "12349" or nonce in self.nonces:
            return "wrong key, or a nonce used twice"
        self.nonces.add(nonce)
        return ""
