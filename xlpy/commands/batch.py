"""refresh, check, preview, practice, push: the way through a batch."""

from __future__ import annotations

from pathlib import Path

import click

from xlpy.commands.console import JSON, PROFILE, WORKBOOK, ask_at_terminal, at_terminal, press_closed


@click.command()
@WORKBOOK
@PROFILE
@JSON
def refresh(workbook: Path, profile: Path | None, as_json: bool) -> None:
    """Fill the workbook with the unposted transactions of Manage."""
    press_closed("refresh", workbook, profile, as_json)


@click.command()
@WORKBOOK
@PROFILE
@JSON
def check(workbook: Path, profile: Path | None, as_json: bool) -> None:
    """Check everything that is marked Include; writes to no system."""
    press_closed("check", workbook, profile, as_json)


@click.command()
@WORKBOOK
@PROFILE
@JSON
def preview(workbook: Path, profile: Path | None, as_json: bool) -> None:
    """Show the exact SL documents that would be made."""
    press_closed("preview", workbook, profile, as_json)


@click.command()
@WORKBOOK
@PROFILE
@JSON
def practice(workbook: Path, profile: Path | None, as_json: bool) -> None:
    """Try SL's own release on what would be written, and roll everything back."""
    press_closed("practice", workbook, profile, as_json)


@click.command()
@WORKBOOK
@click.option("--yes", is_flag=True, help="Write it without asking; a script is never asked.")
@PROFILE
@JSON
def push(workbook: Path, yes: bool, profile: Path | None, as_json: bool) -> None:
    """Run export: write what is marked into SL, then mark it posted in Manage. At a terminal it asks first."""
    from xlpy.excel.buttons.pressed import Choices

    asks = ask_at_terminal if not (yes or as_json) and at_terminal() else None
    press_closed("push", workbook, profile, as_json, Choices(yes=yes, ask=asks))


COMMANDS = (refresh, check, preview, practice, push)
