"""The lists of the help page, made from the tables that the product itself runs on: none can get out of date.

The commands stand above this room: whoever makes the page hands over the group that has them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from html import escape
from typing import TYPE_CHECKING

from xlpy.help.markdown import anchor

if TYPE_CHECKING:
    import click

    from xlpy.domain.values.problems import Check

_FACT = re.compile(r"\{(\w+)\}")
_SETTING = re.compile(r"^(?:# )?(?P<key>[a-z_]+) = (?P<value>.*?)\s{2,}# (?P<words>.*)$")
_MORE = re.compile(r"^#?\s{20,}# (?P<words>.*)$")
_SECTION = re.compile(r"^\[(\w+)\]$")
SEVERITIES = {
    "stop": "Nothing is written until it is mended.",
    "create": "A master record will be made.",
    "note": "Only to know.",
}


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table; the cells are HTML already."""
    top = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>\n" for row in rows)
    return f'<div class="wide"><table><thead><tr>{top}</tr></thead><tbody>\n{body}</tbody></table></div>'


def problems() -> str:
    """Return every problem that the checks know, by code."""
    from xlpy.domain.checks.table import CHECKS

    parts = (_problem(check) for check in sorted(CHECKS.values(), key=lambda one: one.code))
    kinds = table(("Severity", "What it means"), ((escape(key), escape(words)) for key, words in SEVERITIES.items()))
    return kinds + "\n".join(parts)


def _problem(check: Check) -> str:
    cases = "".join(f"<li>{_words(case.what)}.</li>" for case in check.cases.values() if case.what)
    listed = f"<ul>{cases}</ul>" if cases else ""
    return (
        f'<div class="problem {check.severity}" id="problem-{anchor(check.code)}"><h4><code>{escape(check.code)}</code>'
        f' <span class="kind">{check.severity}</span></h4><p>{_words(check.what)}.</p>{listed}'
        f'<p><strong>{_words(check.fix)}.</strong></p><p class="muted">{_words(check.where)}</p></div>'
    )


def setup_lines() -> str:
    """Return every line of Check setup."""
    from xlpy.services.setup.lines import LINES

    rows = (
        (escape(line.area or "both"), escape(line.subject), escape(line.means), escape(line.fix or "As the line says."))
        for line in LINES.values()
    )
    return table(("Area", "Line", "What it means", "How to fix"), rows)


def settings() -> str:
    """Return every setting of the template with its default and what it is."""
    rows = [
        (f'<code id="setting-{section}-{key}">{escape(f"[{section}] {key}" if section else key)}</code>', value, words)
        for section, key, value, words in setting_rows()
    ]
    shown = ((name, f"<code>{escape(value)}</code>", escape(words)) for name, value, words in rows)
    return table(("Setting", "Default or example", "What it is"), shown)


def setting_rows() -> list[tuple[str, str, str, str]]:
    """Read the template: section, key, value and words of each setting."""
    from xlpy.resources import resource_folder

    found: list[tuple[str, str, str, str]] = []
    section = ""
    for line in (resource_folder("templates") / "settings.toml").read_text(encoding="utf-8").splitlines():
        if named := _SECTION.match(line):
            section = named[1]
        elif (setting := _SETTING.match(line)) and _is_toml(f"{setting['key']} = {setting['value']}"):
            found.append((section, setting["key"], setting["value"], setting["words"]))
        elif (more := _MORE.match(line)) and found:
            *before, words = found[-1]
            found[-1] = (before[0], before[1], before[2], f"{words} {more['words']}")
        elif line == 'name = "default"':
            found.append(("", "name", '"default"', "The name of this profile."))
    return found


def _is_toml(text: str) -> bool:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return True


def environment() -> str:
    """Return the environment variables."""
    return table(("Variable", "What it is"), ((f"<code>{escape(k)}</code>", escape(v)) for k, v in VARIABLES.items()))


VARIABLES: Mapping[str, str] = {
    "XLPY_PROFILE": "Path of the settings file.",
    "XLPY_SL_URL": "The SL database: an ODBC connection string or a SQLAlchemy URL.",
    "XLPY_SL_PASSWORD": "Password of the SQL Server login.",
    "XLPY_MANAGE_URL": "Address of the Manage site.",
    "XLPY_MANAGE_COMPANY": "Company id of the Manage log-in page.",
    "XLPY_MANAGE_CLIENT_ID": "Client id.",
    "XLPY_MANAGE_PUBLIC_KEY": "Public half of the API member's key.",
    "XLPY_MANAGE_PRIVATE_KEY": "Private half of the API member's key.",
    "XLPY_MANAGE_INTEGRATOR_PASSWORD": "Password of the integrator log-in (member impersonation).",
    "XLPY_DATA": "Folder for profiles, previews, logs and this page, instead of the user's own.",
}


def buttons() -> str:
    """Return every button of the ribbon by group."""
    from xlpy.excel.workbook.ribbon_buttons import BUTTONS

    return table(
        ("Group", "Button", "What it does"),
        ((escape(b.group), f"<strong>{escape(b.label)}</strong>", escape(b.tip)) for b in BUTTONS),
    )


def sheets() -> str:
    """Return every sheet with its columns."""
    from xlpy.excel.workbook.sheets import SHEETS

    shown = []
    for sheet in SHEETS:
        columns = ", ".join(escape(column.name) for column in sheet.columns)
        shown.append(
            f'<h4 id="sheet-{anchor(sheet.name)}">{escape(sheet.name)}</h4><p>{escape(sheet.title)}. '
            f'{escape(sheet.hint)}</p><p class="muted">Columns: {columns}.</p>'
        )
    return "\n".join(shown)


def commands(group: click.Group) -> str:
    """Return every command of the command line with its options."""
    return "\n".join(_command(name, command) for name, command in command_list(group))


def command_list(group: click.Group) -> list[tuple[str, click.Command]]:
    """Return the commands by name; those of a group within it by both words."""
    import click

    found: list[tuple[str, click.Command]] = []
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            found += [(f"{name} {inner}", each) for inner, each in command.commands.items()]
        else:
            found.append((name, command))
    return sorted(found, key=lambda pair: pair[0])


def _command(name: str, command: click.Command) -> str:
    import click

    options = [p for p in command.params if isinstance(p, click.Option)]
    places = [str(p.metavar or p.name).upper() for p in command.params if isinstance(p, click.Argument)]
    rows = ((f"<code>{escape(', '.join(option.opts))}</code>", escape(option.help or "")) for option in options)
    return (
        f'<h4 id="command-{anchor(name)}"><code>xlpy {escape(" ".join([name, *places]))}</code></h4>'
        f"<p>{escape(' '.join((command.help or '').split()))}</p>{table(('Option', 'What it does'), rows)}"
    )


def _words(text: str) -> str:
    """Return a text of a check; its facts in braces become words in italics."""
    return _FACT.sub(lambda fact: f"<i>{fact[1].replace('_', ' ')}</i>", escape(text.rstrip(".")))


def parts(group: click.Group) -> Mapping[str, Callable[[], str]]:
    """Return what makes each generated part of the page, by its name in the chapters."""
    return {
        "problems": problems,
        "setup_lines": setup_lines,
        "settings": settings,
        "environment": environment,
        "buttons": buttons,
        "sheets": sheets,
        "commands": lambda: commands(group),
    }
