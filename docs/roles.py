"""docs/roles.md, from the table that the console reads."""

from __future__ import annotations

from agent_ui.roles import Field, Permission, table
from agent_ui.roles_file import Rule

HEAD = """# Roles

Written by `make docs` from `agent_ui/roles.yaml`; a test fails when this page is out of date.

Every user has one role and one area. The table says what a role may, sometimes only for what is
so of the thing at hand (a *fact*). It is data: `agent_ui/roles.yaml`, checked against
`roles.schema.json` and against the program's permissions; a fault stops the console and names its
line. A rule is an OR of ANDs, so `[[agent, own_call], [supervisor]]` reads: agents for their own
calls, supervisors always. People read the same table at `/roles`.

```sh
hotline user add mei --role quality --area 440100
hotline user role mei senior      # from the next click; audited
hotline user list                 # who has which role, and who still lacks a second factor
```

**To add a permission**: one line in `Permission` (`agent_ui/roles.py`), one entry in
`roles.yaml`, one line in `tests/agent_ui/test_roles.py`, which tries every permission with every
role and every set of facts. A page's guard `needs(Permission.X)` asks whether there are cases in
which the role may; the code that has the thing at hand asks `who.may(Permission.X, facts)`. Facts
of a ticket come from `agent_ui/sight.py`.

"""
SECOND = """
## Second factor

{roles} show a code of an authenticator app (TOTP, RFC 6238) after their password. It is asked for
by the table (`second_factor: true`), not by the person.

- **Setting up**: at the next login, after the one-time password was changed. The page shows a QR
  code, the key and an `otpauth` link; the first right code sets it up, and ten recovery codes
  are shown once. Sessions from before an update stay; their users are asked at the next login.
- **A code counts once**, in its half minute or the one before or after. So does a recovery code.
- **Wrong codes and wrong passwords count together** (`login_attempts`, `login_lock_s`). A right
  password alone takes nothing off the count.
- The key is encrypted with the installation's key (`keys/personal.key`); of recovery codes a
  SHA-256 is kept, encrypted too. What happens is in the audit: `second_factor`, `.set_up`,
  `.recovery`, `.refused`, `.locked`, `.forgotten`.
- **A lost phone**: `hotline user unenrol NAME`, after making sure who asks: whoever logs in next
  with that password sets up a new one. For the first administrator it is the same command.
- Programs' tokens are made on the command line and need none.
"""


def page() -> str:
    """Return docs/roles.md."""
    known = table()
    lines = ["## Who is who\n", "| role | 中文 | does | login |", "|---|---|---|---|"]
    for key, role in known.roles.items():
        login = "password and code" if role.second_factor else "password"
        lines.append(f"| `{key}` | {role.title} | {role.about} | {login} |")
    lines += ["", "## Who may what", ""]
    lines += ["| may | " + " | ".join(known.roles) + " |", "|---|" + "---|" * len(known.roles)]
    for permission in Permission:
        rule = known.permissions[permission.name.lower()]
        lines.append(_row(f"{permission.value} (`{permission.name.lower()}`)", rule))
    for field in Field:
        rule = known.fields[field.name.lower()]
        lines.append(_row(f"{field.value} whole, not masked (`{field.name.lower()}`)", rule))
    lines += [
        "",
        "Facts: " + ", ".join(f"`{key}` {text}" for key, text in known.facts.items()) + ".",
    ]
    twice = [f"`{key}`" for key, role in known.roles.items() if role.second_factor]
    return HEAD + "\n".join(lines) + "\n" + SECOND.format(roles=", ".join(twice))


def _row(what: str, rule: Rule) -> str:
    cells = []
    for role in table().roles:
        cases = [clause.facts for clause in rule if clause.role == role]
        always = any(not facts for facts in cases)
        words = " or ".join(" and ".join(sorted(facts)) for facts in cases)
        cells.append("yes" if always else words)
    return f"| {what} | " + " | ".join(cells) + " |"
