"""Who may do what: every permission and field, role and case, against a second table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest

from agent_ui import roles
from agent_ui.roles import (
    Fact,
    Field,
    Permission,
    Role,
    could,
    may,
    needs_second_factor,
    sees_whole,
    table,
    title_of,
)
from agent_ui.roles_file import read_table
from core.data_file import DataFault
from tests.conftest import ROOT

# Columns as in Role. "yes": always; "-": never; else the facts, one of which must be so.
EXPECTED = """
live                   yes        yes        yes        -      -    -    -
tickets                yes        yes        yes        yes    -    -    yes
ticket                 area,call  area,call  area,call  area   -    -    area
listen                 yes        yes        yes        yes    -    -    -
wrap_up                call,none  yes        yes        -      -    -    -
phone                  yes        yes        yes        -      -    -    -
trees                  yes        yes        yes        yes    yes  yes  yes
articles               yes        yes        yes        yes    yes  yes  yes
articles_write         yes        yes        yes        -      yes  -    -
articles_approve       -          -          yes        -      -    -    -
articles_exchange      -          -          yes        -      yes  yes  -
questions              yes        yes        yes        yes    yes  -    -
service_places         yes        yes        yes        yes    yes  yes  yes
service_places_import  -          -          yes        -      yes  yes  -
metrics                -          -          yes        -      -    yes  -
quality_score          -          -          yes        yes    -    -    -
quality_results        -          -          yes        yes    -    -    yes
quality_own            yes        yes        -          -      -    -    -
quality_appeal         result     result     -          -      -    -    -
quality_decide         -          -          others     others -    -    -
wallboard              yes        yes        yes        yes    -    -    -
queue                  -          -          yes        -      -    -    -
queue_move             -          -          yes        -      -    -    -
supervise              -          -          yes        -      -    -    -
agent_days             -          -          yes        -      -    -    -
agent_force            -          -          yes        -      -    -    -
notes                  yes        yes        yes        yes    -    -    -
download               -          -          yes        -      -    -    -
planning               -          -          yes        -      -    yes  -
roles                  -          -          yes        -      -    yes  yes
number                 public     public     yes        -      -    -    -
home                   public     public     yes        -      -    -    -
"""
FACTS = {
    "area": Fact.OWN_AREA, "call": Fact.OWN_CALL, "none": Fact.UNTAKEN_CALL,
    "public": Fact.PUBLIC_NUMBER, "result": Fact.OWN_RESULT, "others": Fact.OTHERS_REVIEW,
}  # fmt: skip
CASES = [frozenset(case) for size in range(len(Fact) + 1) for case in combinations(Fact, size)]


def _expected() -> Iterator[tuple[str, Role, str]]:
    for line in EXPECTED.strip().splitlines():
        key, *cells = line.split()
        for role, cell in zip(Role, cells, strict=True):
            yield key, role, cell


def _so(cell: str, case: frozenset[Fact]) -> bool:
    if cell in ("yes", "-"):
        return cell == "yes"
    return any(FACTS[word] in case for word in cell.split(","))


def test_every_permission_role_and_case() -> None:
    """Every permission and field, role and case."""
    seen = set()
    for key, role, cell in _expected():
        seen.add(key)
        if key.upper() in Field.__members__:
            answers = [sees_whole(role, Field[key.upper()], case) for case in CASES]
        else:
            permission = Permission[key.upper()]
            answers = [may(role, permission, case) for case in CASES]
            assert could(role, permission) is (cell != "-"), (key, role)
        assert answers == [_so(cell, case) for case in CASES], (key, role)
    assert seen == {each.name.lower() for each in (*Permission, *Field)}


@pytest.mark.parametrize("role", ["root", "", "AGENT", "own_area"])
def test_who_has_no_role_may_nothing(role: str) -> None:
    everything = frozenset(Fact)
    assert not any(may(role, permission, everything) for permission in Permission)
    assert not any(could(role, permission) for permission in Permission)
    assert not any(sees_whole(role, field, everything) for field in Field)
    assert not needs_second_factor(role) and title_of(role) == role


def test_supervisors_and_above_prove_who_they_are_twice() -> None:
    assert {role for role in Role if needs_second_factor(role)} == {
        Role.SUPERVISOR, Role.OPERATOR, Role.AUDITOR,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        (
            "any: [[agent], [senior], [supervisor]]",
            "any: [[agents]]",
            "[[agents]]",
            "agents is neither",
        ),
        ("[quality, own_area]", "[own_area]", "- [own_area]", "exactly one role"),
        ("[quality, own_area]", "[quality, agent]", "- [quality, agent]", "exactly one role"),
        ("  phone:", "  fone:", "  fone:", "fone is none of the program's permissions"),
        ("  own_call: 自己接的通话\n", "", "facts:", "facts lacks own_call"),
        ("second_factor: true}\n  quality", "second: true}\n  quality", "supervisor:", "'second'"),
        ("    title: 查通话记录\n", "", "  tickets:", "'title' is a required property"),
        ("  metrics:", "  planning:", "  planning:", "planning is written twice"),
        ("  editor: {", "  editor: [{", "  operator:", "not YAML"),
    ],
)
def test_fault_names_its_line(tmp_path: Path, old: str, new: str, line: str, said: str) -> None:
    text = roles.FILE.read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / "roles.yaml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    known = table()
    with pytest.raises(DataFault) as fault:
        read_table(file, known.roles, known.permissions, known.fields, known.facts)
    where, number, what = re.fullmatch(r"(.*):(\d+): (.*)", str(fault.value)).groups()  # type: ignore[union-attr]
    assert where == str(file) and said in what
    near = file.read_text(encoding="utf-8").splitlines()[int(number) - 1 :][:3]
    assert any(line in each for each in near), (number, what)


def test_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(DataFault, match=r"none\.yaml:1: cannot be read"):
        read_table(tmp_path / "none.yaml", (), (), (), ())


def test_api_page_says_what_tokens_may() -> None:
    """The rows of docs/api.md against the table."""
    page = (ROOT / "docs/api.md").read_text(encoding="utf-8")
    head, _, *rows = page.split("| may |", 1)[1].split("\n\n", 1)[0].splitlines()
    columns = [Role(word.strip()) for word in head.strip(" |").split("|")]
    assert columns == list(Role)
    permissions = {
        "read calls and tickets": Permission.TICKETS,
        "hear recordings (audited)": Permission.LISTEN,
        "read `/metrics`": Permission.METRICS,
    }
    assert len(rows) == len(permissions)
    for row in rows:
        what, *cells = (cell.strip() for cell in row.strip("|").split("|"))
        found = {role for role, cell in zip(columns, cells, strict=True) if cell == "yes"}
        assert found == {role for role in Role if could(role, permissions[what])}, what
