"""rules new, rules try: a firm's own rules."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from xlpy.commands.console import JSON, PROFILE, end, open_session, progress_bar


@click.group()
def rules() -> None:
    """Rules of your own: reference, account, customer, description, User columns and checks as functions in a file."""


@rules.command("new")
@PROFILE
@JSON
def new_rules(profile: Path | None, as_json: bool) -> None:
    """Put a commented example beside the settings file. It changes nothing before you write something into it."""
    from xlpy.profile.profiles import chosen_profile
    from xlpy.runlog import run_log
    from xlpy.services.flows import rules as flows

    with run_log("rules"):
        told = flows.new_rules(profile or chosen_profile())
    end(told.exit_code, told.console, told.data, as_json)


@rules.command("try")
@PROFILE
@click.option("--through", type=click.DateTime(["%Y-%m-%d"]), help="Up to this date (default: all that is unposted).")
@JSON
def try_rules(profile: Path | None, through: datetime | None, as_json: bool) -> None:
    """Show what the rules change, transaction by transaction, against no rules. Writes nothing anywhere.

    Exit code 1: an answer of the rules can't be used.
    """
    from xlpy.runlog import run_log
    from xlpy.services.flows import rules as flows

    with run_log("rules"), progress_bar(quiet=as_json) as progress, open_session(profile, progress) as session:
        told = flows.try_rules(session, through=through.date() if through else None)
    if not as_json:
        _print_changes(told.data)
    end(told.exit_code, told.console, told.data, as_json)


def _print_changes(data: Mapping[str, Any]) -> None:
    """Print a table of what changes, with the transaction before its first line."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    if not data["changes"]:
        return
    table = Table(box=None, pad_edge=False)
    for name in ("Transaction", "What", "Without the rules", "With them"):
        table.add_column(name, overflow="fold")
    last = ""
    for change in data["changes"]:
        shown = change["transaction"] if change["id"] != last else ""
        last = change["id"]
        # As Text: what stands in brackets in a text of Manage is no style.
        table.add_row(*map(Text, (shown, change["what"], change["without"], change["with"])))
    Console().print(table)


COMMANDS: tuple[click.Command, ...] = (rules,)
