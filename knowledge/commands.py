"""`hotline kb …`: ask the articles, check their files, read them in and out."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from core.area import AreaError, full_name, normal
from core.asker import Asker
from core.clock import Now, local
from core.db import Sessions
from core.settings import Settings
from knowledge.article import HOUSEHOLDS
from knowledge.exchange.commands import add_exchange
from knowledge.explained import Explained
from knowledge.live import load
from knowledge.load import FOLDER, load_folder
from knowledge.search import KnowledgeIndex
from knowledge.store import list_articles
from knowledge.synonyms import Synonyms, shipped

Store = Callable[[], tuple[Settings, Sessions]]

_folder = click.option(
    "--folder", default=None, type=click.Path(path_type=Path),
    help="Articles as files, instead of those in the database.",
)  # fmt: skip


def make_kb(load_store: Store, now: Now) -> click.Group:
    """The group `kb`. `load_store` is called when a command needs the database."""

    @click.group()
    def kb() -> None:
        """Policy articles: ask them, check their files, read them in and out."""

    @kb.command()
    @click.argument("text")
    @click.option("--area", default="440000", show_default=True, help="GB/T 2260 code of the call.")
    @click.option("--age", default=None, type=click.IntRange(0, 120), help="Years of who asks.")
    @click.option(
        "--household",
        default="",
        type=click.Choice(["", *list(HOUSEHOLDS)[1:]]),
        help="Where who asks is registered: local or other.",
    )
    @click.option("--day", default="", help="Ask as of this day (YYYY-MM-DD); empty: today.")
    @_folder
    @click.option("--json", "as_json", is_flag=True, help="One JSON object.")
    def ask(
        text: str, area: str, age: int | None, household: str, day: str, folder: Path | None,
        as_json: bool,
    ) -> None:  # fmt: skip
        """Ask TEXT as a caller would; exit code 0 when something was found, 1 when nothing was.

        The decision is ask where the line would first ask the caller for `asks`.
        """
        code, on = _where_and_when(area, day, now())
        asker = Asker(age=age, household=household)
        explained = _index(folder, load_store, on).explain(text, code, on, asker)
        click.echo(_json(explained) if as_json else _plain(explained))
        if not explained.found.answers:
            raise SystemExit(1)

    @kb.command()
    @click.option("--folder", default=FOLDER, type=click.Path(path_type=Path), help="Articles.")
    def check(folder: Path) -> None:
        """Check the files of a folder; exit code 1 when one of them has a fault."""
        loaded = load_folder(folder)
        for problem in loaded.problems:
            click.echo(str(problem), err=True)
        click.echo(
            f"{len(loaded.articles)} articles are well, {len(loaded.problems)} have a fault."
        )
        if loaded.problems:
            raise SystemExit(1)

    @kb.command(name="list")
    @_folder
    def list_all(folder: Path | None) -> None:
        """List the articles: id, state, area, document, title."""
        if folder is not None:
            rows = [("file", article) for article in load_folder(folder).articles]
        else:
            settings, sessions = load_store()
            today = local(now(), settings.timezone).date()
            listed = list_articles(sessions, today)
            rows = [(each.state.value, each.content) for each in listed]
        for state, article in rows:
            fields = (article.id, state, full_name(article.area), article.doc_number, article.title)
            click.echo("\t".join(fields))

    add_exchange(kb, load_store, now)
    return kb


def intent(text: str, folder: Path, area: str, day: date) -> dict[str, Any]:
    """Say what TEXT, asked by a caller from `area` on `day`, would lead to, as JSON values."""
    found = _of_files(folder).ask(text, area, day)
    best = found.answers[0] if found.answers else None
    return {
        "decision": found.decision.value,
        "article": best.article if best else "",
        "title": best.title if best else "",
        "score": round(best.score, 3) if best else 0.0,
    }


def _where_and_when(area: str, day: str, now: datetime) -> tuple[str, date]:
    try:
        return normal(area), date.fromisoformat(day) if day else local(now, "Asia/Shanghai").date()
    except AreaError as bad:
        raise click.ClickException(str(bad)) from bad
    except ValueError as bad:
        raise click.ClickException(f"--day {day}: no such day, use YYYY-MM-DD.") from bad


def _index(folder: Path | None, load_store: Store, on: date) -> KnowledgeIndex:
    """The search over the database, or over files: those named, or the set ones before the seed."""
    if folder is None:
        settings, sessions = load_store()
        loaded = load(sessions, on)
        if loaded.articles:
            return loaded.index
        click.echo(f"No article is in force in the database: asking {settings.articles}.", err=True)
        folder = settings.articles
    return _of_files(folder)


def _of_files(folder: Path) -> KnowledgeIndex:
    loaded = load_folder(folder)
    for problem in loaded.problems:
        click.echo(str(problem), err=True)
    return KnowledgeIndex(loaded.articles, synonyms=Synonyms(shipped()))


def _json(explained: Explained) -> str:
    return json.dumps(explained.to_dict(), ensure_ascii=False, indent=2)


def _plain(explained: Explained) -> str:
    found = explained.found
    lines = [f"{found.decision.value}: {found.why}"]
    for answer in found.answers:
        lines += [f"[{answer.article} v{answer.version}, {answer.score:.2f}] {answer.title}"]
        lines += [f"  {answer.spoken}", f"  {answer.spoken_source}", f"  ({answer.why})"]
    told = {answer.article for answer in found.answers}
    for ranked in explained.ranked:
        if ranked.answer.article not in told:
            answer = ranked.answer
            lines += [f"not told: [{answer.article}, {answer.score:.2f}] ({answer.why})"]
    return "\n".join(lines)
