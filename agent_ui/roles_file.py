"""Reads the table of roles, permissions and fields; a fault names its line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from core.data_file import load, refuse
from core.source import Path as Where
from core.source import Source

SCHEMA = Path(__file__).with_name("roles.schema.json")


@dataclass(frozen=True, slots=True)
class Clause:
    """One AND of a rule: a role, and what must be so of the thing at hand."""

    role: str
    facts: frozenset[str] = frozenset()


Rule = tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class RoleText:
    """What people read of a role; `second_factor`: a password alone does not let it in."""

    title: str
    about: str
    second_factor: bool


@dataclass(frozen=True, slots=True)
class Table:
    """Who may do what. Rules by the key of their permission or field, titles beside them."""

    roles: dict[str, RoleText]
    facts: dict[str, str]
    permissions: dict[str, Rule]
    fields: dict[str, Rule]
    titles: dict[str, str]


def holds(rule: Rule, role: str, facts: Iterable[str]) -> bool:
    """Whether one of the rule's ANDs is so for a role, given what is so."""
    known = frozenset(facts)
    return any(clause.role == role and clause.facts <= known for clause in rule)


def ever(rule: Rule, role: str) -> bool:
    """Whether there is a case in which the rule lets a role."""
    return any(clause.role == role for clause in rule)


def read_table(
    file: Path,
    roles: Iterable[str],
    permissions: Iterable[str],
    fields: Iterable[str],
    facts: Iterable[str],
) -> Table:
    """The table in a file, which must name exactly these roles, permissions, fields and facts.

    Raises core.data_file.DataFault.
    """
    found = load(file, SCHEMA)
    data = found.data
    _same(file, found, "roles", frozenset(roles))
    _same(file, found, "permissions", frozenset(permissions))
    _same(file, found, "fields", frozenset(fields))
    _same(file, found, "facts", frozenset(facts))
    return Table(
        roles={
            key: RoleText(each["title"], each["about"], each.get("second_factor", False))
            for key, each in data["roles"].items()
        },
        facts=data["facts"],
        permissions={
            key: _rule(file, found, ("permissions", key, "any")) for key in data["permissions"]
        },
        fields={key: _rule(file, found, ("fields", key, "whole")) for key in data["fields"]},
        titles={
            key: each["title"]
            for part in ("permissions", "fields")
            for key, each in data[part].items()
        },
    )


def _same(file: Path, found: Source, part: str, known: frozenset[str]) -> None:
    for key in found.data[part]:
        if key not in known:
            refuse(file, found, (part, key), f"{key} is none of the program's {part}")
    for key in sorted(known - found.data[part].keys()):
        refuse(file, found, (part,), f"{part} lacks {key}")


def _rule(file: Path, found: Source, where: Where) -> Rule:
    part, key, word = (str(each) for each in where)
    return tuple(
        _clause(file, found, (*where, at), words)
        for at, words in enumerate(found.data[part][key][word])
    )


def _clause(file: Path, found: Source, where: Where, words: list[str]) -> Clause:
    roles = [word for word in words if word in found.data["roles"]]
    for at, word in enumerate(words):
        if word not in found.data["roles"] and word not in found.data["facts"]:
            refuse(file, found, (*where, at), f"{word} is neither a role nor a fact")
    if len(roles) != 1:
        refuse(file, found, where, f"{' and '.join(words)}: a list names exactly one role")
    return Clause(roles[0], frozenset(words) - {roles[0]})
