"""The web application: pages, API, probes and WebSocket on one event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from agent_ui import errors, probes
from agent_ui.accounts import users
from agent_ui.agent_days.log import AgentLog
from agent_ui.api import agents, routes, sms
from agent_ui.api import boards as boards_api
from agent_ui.console import Console
from agent_ui.headers import SecurityHeaders
from agent_ui.live import socket
from agent_ui.live.control import Controls
from agent_ui.live.hub import Hub
from agent_ui.live.phones import Phones
from agent_ui.live.screen_pop import ScreenPop
from agent_ui.live.suggestions import Suggestions
from agent_ui.live.supervising import SupervisorDesk
from agent_ui.pages import (
    article_editor,
    article_exchange,
    article_notices,
    article_questions,
    article_review,
    article_synonyms,
    articles,
    calls,
    desk,
    entry,
    homes,
    missed,
    planning,
    quality,
    recording_notes,
    roles,
    second_factor,
    service_places,
    sound,
    street_map,
    supervision,
    tickets,
    trees,
)
from agent_ui.render import HERE, make_templates
from agent_ui.roles import table
from agent_ui.wallboard.push import Boards

ARTICLES = (
    article_editor, articles, article_review, article_questions, article_notices,
    article_synonyms, article_exchange,
)  # fmt: skip
STAFF = (second_factor, roles, quality, planning)
ABOUT = """Calls and tickets of a 12349 hotline. Every request carries a token made by
`hotline token create`; it has the rights and the area of its user. Times are in UTC, callers'
numbers are masked."""


def make_app(console: Console) -> FastAPI:
    """Put the application together. The bus must run before the application starts.

    Raises core.data_file.DataFault.
    """

    table()  # read now, so that a fault in it stops the start

    def people() -> dict[str, str]:
        with console.sessions() as db:
            return users.names(db)

    hub = Hub(console.bus, console.redis, console.node_titles, people, console.pause_titles)
    sessions, now = console.sessions, console.now
    boards = Boards(console.bus, console.redis, sessions, now, console.midnight, hub.names)
    supervisors = SupervisorDesk(console.bus, hub, boards, sessions, now)
    days = AgentLog(console.bus, console.redis, sessions, now)
    days.written = lambda change: boards.agent_changed(change.agent, change.area)
    controls = Controls(console.bus, hub.own_call)
    suggestions = Suggestions(console, hub.suggested)
    screen_pop = ScreenPop(console)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()

        def publish(topic: str, message: dict[str, Any]) -> None:
            """Send on the bus from a page's thread."""
            loop.call_soon_threadsafe(console.bus.publish, topic, message)

        app.state.publish = publish
        await hub.start()
        await supervisors.start()
        await days.start()
        controls.start()
        suggestions.start(lambda call: str(hub.running(call).get("area", "")))
        screen_pop.start()
        yield
        for part in (days, supervisors, hub, controls, suggestions, screen_pop):
            part.stop()

    app = FastAPI(
        title="12349 hotline",
        version="1",
        description=ABOUT,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.console, app.state.hub = console, hub
    app.state.boards, app.state.supervisors, app.state.days = boards, supervisors, days
    app.state.controls, app.state.suggestions = controls, suggestions
    app.state.phones = Phones(console.bus, hub, controls)
    app.state.templates = make_templates()
    app.include_router(routes.router)
    app.include_router(agents.router)
    app.include_router(sms.router)
    app.include_router(boards_api.router)
    shown = (
        probes,
        entry,
        desk,
        calls,
        supervision,
        tickets,
        recording_notes,
        homes,
        missed,
        sound,
        street_map,
        trees,
        service_places,
    )
    for part in (*shown, *ARTICLES, *STAFF):
        app.include_router(part.router, include_in_schema=False)
    app.include_router(socket.router)
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    app.add_middleware(SecurityHeaders)
    errors.install(app)
    return app
