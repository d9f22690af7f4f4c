"""The set-up check and the posting ledger's installation on the console, in words that wrap well."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xlpy.sl.ledger_book.setup_script import LedgerInstalled

_COLOURS = {"ok": "green", "note": "yellow", "could not tell": "yellow", "problem": "red"}


def print_findings(data: Mapping[str, Any]) -> None:
    """Print the findings of a set-up check by area; what is not right with what it means and how to mend it."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    findings = data["findings"]
    for area in dict.fromkeys(finding["area"] for finding in findings):
        table = Table(title=area, title_justify="left", title_style="bold", box=None, show_header=False, pad_edge=False)
        table.add_column(no_wrap=True, width=max(map(len, _COLOURS)))
        table.add_column(width=30)
        table.add_column(ratio=1)
        for finding in (one for one in findings if one["area"] == area):
            said = Text(finding["text"])
            if finding["verdict"] != "ok":
                said.append(f"\n{finding['means']}" if finding["means"] else "", style="dim")
                said.append(f"\n→ {finding['fix']}" if finding["fix"] else "", style="bold")
            verdict = Text(finding["verdict"], style=_COLOURS[finding["verdict"]])
            table.add_row(verdict, finding["subject"], said)
        console.print(table)
        console.print()


def said_of_ledger(done: LedgerInstalled) -> str:
    """Say what the set-up did, and what is left for the database administrator."""
    from xlpy.sl.ledger_book.setup_script import ROLE
    from xlpy.sl.ledger_book.tables import SCHEMA_VERSION

    where = f"in {done.where}"
    if not done.changed:
        did = f"The posting ledger {where} was there already, version {SCHEMA_VERSION}: nothing was missing."
    elif not done.before and len(done.made) > 1:
        did = f"The posting ledger is installed {where}: version {SCHEMA_VERSION}, {len(done.made)} tables xlpy_…"
    else:
        new = [*done.made, *done.columns]
        did = f"The posting ledger {where} was brought to version {SCHEMA_VERSION}" + (
            f"; new: {', '.join(new)}." if new else "."
        )
    if not done.role:
        return f"{did} A SQLite file (the demo company) has no rights to give."
    return (
        f"{did}\nThe role {ROLE} has the rights that the program needs, and no more."
        f"\nLeft for the database administrator: make each user of the program a member of it,"
        f"\n    ALTER ROLE {ROLE} ADD MEMBER [DOMAIN\\user];"
        "\nand, where ownership chaining does not cover SL's views vs_..., give them SELECT in SL's system database."
        "\nThen 'xlpy doctor' tells whether anything is missing."
    )
