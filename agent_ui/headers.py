"""Headers that every answer carries, and the refusal of forms sent from other sites."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; media-src 'self' blob:; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
"""Nothing from elsewhere, no script or style inside a page (CSP level 3)."""

# No Strict-Transport-Security: it would hold for all ports of a host that often is `localhost`.
FIXED = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
CHANGING = {"POST", "PUT", "PATCH", "DELETE"}


class SecurityHeaders:
    """ASGI middleware: adds the headers, and lets only own pages send forms."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in FIXED.items():
                    headers.setdefault(name, value)
                static = scope["path"].startswith("/static/")
                headers.setdefault("Cache-Control", "no-cache" if static else "no-store")
            await send(message)

        if scope["method"] in CHANGING and not own_origin(Headers(scope=scope)):
            refusal = PlainTextResponse("此请求来自其他网站，已拒绝。", 403)
            await refusal(scope, receive, answer)
            return
        await self._app(scope, receive, answer)


def own_origin(headers: Headers) -> bool:
    """Whether a request's Origin is this host; one without Origin comes from no browser page."""
    origin = headers.get("origin")
    return origin is None or origin == f"https://{headers.get('host', '')}"
