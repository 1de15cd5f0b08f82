"""`hotline kb …`: ask the articles from the command line and check their files."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from core.area import AreaError, full_name, normal
from knowledge.load import FOLDER, load_folder
from knowledge.port import Found
from knowledge.search import KnowledgeIndex

_ZONE = ZoneInfo("Asia/Shanghai")


@click.group()
def kb() -> None:
    """Policy articles: ask them, check their files."""


@kb.command()
@click.argument("text")
@click.option("--area", default="440000", show_default=True, help="GB/T 2260 code of the call.")
@click.option("--day", default="", help="Ask as of this day (YYYY-MM-DD); empty: today.")
@click.option("--folder", default=FOLDER, type=click.Path(path_type=Path), help="Articles.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def ask(text: str, area: str, day: str, folder: Path, as_json: bool) -> None:
    """Ask TEXT as a caller would; exit code 0 when something was found, 1 when nothing was."""
    try:
        code = normal(area)
        on = date.fromisoformat(day) if day else datetime.now(_ZONE).date()
    except AreaError as bad:
        raise click.ClickException(str(bad)) from bad
    except ValueError as bad:
        raise click.ClickException(f"--day {day}: no such day, use YYYY-MM-DD.") from bad
    loaded = load_folder(folder)
    for problem in loaded.problems:
        click.echo(str(problem), err=True)
    found = KnowledgeIndex(loaded.articles).ask(text, code, on)
    click.echo(_json(found) if as_json else _plain(found))
    if not found.answers:
        raise SystemExit(1)


@kb.command()
@click.option("--folder", default=FOLDER, type=click.Path(path_type=Path), help="Articles.")
def check(folder: Path) -> None:
    """Check the files of a folder; exit code 1 when one of them has a fault."""
    loaded = load_folder(folder)
    for problem in loaded.problems:
        click.echo(str(problem), err=True)
    click.echo(f"{len(loaded.articles)} articles are well, {len(loaded.problems)} have a fault.")
    if loaded.problems:
        raise SystemExit(1)


@kb.command(name="list")
@click.option("--folder", default=FOLDER, type=click.Path(path_type=Path), help="Articles.")
def list_articles(folder: Path) -> None:
    """List the articles of a folder: id, area, document, title."""
    for article in load_folder(folder).articles:
        fields = (article.id, full_name(article.area), article.doc_number, article.title)
        click.echo("\t".join(fields))


def intent(text: str, folder: Path, area: str, day: date) -> dict[str, Any]:
    """Say what TEXT, asked by a caller from `area` on `day`, would lead to, as JSON values."""
    found = KnowledgeIndex(load_folder(folder).articles).ask(text, area, day)
    best = found.answers[0] if found.answers else None
    return {
        "decision": found.decision.value,
        "article": best.article if best else "",
        "title": best.title if best else "",
        "score": round(best.score, 3) if best else 0.0,
    }


def _json(found: Found) -> str:
    value = {**asdict(found), "decision": found.decision.value}
    return json.dumps(value, ensure_ascii=False, indent=2)


def _plain(found: Found) -> str:
    lines = [f"{found.decision.value}: {found.why}"]
    for answer in found.answers:
        lines += [f"[{answer.article} v{answer.version}, {answer.score:.2f}] {answer.title}"]
        lines += [f"  {answer.spoken}", f"  {answer.spoken_source}"]
    return "\n".join(lines)
